package operate

import (
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

// IsUndefined says whether the route server has no definition of a policy of ours any more:
// a reload of a file without them has rejected every route of the members that list them.
func IsUndefined(state *plan.State) bool { return state.Import == nil || state.Export == nil }

// CountListing is how many members have a policy of ours in a list.
func CountListing(state *plan.State) int {
	n := 0
	for _, c := range state.Clients {
		if c.RouteServer && (slices.Contains(c.Import.Policies, policies.ImportPolicy) ||
			slices.Contains(c.Export.Policies, policies.ExportPolicy)) {
			n++
		}
	}
	return n
}
