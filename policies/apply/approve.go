package apply

import (
	"context"
	"errors"

	"depeer/policies/plan"
)

// approveWayBack removes the mark of a way back from the policy in force, if the plan asks for this policy
// and has nothing else to do. A watch on any machine then follows its lists again. No route changes.
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
