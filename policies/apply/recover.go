package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"depeer/policies/plan"
)

// Recover ends a change that was cut off, at any call. It finishes the change if the target is past its
// live call, and undoes it otherwise. p is the plan that was being applied, from the journal. It is nil if
// the journal is on another machine: then clients keep our policies in their lists, even where no policy
// is in force. The caller has made sure that no other process is at work. Recover takes over the locks
// in the daemon, and removes them at the end.
//
// The outcome is Applied, Restored, Nothing, or Partial with an error. If the daemon has lost the policy
// that was in force before, by a restart or a reload, Recover puts it in again. If Recover fails, it can
// be called again.
func (a *Applier) Recover(ctx context.Context, p *plan.Plan) (Result, error) {
	untouched := Result{Outcome: Untouched}
	state, err := a.Daemon.State(ctx)
	if err != nil {
		return untouched, err
	}
	recovery, err := plan.Recover(state)
	if err != nil {
		return untouched, err
	}
	known := p != nil
	if !known {
		if conflicts := slices.DeleteFunc(state.Obstacles(),
			func(o plan.Obstacle) bool { return o.Code != plan.NotOurs }); len(conflicts) > 0 {
			return untouched, &ObstacleError{conflicts} // what is in force is not known
		}
		p = state.HalfWay()
	}
	r := a.beginRun(p, state)
	r.dead = state.Holders
	if state.Server != p.Server {
		return untouched, &StaleError{fmt.Sprintf("it is for AS%s %s, and this is AS%s %s", p.Server.ASN,
			p.Server.RouterID, state.Server.ASN, state.Server.RouterID)}
	}
	work := r.chooseCourse(state, recovery.Side, known)
	if work == nil {
		return untouched, &StaleError{fmt.Sprintf("neither what was before nor what was to come is in force, and %q "+
			"was applied since", state.Applied)}
	}
	if len(r.dead) == 0 { // the daemon has lost the lock, or only leftovers remain
		if err := r.takeLock(ctx); err != nil {
			return r.result, err
		}
		r.dead = []string{r.Holder}
	}
	err = work(ctx)
	if err != nil {
		r.result.Outcome = Partial // the locks stay, so that the next process has to recover
		return r.result, err
	}
	err = errors.Join(r.unlockAll(ctx), r.unkept)
	return r.result, err
}

// chooseCourse returns what to do: finish, undo, put back what was lost, or only clean up. It returns nil
// if another change was applied since.
func (r *run) chooseCourse(state *plan.State, side plan.Side, known bool) func(context.Context) error {
	switch {
	case len(r.plan.PolicyLists) > 0 && side == plan.Whole:
		return r.restOfLists
	case len(r.plan.PolicyLists) > 0:
		return nil
	case side == plan.After && r.plan.ID == "":
		return r.goOn
	case side == plan.After:
		return r.completeChange
	case side == plan.Before:
		return r.reverseChange
	case !known:
		return r.removeLeftovers
	case r.change.After(state) && (r.change.SessionsDone(state) || !r.change.Before(state)):
		return r.completeChange
	case r.change.Before(state):
		return r.reverseChange
	case len(state.Applied) == 0:
		return r.putBack
	default:
		return nil
	}
}

// unlockAll removes the locks that Recover has taken over.
func (r *run) unlockAll(ctx context.Context) error {
	for _, holder := range r.dead {
		r.Holder = holder
		if err := r.settleLock(ctx); err != nil {
			return err
		}
	}
	return nil
}

// completeChange finishes a change whose live call was made.
func (r *run) completeChange(ctx context.Context) error {
	if err := r.makeCalls(ctx, r.plan.Anchoring(r.before)); err != nil {
		return err
	}
	if err := r.resetClients(ctx, r.compareFinished); err != nil {
		return err
	}
	if err := r.verifyTable(ctx); err != nil {
		return err
	}
	r.keepPolicy(r.change.New)
	return r.cleanUp(ctx, nil)
}

// goOn makes the calls that are noted for sessions, if the policy of the change is in force and cleaned up,
// and the plan is not known.
func (r *run) goOn(ctx context.Context) error { return r.cleanUp(ctx, nil) }

// reverseChange undoes a change whose live call was not made, or was undone.
func (r *run) reverseChange(ctx context.Context) error {
	r.live = true
	err := r.undoChange(ctx)
	r.result.Outcome = Restored
	if err == nil {
		r.keepPolicy(r.change.Old)
	}
	return err
}

// removeLeftovers removes orphans and locks, if no change stands half-way and the plan is not known.
func (r *run) removeLeftovers(ctx context.Context) error {
	r.result.Outcome, r.result.Known = Nothing, "no change stands half-way"
	if err := r.cleanUpOn(ctx, plan.Whole); err != nil || r.Keep == nil {
		return err
	}
	state, err := r.readState(ctx)
	if err != nil {
		return err
	}
	r.keepPolicy(state.InForce())
	return nil
}

// putBack puts in the policy that was in force before, if the daemon has lost it. It does so by the steps
// of any change, and sets the marker of that policy.
func (r *run) putBack(ctx context.Context) error {
	if err := r.makeCalls(ctx, r.change.Restoring(r.before)); err != nil {
		return err
	}
	if err := r.cleanUpOn(ctx, plan.Whole); err != nil {
		return err
	}
	state, err := r.readState(ctx)
	if err != nil {
		return err
	}
	passed := func(o plan.Obstacle) bool { // routes were rejected before, too: that does not stop the recovery
		return o.Code == plan.Rejecting || o.Code == plan.Locked && slices.Contains(r.dead, o.Object)
	}
	if obstacles := slices.DeleteFunc(state.Obstacles(), passed); len(obstacles) > 0 {
		return &ObstacleError{obstacles}
	}
	ours := slices.Clone(r.change.Old.Sessions)
	for _, session := range r.change.New.Sessions {
		if slices.Contains(r.Cut, session.Address) {
			ours = append(ours, session)
		}
	}
	state = state.Remember(ours)
	mark := r.plan.Follows()
	change := plan.To(state, r.change.Old, cmp.Or(mark, r.plan.ID))
	if mark == "" {
		change.Finish = slices.DeleteFunc(change.Finish, func(c plan.Call) bool { return c.Verb == plan.Mark })
	}
	// A client that had none of our policies in its lists before gets none now.
	placed := func(c plan.Call) bool { return slices.ContainsFunc(r.change.Calls(), c.Replaces) }
	change.Prepare, change.Finish = slices.DeleteFunc(change.Prepare, placed), slices.DeleteFunc(change.Finish, placed)
	back := r.beginRun(&plan.Plan{ID: mark, Server: state.Server, Change: *change, Touched: r.plan.Touched}, state)
	back.dead = r.dead
	err = back.takeThrough(ctx)
	r.result, r.unkept = back.result, back.unkept
	if err == nil {
		r.result.Outcome = Restored
	}
	return err
}
