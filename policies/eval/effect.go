package eval

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
)

// listEffects returns the final effect of each statement on a route, as text. It is empty for
// statements that only mark, tag, scrub or clean.
func listEffects(p *policies.RoutingPolicy) []string {
	out := make([]string, len(p.Import))
	cleaners, tags := cleanersOf(p), p.Tags()
	for i, s := range p.Import {
		out[i] = describeEffect(s.Actions, func(c policies.LargeCommunity) bool {
			return slices.Contains(tags, c) || slices.ContainsFunc(cleaners,
				func(later cleaner) bool { return later.statement > i && later.removes(c) })
		})
	}
	return out
}

// EffectOf returns what a treatment does to a route, in the words of Effect, without one large
// community.
func EffectOf(t policies.Treatment, but policies.LargeCommunity) string {
	a := t.Actions()
	a.Reject = t.Reject
	return describeEffect(a, func(c policies.LargeCommunity) bool { return c == but })
}

// describeEffect returns what a does, without the scratch communities.
func describeEffect(a policies.Actions, scratch func(policies.LargeCommunity) bool) string {
	if a.Reject {
		return "refuse"
	}
	var parts []string
	if a.LocalPref != 0 {
		parts = append(parts, fmt.Sprintf("local-pref %d", a.LocalPref))
	}
	if a.MED != nil {
		parts = append(parts, fmt.Sprintf("med %d", *a.MED))
	}
	if a.Prepend != 0 {
		parts = append(parts, fmt.Sprintf("prepend %d", a.Prepend))
	}
	for _, c := range a.Communities {
		parts = append(parts, "community "+c.String())
	}
	for _, c := range a.AddLargeCommunities {
		if !scratch(c) {
			parts = append(parts, "large-community "+c.String())
		}
	}
	return strings.Join(parts, ", ")
}

// cleaner is a statement that removes large communities from every route that has them.
type cleaner struct {
	statement   int
	looks, drop []policies.LargeCommunityPattern
}

// cleanersOf returns the statements of p with no other condition.
func cleanersOf(p *policies.RoutingPolicy) []cleaner {
	var out []cleaner
	for i, s := range p.Import {
		c := s.Conditions
		if c.PrefixSet.Set != "" || c.ASPathSet.Set != "" || c.LargeCommunitySet.Invert {
			continue
		}
		if looks := policies.ElementsOf[policies.LargeCommunities](p, c.LargeCommunitySet.Set); looks != nil {
			out = append(out, cleaner{i, looks, s.Actions.DropLargeCommunities})
		}
	}
	return out
}

// removes says whether no route leaves the statement with c.
func (l cleaner) removes(c policies.LargeCommunity) bool {
	matches := func(p policies.LargeCommunityPattern) bool { return p.Matches(c) }
	return slices.ContainsFunc(l.looks, matches) && slices.ContainsFunc(l.drop, matches)
}

// Treatments returns what p does to a route by each of its treatments, in the words of Effect.
func Treatments(p *policies.RoutingPolicy) map[string]string {
	out := make(map[string]string)
	for i, effect := range listEffects(p) {
		if name := p.Import[i].Treatment(); name != "" && effect != "" {
			out[name] = effect
		}
	}
	return out
}
