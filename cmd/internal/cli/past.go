package cli

import (
	"fmt"
	"sync"

	"depeer/filters/diag"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// What the history tells of a target may be in files that cannot be read: of another version,
// damaged, or nothing of ours. These are passed over, each named once. What is built on them
// is then not known, and what the target itself tells is enough: its gates and locks say
// whether a change was cut off.

// past is what the history of a target tells of what was applied last.
type past struct {
	applied *plan.Plan      // applied last; nil: nothing was, or it is not known
	record  *journal.Record // of applied
	read    *plan.Plan      // the last one that can be read
	unread  error           // why applied is not known; nil: it is
}

// readPast reads it.
func readPast(store *journal.Store, address string) (past, error) {
	var found past
	for record, err := range store.Backward(address) {
		switch {
		case err != nil:
			return past{}, err
		case record.Unread != nil:
			found.not(record.Unread)
			continue
		case !operate.TookEffect(record):
			continue
		}
		p, unread := record.Plan()
		if unread != nil {
			found.not(unread)
			continue
		}
		found.read = p
		if found.unread == nil {
			found.applied, found.record = p, record
		}
		break
	}
	return found, nil
}

// not notes that what was applied last is not known.
func (p *past) not(unread error) {
	if p.unread == nil {
		p.unread = fmt.Errorf("what was applied last is not known: %w", unread)
	}
}

// lastApplied returns the plan that was applied last to a target; nil where nothing was, or it
// cannot be read.
func lastApplied(store *journal.Store, address string) (*plan.Plan, error) {
	found, err := readPast(store, address)
	return found.applied, err
}

// passed are the files that were named.
type passed struct {
	mu    sync.Mutex
	files map[string]bool
}

// first says whether a file was not named before.
func (p *passed) first(file string) bool {
	if p == nil {
		return true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.files == nil {
		p.files = map[string]bool{}
	}
	named := p.files[file]
	p.files[file] = true
	return !named
}

// passOver names a file that is passed over, once.
func (s *session) passOver(unread *journal.UnreadError) {
	if !s.passed.first(unread.Path) {
		return
	}
	s.log.Warn("passed over", "file", unread.Path, "why", unread.Err)
	var l diag.List
	l.Warnf(diag.Position{File: unread.Path}, "state-unread", "", "passed over: it cannot be read: %v", unread.Err)
	s.view.Warnings(l)
}
