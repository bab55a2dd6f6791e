package apply

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"depeer/policies/plan"
)

// run is one change on its way.
type run struct {
	*Applier
	plan   *plan.Plan
	change *plan.Change
	before *plan.State

	live   bool // the live call may have taken effect
	result Result
}

// mending is how long a change that failed has for going back, whatever happened
// to the context that it ran in: an interrupt does not leave it half-way.
const mending = 2 * time.Minute

func outlive(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), mending)
}

// all takes the change through. What fails before the old generation is taken
// out is undone; what fails after that is finished by recover.
func (r *run) all(ctx context.Context) (Result, error) {
	if err := r.forward(ctx); err != nil {
		return r.back(ctx, err)
	}
	// From here on there is only cleaning up, and nothing to go back to.
	later, cancel := outlive(ctx)
	defer cancel()
	if err := r.finish(later); err != nil {
		r.result.Outcome = Partial
		r.result.Known = "the new policy is in force; what is left is cleaning up"
		return r.result, err
	}
	r.result.Outcome = Applied
	return r.result, nil
}

// forward is everything up to the proof.
func (r *run) forward(ctx context.Context) error {
	r.progress("preparing %d calls", len(r.change.Prepare))
	for _, call := range r.change.Prepare {
		if err := r.do(ctx, call); err != nil {
			return err
		}
	}
	held, err := r.held(ctx)
	if err != nil {
		return err
	}
	if err := r.look(ctx, r.plan.Ready); err != nil {
		return err
	}
	for _, call := range r.change.Live {
		r.live = true
		r.progress("letting it in")
		if err := r.do(ctx, call); err != nil {
			return err
		}
	}
	for _, call := range r.change.Assignments() {
		r.live = true
		if err := r.do(ctx, call); err != nil {
			return err
		}
	}
	touched, err := r.touched(ctx)
	if err != nil {
		return err
	}
	if err := r.reset(ctx, touched); err != nil {
		return err
	}
	r.result.Proof, err = r.verify(ctx, held, touched)
	return err
}

// look reads the target again and asks whether it is as it should be.
func (r *run) look(ctx context.Context, right func(*plan.State) error) error {
	state, err := r.Daemon.State(ctx)
	if err != nil {
		return err
	}
	return right(state)
}

// reset resets clients softly, inbound, one after another.
func (r *run) reset(ctx context.Context, clients []netip.Addr) error {
	for i, client := range clients {
		r.progress("soft reset in: %s (%d of %d)", client, i+1, len(clients))
		if err := r.do(ctx, plan.Call{Verb: plan.Reset, Client: client}); err != nil {
			return err
		}
		r.result.Reset = append(r.result.Reset, client)
	}
	return nil
}

// finish cleans up behind the gate. A reload of the daemon in between may have
// brought the old generation back: then its calls would leave nothing treated.
func (r *run) finish(ctx context.Context) error {
	if err := r.look(ctx, r.plan.Stands); err != nil {
		return err
	}
	for _, call := range r.change.Cleaning() {
		if err := r.do(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

// back undoes what was done, and says whether that is certain.
func (r *run) back(ctx context.Context, cause error) (Result, error) {
	r.Log.Warn("going back", "cause", cause)
	later, cancel := outlive(ctx)
	defer cancel()
	if err := r.undo(later); err != nil {
		r.result.Outcome = Partial
		r.result.Known = "policy is as before"
		if r.live {
			r.result.Known = "the old or the new policy is in force, wholly; which one is not known"
		}
		return r.result, errors.Join(cause, fmt.Errorf("going back: %w", err))
	}
	r.result.Outcome = Restored
	return r.result, cause
}

// undo brings back what was in force before, from what the target says now.
func (r *run) undo(ctx context.Context) error {
	state, err := r.Daemon.State(ctx)
	if err != nil {
		return err
	}
	var gates []plan.Call
	if r.live {
		gates = r.change.Closing(state)
	}
	for _, call := range gates {
		if err := r.do(ctx, call); err != nil {
			return err
		}
	}
	for _, call := range r.change.Restoring(state) {
		if err := r.do(ctx, call); err != nil {
			return err
		}
	}
	if r.live {
		touched, err := r.touched(ctx)
		if err != nil {
			return err
		}
		if err := r.reset(ctx, touched); err != nil {
			return err
		}
	}
	return r.clean(ctx, plan.Before)
}

// clean removes what a change that was cut off left behind, if it stands on the
// side that is expected.
func (a *Applier) clean(ctx context.Context, side plan.Side) error {
	state, err := a.Daemon.State(ctx)
	if err != nil {
		return err
	}
	recovery, err := plan.Recover(state)
	if err != nil {
		return err
	}
	if recovery.Side != side && recovery.Side != plan.Whole {
		return fmt.Errorf("the target stands at %q, not at %q", recovery.Side, side)
	}
	for _, call := range recovery.Calls {
		if err := a.do(ctx, call); err != nil {
			return err
		}
	}
	return nil
}
