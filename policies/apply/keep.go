package apply

import (
	"context"
	"errors"
	"fmt"

	"depeer/policies"
	"depeer/policies/plan"
)

// The file that the route server starts from is put in step behind the proof, and before
// the old generation is deleted: from there on nothing is to bring that back. What a
// restart or a reload gives at each step is in package persist.

// keepPolicy puts p into the file, if one is kept.
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

// checkPlaces says whether clients still have the places in their lists that the change gives
// them: the file does not, and a daemon that was started anew has them from there.
func (r *run) checkPlaces(state *plan.State) error {
	if lost := r.plan.Anchoring(state); len(lost) > 0 {
		return &ConcurrentChangeError{fmt.Errorf("client %s has not the place in its list any more that the change has given it",
			lost[0].Client)}
	}
	return nil
}

// broughtIn says whether, when something has gone wrong, a reload or a restart has brought
// in the new policy by itself, from the file that was put in step: then there is nothing
// to go back to. (gobgpd 3.37 with --config-auto-reload does this each time.)
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
