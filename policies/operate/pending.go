package operate

import (
	"errors"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// Waits is what waits for a confirmation: nothing, an entry, or what cannot be read.
type Waits struct {
	Pending *journal.Pending
	Unread  *journal.UnreadError
}

// Anything says whether a change waits, or may wait.
func (w Waits) Anything() bool { return w.Pending != nil || w.Unread != nil }

// String says it in a clause.
func (w Waits) String() string {
	if w.Unread != nil {
		return "what waits for a confirmation is not known: " + w.Unread.Error()
	}
	return w.Pending.Entry + " waits for its confirmation"
}

// ReadWaits makes one of what the journal says.
func ReadWaits(pending *journal.Pending, err error) (Waits, error) {
	w := Waits{Pending: pending}
	if errors.As(err, &w.Unread) {
		return w, nil
	}
	return w, err
}

// CheckPending returns what waits for its confirmation. Whether that is kept has to be
// known before more is built on it; only the off-switch does not wait.
func (o *Operator) CheckPending(lock *journal.Lock, p *plan.Plan) (Waits, error) {
	w, err := ReadWaits(lock.Pending())
	switch {
	case err != nil:
		return w, &Error{Kind: Failed, Name: "state", Err: err}
	case w.Anything() && !p.WayBack() && len(p.PolicyLists) == 0:
		return w, &Error{Kind: Held, Name: "pending", Err: errors.New(w.String()),
			Hint: "depeer confirm --target " + p.Target + ", or depeer rollback --target " + p.Target}
	}
	return w, nil
}

// disarmPending ends the waiting, and notes why. It sets an unreadable file aside, for people.
func (o *Operator) disarmPending(lock *journal.Lock, w Waits, why string) error {
	switch {
	case w.Unread != nil:
		o.PassOver(w.Unread)
		name, err := lock.SetAside()
		if err == nil {
			o.Note("%s: it was set aside as %s", why, name)
		}
		return err
	case w.Pending != nil:
		return lock.Disarm(w.Pending.Entry, why)
	default:
		return nil
	}
}
