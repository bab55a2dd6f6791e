package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"depeer/policies/plan"
)

// applyAll makes the change. If it fails before the old generation is deleted, it undoes the change.
func (r *run) applyAll(ctx context.Context) error {
	if err := r.checkAgain(ctx); err != nil {
		r.result.Outcome = Untouched
		return err
	}
	if len(r.plan.PolicyLists) > 0 {
		return r.putLists(ctx)
	}
	return r.takeThrough(ctx)
}

// checkAgain checks the target once more: another process may have had the lock before us.
func (r *run) checkAgain(ctx context.Context) error {
	state, err := r.readState(ctx)
	if err != nil {
		return err
	}
	if done, err := r.checkPlan(state, r.plan); err != nil {
		return err
	} else if done && !r.plan.Empty() {
		return &StaleError{"somebody else has just applied it"}
	}
	r.before = state
	return nil
}

// takeThrough makes a change and finishes it, or undoes it.
func (r *run) takeThrough(ctx context.Context) error {
	if err := r.goForward(ctx); err != nil {
		if r.broughtIn(ctx, err) {
			if err = r.completeChange(context.WithoutCancel(ctx)); err == nil {
				return nil
			}
		}
		return r.goBack(ctx, err)
	}
	// From here on only cleaning up is left, and there is no undo.
	return r.finishChange(context.WithoutCancel(ctx))
}

// goForward makes all steps up to the proof, and writes the file.
func (r *run) goForward(ctx context.Context) error {
	r.logProgress("preparing: %d calls", len(r.change.Prepare))
	if err := r.makeCalls(ctx, r.change.Prepare); err != nil {
		return err
	}
	if err := r.lookAgain(ctx, r.plan.Ready, r.change.Assignable); err != nil {
		return err
	}
	r.logProgress("letting it in")
	r.live = len(r.change.Live)+len(r.change.Assigning()) > 0
	if err := r.makeCalls(ctx, r.change.Live); err != nil {
		return err
	}
	if err := r.makeCalls(ctx, r.change.Assigning()); err != nil {
		return err
	}
	if err := r.resetClients(ctx, r.compareApplied); err != nil {
		return err
	}
	if err := r.verifyTable(ctx); err != nil {
		return err
	}
	r.keepPolicy(r.change.New)
	return r.lookAgain(ctx, r.plan.Stands, r.change.Leavable)
}

// lookAgain reads the target again, and returns an error unless all questions are answered with nil and
// the lock is ours. A reload of the daemon wipes both policy and lock.
func (r *run) lookAgain(ctx context.Context, questions ...func(*plan.State) error) error {
	state, err := r.readState(ctx)
	if err != nil {
		return err
	}
	for _, right := range append(questions, r.checkLock) {
		if err := right(state); err != nil {
			return &ConcurrentChangeError{err}
		}
	}
	return nil
}

// checkLock returns an error unless the lock is ours and nobody else's.
func (r *run) checkLock(s *plan.State) error {
	if len(s.Holders) == 0 {
		return errors.New("the lock is gone: the daemon was reloaded or restarted, or somebody has broken it")
	}
	return r.checkAlone(s)
}

// tries is the number of times that cleaning up and undoing read the target again. A call whose answer was
// lost can take effect late, and then more calls are needed.
const tries = 3

// finishChange deletes the old generation and the gate, and leads sessions to what is wanted.
func (r *run) finishChange(ctx context.Context) error {
	r.onward = true
	if changes := r.change.SessionChanges(); len(changes) > 0 {
		r.logProgress("shutting and opening sessions: %d", len(changes))
	} else {
		r.logProgress("cleaning up")
	}
	return r.cleanUp(ctx, r.makeCalls(ctx, r.change.Cleaning()))
}

// cleanUp makes the calls that are left, as the target says, until none is. The new policy is in force. It
// repeats failed calls: none of them is live.
func (r *run) cleanUp(ctx context.Context, failed error) error {
	r.result.Outcome = Partial
	var left []plan.Call
	for range tries {
		state, err := r.readState(ctx)
		if err != nil {
			r.result.Known = "the new policy was in force, and proven, when cleaning up began; the target cannot be read now"
			return errors.Join(failed, err)
		}
		if err = r.checkAlone(state); err == nil && !r.change.After(state) {
			err = &ConcurrentChangeError{errors.New("the new policy was proven, and is not in force any more")}
		} else if err == nil {
			err = r.checkPlaces(state)
		}
		if err != nil {
			r.result.Known = r.describeState(state)
			return errors.Join(failed, err)
		}
		left, err = r.callsLeft(state)
		if err == nil && len(left) == 0 {
			r.result.Outcome, r.result.Known = Applied, ""
			r.result.Sessions = r.change.SessionChanges()
			return nil
		}
		if err == nil {
			err = r.makeCalls(ctx, left)
		}
		failed = err
	}
	r.result.Known = "the new policy is in force, and proven; what is left is " + namesOfCalls(left)
	return errors.Join(failed, errors.New("cleaning up comes to no end"))
}

// namesOfCalls names the first call, and counts the others.
func namesOfCalls(list []plan.Call) string {
	switch len(list) {
	case 0:
		return "not known"
	case 1:
		return list[0].String()
	default:
		return fmt.Sprintf("%s, and %d calls more", list[0], len(list)-1)
	}
}

// callsLeft returns the calls that are left once the new policy is in force.
func (r *run) callsLeft(state *plan.State) ([]plan.Call, error) {
	recovery, err := plan.Recover(state)
	if err != nil {
		return nil, err
	}
	return slices.Concat(recovery.Calls, r.plan.Leaving(state), r.change.SessionsLeft(state), r.plan.Marking(state)),
		nil
}
