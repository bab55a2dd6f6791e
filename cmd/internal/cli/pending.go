package cli

import (
	"errors"

	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// waits is what waits for a confirmation: nothing, an entry, or what cannot be read.
type waits struct {
	pending *journal.Pending
	unread  *journal.UnreadError
}

func (w waits) anything() bool { return w.pending != nil || w.unread != nil }

// String says it in a clause.
func (w waits) String() string {
	if w.unread != nil {
		return "what waits for a confirmation is not known: " + w.unread.Error()
	}
	return w.pending.Entry + " waits for its confirmation"
}

// waitsOf makes one of what the journal says.
func waitsOf(pending *journal.Pending, err error) (waits, error) {
	w := waits{pending: pending}
	if errors.As(err, &w.unread) {
		return w, nil
	}
	return w, err
}

// waiting returns what waits for its confirmation. Whether that is kept has to be
// known before more is built on it; only the off-switch does not wait.
func (s *session) waiting(lock *journal.Lock, p *plan.Plan) (waits, error) {
	w, err := waitsOf(lock.Pending())
	switch {
	case err != nil:
		return w, &operate.Error{Kind: operate.Failed, Name: "state", Err: err}
	case w.anything() && !p.WayBack() && len(p.PolicyLists) == 0:
		return w, &operate.Error{Kind: operate.Held, Name: "pending", Err: errors.New(w.String()),
			Hint: "depeer confirm --target " + p.Target + ", or depeer rollback --target " + p.Target}
	}
	return w, nil
}

// disarm ends the waiting, and says why. What cannot be read is set aside, for people.
func (s *session) disarm(lock *journal.Lock, w waits, why string) error {
	switch {
	case w.unread != nil:
		s.passOver(w.unread)
		name, err := lock.SetAside()
		if err == nil {
			s.view.Note("%s: it was set aside as %s", why, name)
		}
		return err
	case w.pending != nil:
		return lock.Disarm(w.pending.Entry, why)
	default:
		return nil
	}
}
