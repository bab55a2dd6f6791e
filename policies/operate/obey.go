package operate

import (
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

// Disobeying returns the clients that do not obey what is in force, and did before a change:
// all without our policy in their import lists, but for those that the change was to put it
// into. p is nil where the change is not known.
func Disobeying(state *plan.State, p *plan.Plan) []plan.Client {
	if len(state.InForce().Import) == 0 {
		return nil
	}
	lost := state.Unanchored()
	if p == nil {
		return lost
	}
	return slices.DeleteFunc(lost, func(c plan.Client) bool {
		return slices.ContainsFunc(p.Change.Restore, func(call plan.Call) bool {
			return call.Verb == plan.Assign && call.Import && call.Client == c.Address &&
				!slices.Contains(call.Policies, policies.ImportPolicy)
		})
	})
}
