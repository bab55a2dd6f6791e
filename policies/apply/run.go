package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"depeer/policies/plan"
)

// all takes the change through. What fails before the old generation is taken
// out is undone.
func (r *run) all(ctx context.Context) error {
	if err := r.again(ctx); err != nil {
		r.result.Outcome = Untouched
		return err
	}
	if len(r.plan.PolicyLists) > 0 {
		return r.putLists(ctx)
	}
	return r.through(ctx)
}

// again checks the target once more: before the lock was ours, somebody else may
// have had it.
func (r *run) again(ctx context.Context) error {
	state, err := r.read(ctx)
	if err != nil {
		return err
	}
	if done, err := r.check(state, r.plan); err != nil {
		return err
	} else if done && !r.plan.Empty() {
		return &StaleError{"somebody else has just applied it"}
	}
	r.before = state
	return nil
}

// through takes a change to its end, or back to where it began.
func (r *run) through(ctx context.Context) error {
	if err := r.forward(ctx); err != nil {
		if r.broughtIn(ctx, err) {
			if err = r.complete(context.WithoutCancel(ctx)); err == nil {
				return nil
			}
		}
		return r.back(ctx, err)
	}
	// From here on there is only cleaning up, and nothing to go back to.
	return r.finish(context.WithoutCancel(ctx))
}

// forward is everything up to the proof.
func (r *run) forward(ctx context.Context) error {
	r.progress("preparing: %d calls", len(r.change.Prepare))
	if err := r.make(ctx, r.change.Prepare); err != nil {
		return err
	}
	if err := r.look(ctx, r.plan.Ready, r.change.Assignable); err != nil {
		return err
	}
	r.progress("letting it in")
	r.live = len(r.change.Live)+len(r.change.Assigning()) > 0
	if err := r.make(ctx, r.change.Live); err != nil {
		return err
	}
	if err := r.make(ctx, r.change.Assigning()); err != nil {
		return err
	}
	if err := r.reset(ctx, r.forth); err != nil {
		return err
	}
	if err := r.verify(ctx); err != nil {
		return err
	}
	r.keep(r.change.New)
	return r.look(ctx, r.plan.Stands, r.change.Leavable)
}

// look reads the target again, and asks whether it is as it should be, and the
// lock still ours: a reload of the daemon has wiped both.
func (r *run) look(ctx context.Context, questions ...func(*plan.State) error) error {
	state, err := r.read(ctx)
	if err != nil {
		return err
	}
	for _, right := range append(questions, r.mine) {
		if err := right(state); err != nil {
			return &MeddledError{err}
		}
	}
	return nil
}

// mine says whether the lock is ours and nobody else's.
func (r *run) mine(s *plan.State) error {
	if len(s.Holders) == 0 {
		return errors.New("the lock is gone: the daemon was reloaded or restarted, or somebody has broken it")
	}
	return r.alone(s)
}

// tries is how often what is left to be done is read from the target again. A call
// whose answer was lost may take effect late: then there is something to do once more.
const tries = 3

// finish takes the old generation out, and the gate off.
func (r *run) finish(ctx context.Context) error {
	r.onward = true
	if changes := r.change.SessionChanges(); len(changes) > 0 {
		r.progress("shutting and opening sessions: %d", len(changes))
	} else {
		r.progress("cleaning up")
	}
	return r.cleanUp(ctx, r.make(ctx, r.change.Cleaning()))
}

// cleanUp makes the calls that are left when the new policy is in force, as the
// target says, until none is. What goes wrong is tried again: no call here is live.
func (r *run) cleanUp(ctx context.Context, failed error) error {
	r.result.Outcome = Partial
	var left []plan.Call
	for range tries {
		state, err := r.read(ctx)
		if err != nil {
			r.result.Known = "the new policy was in force, and proven, when cleaning up began; the target cannot be read now"
			return errors.Join(failed, err)
		}
		if err = r.alone(state); err == nil && !r.change.After(state) {
			err = &MeddledError{errors.New("the new policy was proven, and is not in force any more")}
		} else if err == nil {
			err = r.placed(state)
		}
		if err != nil {
			r.result.Known = r.describe(state)
			return errors.Join(failed, err)
		}
		left, err = r.left(state)
		if err == nil && len(left) == 0 {
			r.result.Outcome, r.result.Known = Applied, ""
			r.result.Sessions = r.change.SessionChanges()
			return nil
		}
		if err == nil {
			err = r.make(ctx, left)
		}
		failed = err
	}
	r.result.Known = "the new policy is in force, and proven; what is left is " + calls(left)
	return errors.Join(failed, errors.New("cleaning up comes to no end"))
}

// calls names some calls.
func calls(list []plan.Call) string {
	switch len(list) {
	case 0:
		return "not known"
	case 1:
		return list[0].String()
	default:
		return fmt.Sprintf("%s, and %d calls more", list[0], len(list)-1)
	}
}

// left returns what is still to be done when the new policy is in force.
func (r *run) left(state *plan.State) ([]plan.Call, error) {
	recovery, err := plan.Recover(state)
	if err != nil {
		return nil, err
	}
	return slices.Concat(recovery.Calls, r.plan.Leaving(state), r.change.SessionsLeft(state), r.plan.Marking(state)),
		nil
}
