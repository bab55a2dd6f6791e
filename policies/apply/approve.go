package apply

import (
	"context"
	"errors"

	"depeer/policies/plan"
)

// approveWayBack takes off the mark that what is in force is a way back, where a plan asks for just
// that and has nothing else to do: machines that keep the target by lists wait no more. No
// member notices.
func (r *run) approveWayBack(ctx context.Context, state *plan.State) error {
	calls := state.Unmarking()
	if len(calls) == 0 || r.plan.Clear || len(r.plan.PolicyLists) > 0 {
		return nil
	}
	if err := r.takeLock(ctx); err != nil {
		return err
	}
	err := r.makeCalls(ctx, calls)
	r.result.Outcome = Nothing
	return errors.Join(err, r.settleLock(ctx))
}
