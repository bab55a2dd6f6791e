package policies

import "fmt"

// mustBeNarrow panics if a statement could match every route. In gobgpd no
// condition at all matches everything, a condition on an empty set may, and
// absence (INVERT) alone nearly does.
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
	for _, s := range p.Import {
		narrow := false
		for _, c := range []Condition{s.Conditions.PrefixSet, s.Conditions.ASPathSet, s.Conditions.LargeCommunitySet} {
			if c.Set != "" && !filled[c.Set] {
				panic(fmt.Sprintf("policies: statement %s has a condition on %s, which is empty or not there", s.Name, c.Set))
			}
			narrow = narrow || c.Set != "" && !c.Invert
		}
		if !narrow {
			panic(fmt.Sprintf("policies: statement %s would match everything", s.Name))
		}
	}
}
