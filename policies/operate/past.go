package operate

import (
	"fmt"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// past holds what the history of a target tells of the last change.
type past struct {
	applied *plan.Plan      // applied last; nil: nothing was, or it is not known
	record  *journal.Record // of applied
	read    *plan.Plan      // the last one that can be read
	unread  error           // why applied is not known; nil: it is
}

// readPast reads the past of a target.
func readPast(store *journal.Store, address string) (past, error) {
	var found past
	for record, err := range store.Backward(address) {
		switch {
		case err != nil:
			return past{}, err
		case record.Unread != nil:
			found.noteUnread(record.Unread)
			continue
		case !TookEffect(record):
			continue
		}
		p, unread := record.Plan()
		if unread != nil {
			found.noteUnread(unread)
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

// noteUnread notes that what was applied last is not known.
func (p *past) noteUnread(unread error) {
	if p.unread == nil {
		p.unread = fmt.Errorf("what was applied last is not known: %w", unread)
	}
}

// readLastApplied returns the plan that was applied last to a target; nil where nothing was, or it
// cannot be read.
func readLastApplied(store *journal.Store, address string) (*plan.Plan, error) {
	found, err := readPast(store, address)
	return found.applied, err
}
