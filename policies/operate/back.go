package operate

import (
	"errors"
	"slices"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// ErrNoStep says that no entry is left that could be taken back.
var ErrNoStep = errors.New("no change of this machine is left to take back: what is in force was not put in by one, " +
	"or each of them is taken back already")

// repeats are the actions that decide nothing: what they leave was decided before.
var repeats = []string{"rollback", "recover", "repair"}

// Step returns the entry to go back before, from what last, the plan of what is in force, has
// left: the newest that led to it and was not taken back since. What a rollback, an
// expiry, a recovery or a repair has done is no step. Where there is none, the error is
// ErrNoStep.
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
		case leads(record, digest):
			return record, nil
		}
	}
	return nil, ErrNoStep
}

// leads says whether an entry left the policy of a digest. Older ones do not note theirs.
func leads(record *journal.Record, digest string) bool {
	if record.Begun.Digest != "" {
		return record.Begun.Digest == digest
	}
	p, err := record.Plan()
	return err == nil && p.Wanted().Digest() == digest
}
