package length

import (
	"slices"

	"depeer/policies"
)

// Adds returns how many bytes a policy of policies.Build makes the attributes of a route longer
// at most, as members get it. A route is treated by one statement of import, may get tags
// besides, which export takes off where our policy is in a member's list, and what members have
// chosen comes on top.
func Adds(p *policies.RoutingPolicy) int {
	treated, besides := 0, 0
	for _, s := range p.Import {
		a := s.Actions
		tags := 0
		a.AddLargeCommunities = slices.DeleteFunc(slices.Clone(a.AddLargeCommunities), func(c policies.LargeCommunity) bool {
			if c.IsTag() {
				tags++
			}
			return c.IsScratch()
		})
		treated = max(treated, a.GrowsBytes())
		besides += policies.TagBytes * tags
	}
	for _, s := range p.Export {
		besides += s.Actions.GrowsBytes()
	}
	return treated + besides
}

// bound is more than any policy adds to a route at any moment: what all its statements add
// together.
func bound(p *policies.RoutingPolicy) int {
	n := 0
	for _, s := range slices.Concat(p.Import, p.Export) {
		n += s.Actions.GrowsBytes()
	}
	return n
}
