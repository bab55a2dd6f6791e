package apply

import (
	"context"
	"fmt"
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

// Recover leads the target out of a change that was cut off, at whatever call: it
// is finished if the target stands behind its live call, else undone. p is the
// plan that was being applied, from the journal; nil where that is on another machine. The
// caller has made sure that nobody is at work: locks in the daemon are taken off.
//
// The outcome is Applied, Restored, Nothing, or Partial with an error. Where the
// daemon has lost what was in force before (a restart, a reload), that is put in
// again.
func (a *Applier) Recover(ctx context.Context, p *plan.Plan) (Result, error) {
	state, err := a.Daemon.State(ctx)
	if err != nil {
		return Result{Outcome: Untouched}, err
	}
	recovery, err := plan.Recover(state)
	if err != nil {
		return Result{Outcome: Untouched}, err
	}
	for _, holder := range state.Holders {
		if err := a.do(ctx, plan.Call{Verb: plan.Unlock, Holder: holder}); err != nil {
			return Result{Outcome: Untouched}, err
		}
	}
	if p == nil {
		p = &plan.Plan{Server: state.Server, Change: *state.HalfWay()}
	}
	r := &run{Applier: a, plan: p, change: &p.Change, before: state, live: true}
	switch side := r.side(state, recovery.Side); side {
	case plan.After:
		return r.complete(ctx, recovery)
	case plan.Before:
		return r.reverse(ctx, recovery)
	default:
		return r.putBack(ctx, recovery)
	}
}

// side says where the target stands. A change that is whole again is known by
// what is in force; Whole is returned where that is neither.
func (r *run) side(state *plan.State, side plan.Side) plan.Side {
	inForce := state.InForce()
	switch {
	case side != plan.Whole:
		return side
	case same(inForce, r.change.New):
		return plan.After
	case same(inForce, r.change.Old):
		return plan.Before
	default:
		return plan.Whole
	}
}

func same(a, b *policies.RoutingPolicy) bool {
	return slices.EqualFunc(a.Import, b.Import, func(x, y policies.Statement) bool { return x.Name == y.Name })
}

// complete finishes a change whose live call was made.
func (r *run) complete(ctx context.Context, recovery *plan.Recovery) (Result, error) {
	fail := func(err error) (Result, error) {
		r.result.Outcome, r.result.Known = Partial, "the new policy is in force; members may hold routes as before"
		return r.result, err
	}
	for _, call := range r.change.Assignments() {
		if err := r.do(ctx, call); err != nil {
			return fail(err)
		}
	}
	touched, err := r.touched(ctx)
	if err != nil {
		return fail(err)
	}
	if err := r.reset(ctx, touched); err != nil {
		return fail(err)
	}
	if r.result.Proof, err = r.verify(ctx, nil, touched); err != nil {
		return fail(err)
	}
	if err := r.make(ctx, recovery.Calls, r.plan.Marking(r.before)); err != nil {
		return fail(err)
	}
	r.result.Outcome = Applied
	if len(recovery.Calls) == 0 && len(touched) == 0 && r.change.Empty() {
		r.result.Outcome = Nothing
	}
	return r.result, nil
}

// reverse undoes a change whose live call was not made, or was taken back.
func (r *run) reverse(ctx context.Context, recovery *plan.Recovery) (Result, error) {
	fail := func(err error) (Result, error) {
		r.result.Outcome, r.result.Known = Partial, "the old policy is in force; members may hold routes as after"
		return r.result, err
	}
	if err := r.make(ctx, r.change.Restoring(r.before), nil); err != nil {
		return fail(err)
	}
	touched, err := r.touched(ctx)
	if err != nil {
		return fail(err)
	}
	if err := r.reset(ctx, touched); err != nil {
		return fail(err)
	}
	if err := r.make(ctx, recovery.Calls, nil); err != nil {
		return fail(err)
	}
	r.result.Outcome = Restored
	return r.result, nil
}

// putBack puts in what was in force before, where the daemon has lost it: by the
// same road as any change.
func (r *run) putBack(ctx context.Context, recovery *plan.Recovery) (Result, error) {
	fail := func(err error) (Result, error) {
		r.result.Outcome, r.result.Known = Partial, "neither the old nor the new policy is in force: the daemon has lost it"
		return r.result, err
	}
	if err := r.make(ctx, recovery.Calls, nil); err != nil {
		return fail(err)
	}
	state, err := r.Daemon.State(ctx)
	if err != nil {
		return fail(err)
	}
	if obstacles := state.Obstacles(); len(obstacles) > 0 {
		return fail(&ObstacleError{obstacles})
	}
	change := plan.To(state, r.change.Old, r.plan.ID)
	again := &run{Applier: r.Applier, change: change, before: state, plan: &plan.Plan{ID: r.plan.ID, Server: state.Server, Change: *change}}
	result, err := again.all(ctx)
	if err == nil {
		result.Outcome = Restored
	}
	return result, err
}

// make makes calls one after another.
func (r *run) make(ctx context.Context, lists ...[]plan.Call) error {
	for _, call := range slices.Concat(lists...) {
		if err := r.do(ctx, call); err != nil {
			return fmt.Errorf("recover: %w", err)
		}
	}
	return nil
}
