package eval

import (
	"slices"

	"depeer/policies"
)

// Scrubbed returns what the policy removes from r before it looks at it, except its own scratch
// communities: reason communities that only the route server gives. Two policies treat a route
// differently if these differ, whatever their Effect is.
func (e *Evaluator) Scrubbed(r *policies.Route) []policies.LargeCommunity {
	if len(e.scrubs) == 0 {
		return nil
	}
	var off []policies.LargeCommunity
	for _, c := range r.LargeCommunities {
		if slices.ContainsFunc(e.scrubs, func(p policies.LargeCommunityPattern) bool { return p.Matches(c) }) {
			off = append(off, c)
		}
	}
	return off
}

// scrubsOf returns what the statements of p remove from every route, except scratch communities.
func scrubsOf(p *policies.RoutingPolicy) []policies.LargeCommunityPattern {
	var out []policies.LargeCommunityPattern
	for _, cleaner := range cleanersOf(p) {
		for _, pattern := range cleaner.drop {
			if !pattern.IsScratch() {
				out = append(out, pattern)
			}
		}
	}
	return out
}
