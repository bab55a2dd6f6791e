package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"depeer/policies/plan"
)

// goBack undoes the change, and returns the cause with what the undo has met. It ignores the context's
// end: an interrupt does not leave a change half-way.
func (r *run) goBack(ctx context.Context, cause error) error {
	r.Log.Warn("going back", "cause", cause)
	ctx = context.WithoutCancel(ctx)
	r.onward = true
	err := r.undoChange(ctx)
	if err == nil {
		r.result.Outcome, r.result.Proof = Restored, Proof{}
		if r.kept {
			r.keepPolicy(r.change.Old)
		}
		return cause
	}
	r.result.Outcome = Partial
	state, unread := r.readState(ctx)
	switch {
	case unread == nil:
		r.result.Known = r.describeState(state)
	case r.live:
		r.result.Known = "the old policy or the new one is in force, as a whole, and which one is not known: the " +
			"target cannot be read"
	default:
		r.result.Known = "no call that was made changes what is in force; the target cannot be read"
	}
	return errors.Join(cause, fmt.Errorf("going back: %w", err))
}

// undoChange makes calls, chosen by what the target holds now, until the target is as it was before.
func (r *run) undoChange(ctx context.Context) error {
	reset := r.live
	var failed error
	for range tries {
		state, err := r.readState(ctx)
		if err != nil {
			return errors.Join(failed, err)
		}
		if err := r.checkAlone(state); err != nil {
			return err
		}
		wrong := r.change.Undone(state, r.Cut...)
		if wrong == nil && !reset {
			return nil
		}
		closing := r.change.Closing(state)
		reset = reset || len(closing) > 0
		failed = r.makeCalls(ctx, slices.Concat(closing, r.change.Restoring(state),
			r.change.SessionsBack(state, r.Cut...)))
		if failed == nil && reset {
			failed = r.resetClients(ctx, r.compareUndone)
			reset = failed != nil
		}
		if failed == nil {
			failed = r.cleanUpOn(ctx, plan.Before)
		}
	}
	state, err := r.readState(ctx)
	switch {
	case err != nil:
		return errors.Join(failed, err)
	case reset:
		return failed
	}
	return r.change.Undone(state, r.Cut...)
}

// checkAlone returns an error if another process holds the lock. gobgpd enforces no lock, so a process that
// has broken ours may be at work.
func (r *run) checkAlone(s *plan.State) error {
	for _, holder := range s.Holders {
		if holder != r.Holder && !slices.Contains(r.dead, holder) {
			return &ConcurrentChangeError{fmt.Errorf("the lock is held by %q now", holder)}
		}
	}
	return nil
}

// cleanUpOn removes what a change that was cut off has left, if the target is on the expected side of its
// live call.
func (r *run) cleanUpOn(ctx context.Context, side plan.Side) error {
	state, err := r.readState(ctx)
	if err != nil {
		return err
	}
	recovery, err := plan.Recover(state)
	if err != nil {
		return err
	}
	if recovery.Side != side && recovery.Side != plan.Whole {
		return &ConcurrentChangeError{fmt.Errorf("it is now to %s, and it was to %s", recovery.Side, side)}
	}
	return r.makeCalls(ctx, recovery.Calls)
}

// describeState says which policy the target had in force when it was read.
func (r *run) describeState(state *plan.State) string {
	old, new := r.change.Before(state), r.change.After(state)
	switch {
	case old && new:
		return "as last read, the policy is as it was, and should be: nothing of it was to change; members' places " +
			"or what is left over may not be"
	case old:
		return "as last read, the old policy is in force; members may hold routes as under the new one, and objects " +
			"of the change may be left"
	case new:
		return "as last read, the new policy is in force; members may hold routes as under the old one, and objects " +
			"of the change may be left"
	default:
		return fmt.Sprintf("as last read, neither the old policy (%d statements) nor the new one (%d) is in force, "+
			"but %d statements: the daemon was reloaded or restarted, or somebody else is at work",
			len(r.change.Old.Import), len(r.change.New.Import), len(state.InForce().Import))
	}
}
