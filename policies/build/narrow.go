package build

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// mustBeNarrow panics if a statement could match every route. In gobgpd, a statement without
// conditions matches every route, and a condition on an empty set can. A condition with INVERT alone
// matches nearly every route, and so does a condition on the client that a route is sent to.
func mustBeNarrow(p *policies.RoutingPolicy) {
	filled := make(map[string]bool)
	for _, s := range p.Sets {
		filled[s.Name] = s.Elements.Len() != 0
	}
	for _, s := range slices.Concat(p.Import, p.Export) {
		narrow := false
		for _, c := range []policies.Condition{s.Conditions.PrefixSet, s.Conditions.ASPathSet,
			s.Conditions.LargeCommunitySet} {
			narrow = narrow || c.Set != "" && !c.Invert
		}
		for _, c := range s.Conditions.All() {
			if c.Set != "" && !filled[c.Set] {
				panic(fmt.Sprintf("build: statement %s has a condition on %s, which is empty or not there", s.Name,
					c.Set))
			}
		}
		if !narrow {
			panic(fmt.Sprintf("build: statement %s would match everything", s.Name))
		}
	}
}
