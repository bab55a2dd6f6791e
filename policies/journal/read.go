package journal

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"depeer/policies/plan"
)

// Record is one apply, as read from its journal.
type Record struct {
	ID       string
	Begun    Begun
	By       Holder // who began it; Events say who resumed it
	From, To time.Time
	Outcome  string // "" while it is not finished
	Events   []Event
	Torn     bool // its last line was cut off while it was written

	// Unread says why the entry cannot be read (an *UnreadError); nil if it can. Then only ID,
	// Begun.Plan and From (when it was last written) are known. Whether it ended is not known here:
	// the daemon's own locks and gates show that.
	Unread error

	dir   string
	store *Store
}

// Finished says whether it ended, with any outcome.
func (r *Record) Finished() bool { return r.Outcome != "" }

// Plan returns the plan that was applied, with the policies before and after. The error is an
// *UnreadError.
func (r *Record) Plan() (*plan.Plan, error) {
	p, unread := r.store.loadPlan(r.dir, r.ID)
	if unread != nil {
		r.store.reportUnread(unread)
		return nil, unread
	}
	return p, nil
}

// ErrNotFound says that there is no such entry.
var ErrNotFound = errors.New("no such entry in the history")

// History returns what was done to a target, newest last, entries that cannot be read among it.
func (s *Store) History(target string) ([]Record, error) {
	return s.readHistory(s.targetDirectory(target))
}

// Unfinished returns the readable entries of the lock's target that have no end. The holder of the
// lock knows that no process works on them.
func (l *Lock) Unfinished() ([]Record, error) {
	all, err := l.store.readHistory(l.dir)
	return slices.DeleteFunc(all, func(r Record) bool { return r.Finished() || r.Unread != nil }), err
}

// Unread returns the entries of the lock's target that cannot be read. No process works on them
// either.
func (l *Lock) Unread() ([]Record, error) {
	all, err := l.store.readHistory(l.dir)
	return slices.DeleteFunc(all, func(r Record) bool { return r.Unread == nil }), err
}

// ErrAmbiguous says that several entries have an ID that starts like that.
var ErrAmbiguous = errors.New("several entries begin so")

// Show returns an entry of a target by its ID, or the newest entry of a plan by the plan's ID. Both
// may be shortened, as long as no other ID starts like that.
func (s *Store) Show(target, id string) (*Record, error) {
	all, err := s.History(target)
	if err != nil {
		return nil, err
	}
	return findByID(all, id)
}

// Find is Show among all targets.
func (s *Store) Find(id string) (*Record, error) {
	targets, err := os.ReadDir(filepath.Join(s.dir, "targets"))
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	var all []Record
	for _, t := range targets {
		if !t.IsDir() {
			continue // not ours
		}
		of, err := s.readHistory(filepath.Join(s.dir, "targets", t.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, of...)
	}
	return findByID(all, id)
}

// findByID returns the newest entry with an ID, whole or shortened.
func findByID(all []Record, id string) (*Record, error) {
	for _, named := range []func(string) bool{
		func(name string) bool { return name == id },
		func(name string) bool { return id != "" && strings.HasPrefix(name, id) },
	} {
		var found *Record
		for i := range all {
			r := &all[i]
			switch {
			case !named(r.ID) && !named(r.Begun.Plan):
			case found != nil && found.Begun.Plan != r.Begun.Plan:
				return nil, fmt.Errorf("%s: %w: %s, %s", id, ErrAmbiguous, found.ID, r.ID)
			case found == nil || found.From.Before(r.From):
				found = r
			}
		}
		if found != nil {
			return found, nil
		}
	}
	return nil, fmt.Errorf("%s: %w", id, ErrNotFound)
}

func (s *Store) readHistory(dir string) ([]Record, error) {
	ids, err := listIDs(dir)
	if err != nil {
		return nil, fmt.Errorf("history: %w", err)
	}
	all := make([]Record, 0, len(ids))
	for _, id := range ids {
		r, err := s.loadRecord(dir, id)
		if err != nil {
			return nil, err
		}
		if r != nil {
			all = append(all, *r)
		}
	}
	return all, nil
}

// loadRecord reads one entry. It returns nil if the first line is cut off: nothing was done. It
// reports an entry that cannot be read, and returns it with Unread set.
func (s *Store) loadRecord(dir, id string) (*Record, error) {
	path := filepath.Join(dir, id+".jsonl")
	r, _, err := s.parseFile(path)
	unread := (*UnreadError)(nil)
	switch {
	case errors.As(err, &unread):
		s.reportUnread(unread)
		_, planID, _ := strings.Cut(id, "-")
		r = Record{Unread: unread, Begun: Begun{Plan: planID}}
		if info, err := os.Stat(path); err == nil {
			r.From = info.ModTime()
		}
	case err != nil:
		return nil, fmt.Errorf("history: %w", err)
	case len(r.Events) == 0:
		return nil, nil
	}
	r.ID, r.dir, r.store = id, dir, s
	return &r, nil
}

// reportUnread reports what is skipped.
func (s *Store) reportUnread(unread *UnreadError) {
	if s.OnUnread != nil {
		s.OnUnread(unread)
	}
}

// parseFile reads a journal, and returns how many bytes of it are whole. A file that exists and
// cannot be read is an *UnreadError.
func (s *Store) parseFile(path string) (r Record, whole int, err error) {
	data, err := s.readFile(path)
	if err != nil {
		return r, 0, err
	}
	if r, whole, err = parseJournal(data); err != nil {
		return r, whole, &UnreadError{path, err}
	}
	return r, whole, nil
}

// Backward yields what was done to a target, newest first, and reads only the entries that are
// asked for. An error ends it.
func (s *Store) Backward(target string) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		dir := s.targetDirectory(target)
		ids, err := listIDs(dir)
		if err != nil {
			yield(nil, fmt.Errorf("history: %w", err))
			return
		}
		for _, id := range slices.Backward(ids) {
			r, err := s.loadRecord(dir, id)
			if err == nil && r == nil {
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// Stamp returns a text that changes when something is done to a target, and when a confirmation
// starts or stops waiting. It reads no entry.
func (s *Store) Stamp(target string) (string, error) {
	dir := s.targetDirectory(target)
	ids, err := listIDs(dir)
	if err != nil {
		return "", fmt.Errorf("history: %w", err)
	}
	names := []string{pendingPath(dir)}
	if len(ids) > 0 {
		names = append(names, filepath.Join(dir, ids[len(ids)-1]+".jsonl"))
	}
	var b strings.Builder
	for _, name := range names {
		info, err := os.Stat(name)
		if errors.Is(err, os.ErrNotExist) {
			continue
		} else if err != nil {
			return "", fmt.Errorf("history: %w", err)
		}
		fmt.Fprintln(&b, filepath.Base(name), info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

// listIDs returns the IDs in dir, oldest first; none if dir does not exist.
func listIDs(dir string) ([]string, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var ids []string
	for _, f := range files {
		if id, ok := strings.CutSuffix(f.Name(), ".jsonl"); ok && isValidID(id) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int { return numberOf(a) - numberOf(b) })
	return ids, nil
}

// numberOf returns the number that an ID starts with.
func numberOf(id string) int {
	digits, _, _ := strings.Cut(id, "-")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n
}

// nextNumber returns the number of the next entry.
func (l *Lock) nextNumber() (int, error) {
	ids, err := listIDs(l.dir)
	if err != nil || len(ids) == 0 {
		return 1, err
	}
	return numberOf(ids[len(ids)-1]) + 1, nil
}

// parseJournal reads a journal, and returns how many bytes of it are whole.
func parseJournal(data []byte) (r Record, whole int, err error) {
	for n := 1; !isEmpty(data[whole:]); n++ {
		line, _, complete := bytes.Cut(data[whole:], []byte("\n"))
		e, err := decodeVersioned(lineReaders, line)
		last := isEmpty(data[min(whole+len(line)+1, len(data)):])
		switch {
		case err == nil && complete:
			if err := r.addEvent(e); err != nil {
				return r, whole, fmt.Errorf("line %d: %w", n, err)
			}
			whole += len(line) + 1
		case errors.As(err, new(*versionError)):
			return r, whole, fmt.Errorf("line %d: %w", n, err)
		case last:
			r.Torn = true
			return r, whole, nil
		default:
			return r, whole, fmt.Errorf("line %d: damaged: %w", n, err)
		}
	}
	return r, whole, nil
}

// isEmpty says whether data holds only reserved space.
func isEmpty(data []byte) bool { return len(bytes.TrimLeft(data, "\x00")) == 0 }

// addEvent adds the next event to the record.
func (r *Record) addEvent(e Event) error {
	first := len(r.Events) == 0
	switch {
	case e.Kind == 0:
		return errors.New("damaged: no event")
	case first != (e.Kind == Begin):
		return fmt.Errorf("damaged: %s where it cannot be", e.Kind)
	case first && (e.Begun == nil || e.By == nil):
		return errors.New("damaged: nothing is begun")
	case e.Kind == Intend && e.Call == nil:
		return errors.New("damaged: no call")
	case first:
		r.Begun, r.By, r.From = *e.Begun, *e.By, e.Time
	case e.Kind == End:
		r.Outcome, r.To = e.Text, e.Time
	case e.Kind == Resume:
		r.Outcome = ""
	}
	r.Events = append(r.Events, e)
	return nil
}
