package operate

import (
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

// Disobeying returns the clients that obeyed our policy before a change, and do not obey what is in force
// now: all without our policy in their import lists, except those that the change was to anchor. p is
// nil where the change is not known.
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
