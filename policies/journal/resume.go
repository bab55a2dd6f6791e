package journal

import (
	"fmt"
	"os"
)

// Resume opens an interrupted entry again, to continue it. The entry is unfinished until End.
func (l *Lock) Resume(id string) (*Entry, error) {
	if !isValidID(id) {
		return nil, fmt.Errorf("%q: %w", id, ErrNotFound)
	}
	e := &Entry{ID: id, lock: l}
	r, whole, err := l.store.parseFile(e.filePath())
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	for _, event := range r.Events {
		e.step = max(e.step, event.Step)
	}
	e.size = int64(whole)
	if e.file, err = l.store.openToWrite(e.filePath(), os.O_WRONLY); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	by := l.self
	if err = e.file.Truncate(e.size); err == nil {
		err = e.appendEvent(Event{Kind: Resume, By: &by})
	}
	if err != nil {
		e.file.Close()
		return nil, fmt.Errorf("journal: %w", err)
	}
	return e, nil
}
