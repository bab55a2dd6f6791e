package eval_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// outcome is what becomes of a route.
type outcome struct {
	Refused bool
	Route   policies.Route // if not refused
	Trail   []string       // the statements that matched, in order
}

// oracle does what gobgpd does, statement by statement on the route itself, slowly:
// every pattern is a regular expression over what gobgpd prints.
func oracle(p *policies.RoutingPolicy, r policies.Route) outcome {
	out := outcome{Route: r}
	for _, s := range p.Import {
		if !prefixHolds(p, s.Conditions.PrefixSet, out.Route) || !pathHolds(p, s.Conditions.ASPathSet, out.Route) ||
			!largeHolds(p, s.Conditions.LargeCommunitySet, out.Route) {
			continue
		}
		out.Trail = append(out.Trail, s.Name)
		if s.Actions.Reject {
			return outcome{Refused: true, Trail: out.Trail}
		}
		out.Route = oracleChange(out.Route, s.Actions)
	}
	return out
}

func prefixHolds(p *policies.RoutingPolicy, c policies.Condition, r policies.Route) bool {
	if c.Set == "" {
		return true
	}
	entries := policies.ElementsOf[policies.Prefixes](p, c.Set)
	if entries[0].Prefix.Addr().Is4() != r.Prefix.Addr().Is4() {
		return false
	}
	longest := -1
	for _, e := range entries {
		if e.Prefix.Contains(r.Prefix.Addr()) && e.Prefix.Bits() <= r.Prefix.Bits() {
			longest = max(longest, e.Prefix.Bits())
		}
	}
	matches := slices.ContainsFunc(entries, func(e filters.Entry) bool {
		return e.Prefix.Bits() == longest && e.Prefix.Contains(r.Prefix.Addr()) && int(e.Min) <= r.Prefix.Bits() &&
			r.Prefix.Bits() <= int(e.Max)
	})
	return matches != c.Invert
}

func pathHolds(p *policies.RoutingPolicy, c policies.Condition, r policies.Route) bool {
	if c.Set == "" {
		return true
	}
	words := make([]string, len(r.Path))
	for i, a := range r.Path {
		if words[i] = a.String(); a == 0 {
			words[i] = "{}"
		}
	}
	printed := strings.Join(words, " ")
	patterns := policies.ElementsOf[policies.ASPaths](p, c.Set)
	matches := slices.ContainsFunc(patterns, func(pattern policies.ASPathPattern) bool {
		return regexp.MustCompile(strings.ReplaceAll(pattern.String(), "_", "(^|[,{}() ]|$)")).MatchString(printed)
	})
	return matches != c.Invert
}

func largeHolds(p *policies.RoutingPolicy, c policies.Condition, r policies.Route) bool {
	if c.Set == "" {
		return true
	}
	patterns := policies.ElementsOf[policies.LargeCommunities](p, c.Set)
	return slices.ContainsFunc(r.LargeCommunities, matcher(patterns)) != c.Invert
}

func matcher(patterns []policies.LargeCommunityPattern) func(policies.LargeCommunity) bool {
	return func(c policies.LargeCommunity) bool {
		return slices.ContainsFunc(patterns, func(p policies.LargeCommunityPattern) bool {
			return regexp.MustCompile(p.String()).MatchString(fmt.Sprintf("%d:%d:%d", c.Global, c.Local1, c.Local2))
		})
	}
}

func oracleChange(r policies.Route, a policies.Actions) policies.Route {
	if a.LocalPref > 0 {
		r.LocalPref = a.LocalPref
	}
	if a.MED != nil {
		r.MED = a.MED
	}
	for range a.Prepend {
		if len(r.Path) > 0 && r.Path[0] != 0 {
			r.Path = slices.Insert(slices.Clone(r.Path), 0, r.Path[0])
		}
	}
	r.Communities = slices.DeleteFunc(slices.Clone(r.Communities),
		func(c policies.Community) bool { return slices.Contains(a.DropCommunities, c) })
	r.Communities = append(r.Communities, a.Communities...)
	r.LargeCommunities = append(slices.Clone(r.LargeCommunities), a.AddLargeCommunities...)
	r.LargeCommunities = slices.DeleteFunc(r.LargeCommunities, matcher(a.DropLargeCommunities))
	return r
}
