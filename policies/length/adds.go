package length

import (
	"slices"

	"depeer/policies"
)

// Adds returns the most bytes that a policy adds to a route, as some member gets it.
func Adds(p *policies.RoutingPolicy) int { return max(p.AddedBytes(), p.TaggedBytes()) }

// maxAddedBytes returns an upper bound for what a policy adds to a route at any moment: what all
// its statements add together.
func maxAddedBytes(p *policies.RoutingPolicy) int {
	n := 0
	for _, s := range slices.Concat(p.Import, p.Export) {
		n += s.Actions.GrowsBytes()
	}
	return n
}
