package operate

import (
	"context"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// newPassages returns the lookup of which routes of a target passed import; nil where not all
// that is in force can be judged: what refuses a route is not known there.
func newPassages(ctx context.Context, client Daemon, state *plan.State, judged *policies.RoutingPolicy) rib.Passages {
	if len(state.InForce().Import) != len(judged.Import) {
		return nil
	}
	return client.Passages(ctx, state.Clients)
}
