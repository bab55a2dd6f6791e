package operate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// The return of a change that is to be confirmed is armed before the change takes effect: then whatever
// ends the process that makes it, its guardian leads the target out, and takes the change back in time.

// notMade is what the journal says of a change that was armed, and is not in force.
const notMade = "it was not made, or was undone"

// armEarly returns what arms the return of a change, and starts its guardian; nil: none is asked for.
func (o *Operator) armEarly(lock *journal.Lock, t Target, within time.Duration) func(*journal.Entry) error {
	if within == 0 {
		return nil
	}
	return func(entry *journal.Entry) error {
		if _, err := lock.ArmEarly(entry.ID, within); err != nil {
			return err
		}
		if err := o.StartGuardian(t, entry.ID); err != nil {
			return errors.Join(fmt.Errorf("nobody would take it back: %w", err), lock.Disarm(entry.ID, notMade))
		}
		return nil
	}
}

// disarmUnlessDone ends the wait for the confirmation of a change that is not in force. Where neither is
// sure, the guardian is left to lead the target out.
func (o *Operator) disarmUnlessDone(lock *journal.Lock, entry *journal.Entry, outcome apply.Outcome) error {
	if entry == nil || outcome == apply.Applied || outcome == apply.Partial {
		return nil
	}
	if p, err := lock.Pending(); err != nil || p == nil || p.Entry != entry.ID {
		return err
	}
	return lock.Disarm(entry.ID, notMade)
}

// checkEnded returns an error where a change was cut off: half of it cannot be kept.
func (o *Operator) checkEnded(lock *journal.Lock, t Target) error {
	unfinished, err := lock.Unfinished()
	if err == nil && len(unfinished) > 0 {
		return &Error{Kind: Held, Name: "cut-off", Err: fmt.Errorf("%s was cut off", unfinished[0].ID),
			Hint: "depeer recover --target " + t.Address}
	}
	return err
}

// endCutOff brings a change that was armed early to its end, if the process that made it has died, and
// says whether the change is at its end. It ends the wait where the change is not in force.
func (o *Operator) endCutOff(ctx context.Context, t Target, store *journal.Store, id string) (bool, error) {
	if locked, err := store.Locked(t.Address); err != nil || locked {
		return false, err
	}
	records, err := store.History(t.Address)
	if err != nil {
		return false, err
	}
	at := slices.IndexFunc(records, func(r journal.Record) bool { return r.ID == id })
	switch {
	case at >= 0 && !records[at].Finished() && records[at].Unread == nil:
		_, err := o.Recover(ctx, t, RecoverOptions{Approve: func(plan.Server) error { return nil }})
		if kind := KindOf(err); err == nil || isError(err) && slices.Contains([]Kind{Held, Unreached, Restored}, kind) {
			return false, nil // looked at once more
		}
		return false, err
	case at >= 0 && (TookEffect(&records[at]) || records[at].Unread != nil):
		return true, nil
	}
	lock, err := store.Lock(t.Address, o.By)
	if errors.Is(err, journal.ErrLocked) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	if p, unread := lock.Pending(); unread == nil && p != nil && p.Entry == id && p.Early {
		err = lock.Disarm(id, notMade)
	}
	return false, errors.Join(err, lock.Unlock())
}
