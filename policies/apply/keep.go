package apply

import (
	"context"
	"errors"
	"fmt"

	"depeer/policies"
	"depeer/policies/plan"
)

// apply writes the file that the route server starts from after the proof, and before it deletes the old
// generation: from then on nothing must bring the old one back. Package persist says what a restart
// or a reload gives at each step.

// keepPolicy writes p into the file, if there is one.
func (r *run) keepPolicy(p *policies.RoutingPolicy) {
	if r.Keep == nil {
		return
	}
	r.logProgress("putting the file in step")
	r.kept, r.unkept = true, nil
	err := r.Keep(p)
	if r.result.Kept = err == nil; err != nil {
		r.unkept = &FileError{err}
		r.Log.Warn("the file is not in step", "error", err)
	}
}

// checkPlaces returns an error if a client no longer has our policy in its list where the change has
// assigned it. The file has no such assignment, so that a restart of the daemon loses it.
func (r *run) checkPlaces(state *plan.State) error {
	if lost := r.plan.Anchoring(state); len(lost) > 0 {
		return &ConcurrentChangeError{fmt.Errorf("client %s has not the place in its list any more that the change "+
			"has given it",
			lost[0].Client)}
	}
	return nil
}

// broughtIn says, after an error, whether a reload or a restart has loaded the new policy from the file
// that keepPolicy wrote. If so, there is nothing to undo. (gobgpd 3.37 with --config-auto-reload
// does this each time.)
func (r *run) broughtIn(ctx context.Context, err error) bool {
	if !errors.As(err, new(*ConcurrentChangeError)) || !r.kept || r.unkept != nil {
		return false
	}
	state, err := r.readState(context.WithoutCancel(ctx))
	if err != nil || len(state.Holders) > 0 || !r.change.After(state) {
		return false
	}
	if half, err := plan.Recover(state); err != nil || half.Side != plan.Whole {
		return false
	}
	r.onward, r.before = true, state
	return r.doCall(context.WithoutCancel(ctx),
		plan.Call{Verb: plan.Lock, Holder: r.Holder}) == nil // that was wiped as well
}
