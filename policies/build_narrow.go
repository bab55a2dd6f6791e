package policies

import (
	"fmt"
	"slices"
)

// mustBeNarrow panics if a statement could match every route. In gobgpd no
// condition at all matches everything, a condition on an empty set may, and
// absence (INVERT) alone nearly does, and so does who a route is sent to.
func (p *RoutingPolicy) mustBeNarrow() {
	filled := make(map[string]bool)
	for _, s := range p.PrefixSets {
		filled[s.Name] = len(s.Entries) != 0
	}
	for _, s := range p.ASPathSets {
		filled[s.Name] = len(s.Patterns) != 0
	}
	for _, s := range p.LargeCommunitySets {
		filled[s.Name] = len(s.Patterns) != 0
	}
	for _, s := range p.NeighborSets {
		filled[s.Name] = len(s.Addresses) != 0
	}
	for _, s := range slices.Concat(p.Import, p.Export) {
		narrow := false
		for _, c := range []Condition{s.Conditions.PrefixSet, s.Conditions.ASPathSet, s.Conditions.LargeCommunitySet} {
			narrow = narrow || c.Set != "" && !c.Invert
		}
		for _, c := range s.Conditions.all() {
			if c.Set != "" && !filled[c.Set] {
				panic(fmt.Sprintf("policies: statement %s has a condition on %s, which is empty or not there", s.Name,
					c.Set))
			}
		}
		if !narrow {
			panic(fmt.Sprintf("policies: statement %s would match everything", s.Name))
		}
	}
}

// all returns each condition, there or not.
func (c Conditions) all() []Condition {
	return []Condition{c.PrefixSet, c.NeighborSet, c.ASPathSet, c.LargeCommunitySet}
}
