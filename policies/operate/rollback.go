package operate

import (
	"context"
	"errors"
	"fmt"

	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// RollbackOptions say what is taken back, and why.
type RollbackOptions struct {
	ID  string // of an entry, or its beginning; "" for the last step
	Why string // noted where the change waited for a confirmation
	// Sessions is how many of members may be shut down again; Whatever: as many as there were, for
	// going back by itself.
	Sessions guard.Override
	Whatever bool
	// Approve is shown what would change before anything is; its error ends the rollback. nil:
	// nobody is asked.
	Approve func(Draft) error
}

// Rollback goes back to what was in force before an entry, as a change of its own, by the same
// road. It refuses if what is in force is not what the last change left.
func (o *Operator) Rollback(ctx context.Context, t Target, options RollbackOptions) (Result, error) {
	store, err := o.Store()
	if err != nil {
		return Result{}, err
	}
	return o.rollBackWith(ctx, t, store, options)
}

// rollBackWith is Rollback, with the history at hand.
func (o *Operator) rollBackWith(ctx context.Context, t Target, store *journal.Store,
	options RollbackOptions) (Result, error) {
	back, last, err := o.findWayBack(store, t.Address, options.ID)
	if err != nil {
		return Result{}, err
	}
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Result{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return Result{}, NotReached(ctx, err)
	}
	p, err := o.planBack(store, t, state, back, last, options)
	if err != nil {
		return Result{}, err
	}
	if options.Approve != nil {
		server := describeTarget(t, state)
		if err := options.Approve(Draft{Plan: p, Begins: true,
			Impact: Impact{At: o.Now, Server: &server, Lists: p.Lists, Summary: p.Change.Summary()}}); err != nil {
			return Result{}, err
		}
	}
	lock, err := o.Lock(store, t.Address)
	if err != nil {
		return Result{}, err
	}
	entry, result, err := o.Change(ctx, t, client, lock, p, journal.Start{Action: ActionRollback, Undoes: back.ID})
	failed := o.ExplainOutcome(ctx, t.Address, result, err)
	if w, unknown := ReadWaits(lock.Pending()); failed == nil && unknown == nil {
		failed = o.disarmPending(lock, w, options.Why)
	}
	if failed = errors.Join(failed, lock.Unlock()); failed != nil {
		return Result{}, failed
	}
	return o.describeResult(t, entry, result), nil
}

// planBack plans the way back to the policy before an entry; last is the plan that history has last.
func (o *Operator) planBack(store *journal.Store, t Target, state *plan.State, back *journal.Record, last *plan.Plan,
	options RollbackOptions) (*plan.Plan, error) {
	// Three-way: what is there must be what the last change left, or it is not ours to undo.
	if err := checkObstacles(state.Obstacles(), t.Address); err != nil {
		return nil, err
	}
	if !Stands(state, last) && !(options.Whatever && Lost(state)) {
		return nil, &Error{Kind: Unfit, Name: "changed-since",
			Err:  errors.New("what is in force is not what the last change left"),
			Hint: "depeer status --target " + t.Address}
	}
	origin, err := back.Plan()
	if err != nil {
		return nil, err
	}
	want, before, err := o.findPolicyBefore(store, t.Address, back, origin)
	if err != nil {
		return nil, err
	}
	if err := checkChoices(state, want); err != nil {
		return nil, err
	}
	if err := checkObstacles(plan.ChoiceObstacles(state, want), t.Address); err != nil {
		return nil, err
	}
	o.warnOfAddedBytes(want, t.MaxAddedBytes, "what is put back")
	id := NewID()
	p := o.NewPlan(t, state, id, Back(RememberSessions(state, last), want, origin, id))
	if err := allowSessions(p, options.Sessions, options.Whatever); err != nil {
		return nil, err
	}
	p.Touched = origin.Touched // likely the same again
	if before != nil {
		p.Lists, p.Providers, p.Counted = before.Lists, before.Providers, before.Counted
	}
	return p, nil
}

// findWayBack returns the entry to go back before, and the plan that was applied last.
func (o *Operator) findWayBack(store *journal.Store, address, id string) (*journal.Record, *plan.Plan, error) {
	found, err := readPast(store, address)
	if err != nil {
		return nil, nil, err
	}
	// An unreadable entry does not hinder: the target must hold what the last readable change left.
	last := found.read
	switch {
	case last == nil && found.unread != nil:
		return nil, nil, &Error{Kind: Failed, Name: "no-history", Err: found.unread,
			Hint: "depeer clear --target " + address + " takes everything out"}
	case last == nil:
		return nil, nil, &Error{Kind: Failed, Name: "no-history",
			Err: fmt.Errorf("nothing was applied to %s from this machine", address)}
	}
	if id == "" {
		step, err := Step(store, address, last)
		if errors.Is(err, ErrNoStep) {
			err = &Error{Kind: Failed, Name: "no-history", Err: err,
				Hint: "depeer history --target " + address + ", and depeer rollback ID"}
		}
		return step, last, err
	}
	record, err := store.Show(address, id)
	switch {
	case errors.Is(err, journal.ErrNotFound) || err == nil && record.Unread == nil && !TookEffect(record):
		return nil, nil, &Error{Kind: Invalid, Name: "no-such-change",
			Err: fmt.Errorf("no change %s was applied to %s", id, address), Hint: "depeer history --target " + address}
	case errors.Is(err, journal.ErrAmbiguous):
		return nil, nil, &Error{Kind: Invalid, Name: "no-such-change", Err: err,
			Hint: "depeer history --target " + address}
	case err == nil && record.Unread != nil:
		return nil, nil, &Error{Kind: Failed, Name: "unread", Err: record.Unread}
	}
	return record, last, err
}

// findPolicyBefore returns the policy that was in force before an entry, and the plan that put it in; nil
// where that plan is not known. For an entry that only recorded what it found, it is the policy that
// history expected until then.
func (o *Operator) findPolicyBefore(store *journal.Store, address string, back *journal.Record,
	origin *plan.Plan) (*policies.RoutingPolicy, *plan.Plan, error) {
	before := o.findPlanBefore(store, address, back.ID)
	switch {
	case back.Outcome == Recorded && !origin.WayBack() && before == nil:
		return nil, nil, &Error{Kind: Failed, Name: "no-history",
			Err:  fmt.Errorf("what was in force before %s is not known on this machine", back.ID),
			Hint: "depeer clear --target " + address + " takes everything out"}
	case back.Outcome == Recorded && !origin.WayBack():
		return before.Wanted(), before, nil
	case before != nil && before.Wanted().Digest() != origin.Change.Old.Digest():
		before = nil // a restart came between
	}
	return origin.Change.Old, before, nil
}

// findPlanBefore returns the plan whose result was in force before an entry, or nil.
func (o *Operator) findPlanBefore(store *journal.Store, address, id string) *plan.Plan {
	records, err := store.History(address)
	if err != nil {
		return nil
	}
	var last *plan.Plan
	for i := range records {
		if records[i].ID == id {
			break
		}
		switch {
		case records[i].Unread != nil:
			last = nil // what it left is not known
		case TookEffect(&records[i]):
			last, _ = records[i].Plan()
		}
	}
	return last
}
