package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// Confirm keeps a change that waits for it.
func (o *Operator) Confirm(ctx context.Context, t Target) (Result, error) {
	store, err := o.Store()
	if err != nil {
		return Result{}, err
	}
	lock, err := store.Lock(t.Address, o.By)
	if errors.Is(err, journal.ErrLocked) {
		return Result{}, &Error{Kind: Held, Name: "locked", Err: err}
	} else if err != nil {
		return Result{}, err
	}
	w, err := ReadWaits(lock.Pending())
	if err == nil && w.Pending != nil && w.Pending.Early {
		err = o.checkEnded(lock, t)
	}
	gone, why := false, "confirmed"
	if err == nil {
		if gone = o.isPendingReplaced(ctx, t, store, w.Pending); gone {
			why = Replaced
		}
		err = o.disarmPending(lock, w, why)
	}
	if err = errors.Join(err, lock.Unlock()); err != nil {
		return Result{}, err
	}
	if gone {
		return Result{}, &Error{Kind: Unfit, Name: "changed-since",
			Err: fmt.Errorf("%s is %s: there is nothing to keep, and it waits no more", w.Pending.Entry,
				Replaced), Hint: "depeer status --target " + t.Address}
	}
	result := Result{Target: t.Address, Outcome: "confirmed"}
	switch {
	case w.Pending != nil:
		result.ID = w.Pending.Entry
	case w.Unread == nil:
		result.Outcome = apply.Nothing.String()
	}
	return result, nil
}

// isPendingReplaced says whether the target no longer holds the change that waits for a confirmation.
// Where that cannot be found out, it notes so, and returns false.
func (o *Operator) isPendingReplaced(ctx context.Context, t Target, store *journal.Store,
	pending *journal.Pending) bool {
	if pending == nil {
		return false
	}
	unknown := func(err error) bool {
		o.Note("whether it is still in force is not known: %v", err)
		return false
	}
	record, err := store.Show(t.Address, pending.Entry)
	if err != nil {
		return unknown(err)
	}
	p, err := record.Plan()
	if err != nil {
		return unknown(err)
	}
	client, err := o.Connect(ctx, t)
	if err != nil {
		return unknown(err)
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return unknown(err)
	}
	return state.InForce().Digest() != p.Wanted().Digest()
}

// awaitConfirm begins the wait for the confirmation of a change, unlocks, and waits until the change is
// confirmed or taken back.
func (o *Operator) awaitConfirm(ctx context.Context, store *journal.Store, lock *journal.Lock, t Target, p *plan.Plan,
	entry *journal.Entry, within time.Duration) (Result, error) {
	_, err := lock.Arm(entry.ID, within)
	if err = errors.Join(err, lock.Unlock()); err != nil {
		return Result{}, &Error{Kind: Unclear, Name: "partial",
			Err: fmt.Errorf("the change is in force, and is taken back within %s of when it was begun, unless it is "+
				"confirmed: %w", within, err),
			Hint: "depeer confirm --target " + p.Target}
	}
	o.Note("in force; to keep it, within %s: depeer confirm --target %s", within, p.Target)
	return o.watchPending(ctx, store, p, entry.ID)
}

// recordTicks is for how many ticks watchPending waits for the journal to say why the wait ended.
const recordTicks = 25

// watchPending waits until a change is confirmed, or taken back by its guardian.
func (o *Operator) watchPending(ctx context.Context, store *journal.Store, p *plan.Plan, id string) (Result, error) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	ended := 0 // ticks since the wait ended: why it did is recorded a moment later
	for {
		w, err := ReadWaits(store.Pending(p.Target))
		if err != nil {
			return Result{}, &Error{Kind: Unclear, Name: "pending",
				Err: fmt.Errorf("the change is in force, and whether it waits for a confirmation is not known: %w",
					err)}
		}
		if w.Unread == nil && (w.Pending == nil || w.Pending.Entry != id) {
			result, recorded, err := o.findPendingOutcome(store, p, id)
			if ended++; recorded || ended > recordTicks {
				return result, err
			}
		}
		select {
		case <-ctx.Done():
			return Result{}, &Error{Kind: Unclear, Name: "pending",
				Err:  errors.New("in force, and still waiting for a confirmation"),
				Hint: "depeer confirm --target " + p.Target}
		case <-tick.C:
		}
	}
}

// findPendingOutcome returns whether a change that waited for its confirmation was kept, and whether
// the journal says so yet.
func (o *Operator) findPendingOutcome(store *journal.Store, p *plan.Plan, id string) (result Result,
	recorded bool, err error) {
	records, err := store.History(p.Target)
	if err != nil {
		return Result{}, true, err
	}
	for _, r := range records {
		if r.Begun.Undoes == id && TookEffect(&r) {
			return Result{}, true, &Error{Kind: Restored, Name: "restored",
				Err: errors.New("not confirmed in time; what was before is in force again")}
		}
	}
	for _, r := range records {
		if r.ID != id || len(r.Events) == 0 {
			continue
		}
		last := r.Events[len(r.Events)-1]
		recorded = last.Kind == journal.Confirm
		if strings.HasSuffix(last.Text, Replaced) {
			return Result{}, true, &Error{Kind: Unfit, Name: "changed-since", Err: fmt.Errorf("%s is %s", id, Replaced),
				Hint: "depeer status --target " + p.Target}
		}
	}
	return Result{Target: p.Target, ID: id, Outcome: "confirmed"}, recorded, nil
}

// retry is how long a guardian waits before it tries again.
const retry = time.Second

// Guard waits until an entry is confirmed, or takes it back when time is up. The result is nil
// where there was nothing to take back.
func (o *Operator) Guard(ctx context.Context, t Target, id string) (*Result, error) {
	store, err := o.Store()
	if err != nil {
		return nil, err
	}
	var known *journal.Pending
	for {
		w, err := ReadWaits(store.Armed(t.Address))
		pending := w.Pending
		if w.Unread != nil { // damaged meanwhile, which is no confirmation
			o.PassOver(w.Unread)
			pending = known
		}
		if err != nil || pending == nil || pending.Entry != id {
			return nil, err
		}
		known = pending
		left := pending.Left()
		ended := true
		if pending.Early {
			if ended, err = o.endCutOff(ctx, t, store, id); err != nil {
				return nil, err
			}
		}
		if !ended {
			left = retry
		} else if left <= 0 {
			result, err := o.rollBackWith(ctx, t, store,
				RollbackOptions{ID: id, Why: "not confirmed in time", Whatever: true})
			if f := new(Error); errors.As(err, &f) && f.Name == "changed-since" {
				err = o.giveUp(ctx, t, store, pending, err)
			}
			if kind := KindOf(err); err == nil || !isError(err) || kind != Held && kind != Unreached {
				return &result, err
			}
			left = retry // another process is at work there, or it is away: it comes back
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(min(left, retry)):
		}
	}
}

// giveUp ends the waiting where the change is no longer in force when its time is up. The guardian does
// not take back what has replaced it.
func (o *Operator) giveUp(ctx context.Context, t Target, store *journal.Store, pending *journal.Pending,
	cause error) error {
	if !o.isPendingReplaced(ctx, t, store, pending) {
		return cause
	}
	lock, err := store.Lock(t.Address, o.By)
	if errors.Is(err, journal.ErrLocked) {
		return &Error{Kind: Held, Name: "locked", Err: err}
	} else if err != nil {
		return errors.Join(cause, err)
	}
	return errors.Join(cause, lock.Disarm(pending.Entry, Unconfirmed), lock.Unlock())
}

// isError says whether an error is an Error.
func isError(err error) bool { return errors.As(err, new(*Error)) }
