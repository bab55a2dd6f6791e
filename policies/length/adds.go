package length

import (
	"slices"

	"depeer/policies"
)

// Adds returns how many bytes a policy adds to a route at worst, as some member gets it.
func Adds(p *policies.RoutingPolicy) int { return max(p.AddedBytes(), p.TaggedBytes()) }

// bound is more than a policy adds to a route at any moment: what all its statements add
// together.
func bound(p *policies.RoutingPolicy) int {
	n := 0
	for _, s := range slices.Concat(p.Import, p.Export) {
		n += s.Actions.GrowsBytes()
	}
	return n
}
