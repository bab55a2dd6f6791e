package operate

import (
	"errors"
	"slices"
	"strings"

	"depeer/policies"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// ErrNoStep says that no entry is left that could be taken back.
var ErrNoStep = errors.New("no change of this machine is left to take back: what is in force was not put in by one, " +
	"or each of them is taken back already")

// repeats are the actions that decide nothing: what they leave was decided before.
var repeats = []string{"rollback", "recover", "repair"}

// Step returns the entry that a rollback without an ID takes back: the newest that led to the policy of
// last, which is in force, and that was not taken back since. A rollback, an expiry, a recovery and a
// repair are no steps. Without any step, the error is ErrNoStep.
func Step(store *journal.Store, address string, last *plan.Plan) (*journal.Record, error) {
	digest := last.Wanted().Digest()
	undone := make(map[string]bool)
	for record, err := range store.Backward(address) {
		switch {
		case err != nil:
			return nil, err
		case record.Unread != nil || !TookEffect(record):
			continue
		case record.Begun.Undoes != "":
			undone[record.Begun.Undoes] = true
		case undone[record.ID] || slices.Contains(repeats, record.Begun.Action):
		case hasLeftDigest(record, digest):
			return record, nil
		}
	}
	return nil, ErrNoStep
}

// hasLeftDigest says whether an entry left the policy of a digest in force. Older entries do not note
// their digest: their plan tells it.
func hasLeftDigest(record *journal.Record, digest string) bool {
	if record.Begun.Digest != "" {
		return record.Begun.Digest == digest
	}
	p, err := record.Plan()
	return err == nil && p.Wanted().Digest() == digest
}

// Back returns the change, called id, from s to want, what was in force before a plan that is
// taken back. It takes the places in clients' lists back, too, that only that plan has given
// (plan.Change.TakePlaces), and leaves a mark for other machines.
func Back(s *plan.State, want *policies.RoutingPolicy, undone *plan.Plan, id string) plan.Change {
	c := plan.To(s, want, id)
	c.TakePlaces(s, &undone.Change)
	c.MarkRollback(s, id)
	return *c
}

// Lost says whether a restart or a reload has taken all of ours out of s, or a clear: nothing is
// in force, and no mark says what was done last.
func Lost(s *plan.State) bool {
	return s.InForce().Empty() && len(s.Applied)+len(s.RolledBack) == 0
}

// Stands says whether s is as last, the plan that was applied last, has left it. After the
// off-switch a restart may bring our places in clients' lists back: they do nothing.
func Stands(s *plan.State, last *plan.Plan) bool {
	if last.WayBack() && len(s.Conflicts) == 0 && s.InForce().Empty() && len(s.Import)+len(s.Export) == 0 {
		return true
	}
	return last.Holds(s)
}

// RolledBackElsewhere says whether another machine has gone back to what is in force on s, or to
// nothing, as its marks tell: the history of this one has no such plan.
func RolledBackElsewhere(store *journal.Store, address string, s *plan.State) bool {
	return isUnknown(store, address, s.RolledBack)
}

// AppliedElsewhere says the same of a plan that another machine has applied.
func AppliedElsewhere(store *journal.Store, address string, s *plan.State) bool {
	return isUnknown(store, address, s.Applied)
}

// isUnknown says whether the history has none of these plans. It is false without plans.
func isUnknown(store *journal.Store, address string, plans []string) bool {
	if len(plans) == 0 {
		return false
	}
	for record, err := range store.Backward(address) {
		if err != nil || slices.Contains(plans, record.Begun.Plan) {
			return false
		}
	}
	return true
}

// WordsOfRollback says, in a clause, that what is in force on s is a way back, where its marks
// say so.
func WordsOfRollback(s *plan.State) string {
	return "rolled back, as plan " + strings.Join(s.RolledBack, ", ") + " says in the target"
}

// Unconfirmed is what the journal says of a change whose confirmation did not come in time, when
// something else was in force by then: it was not taken back, and is not to be put back.
const Unconfirmed = "not confirmed in time, and " + Replaced

// Replaced is said of what waits for a confirmation, and was replaced or lost meanwhile.
const Replaced = "no longer in force"

// NotConfirmed says whether the journal says Unconfirmed of an entry.
func NotConfirmed(record *journal.Record) bool {
	n := len(record.Events)
	return n > 0 && record.Events[n-1].Kind == journal.Confirm && record.Events[n-1].Text == Unconfirmed
}
