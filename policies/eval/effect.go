package eval

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies"
)

// effects returns what each statement does to a route in the end, as text; empty
// for those that only mark, tag, scrub or clean.
func effects(p *policies.RoutingPolicy) []string {
	out := make([]string, len(p.Import))
	cleaners, tags := cleanersOf(p), p.Tags()
	for i, s := range p.Import {
		out[i] = effect(s.Actions, func(c policies.LargeCommunity) bool {
			return slices.Contains(tags, c) || slices.ContainsFunc(cleaners,
				func(later cleaner) bool { return later.statement > i && later.cleans(c) })
		})
	}
	return out
}

// EffectOf returns what a treatment does to a route, as Effect says it, but for one
// large community.
func EffectOf(t policies.Treatment, but policies.LargeCommunity) string {
	a := policies.Actions{
		Reject: t.Reject, LocalPref: t.LocalPref, MED: t.MED, Prepend: t.Prepend,
		Communities: t.Communities, AddLargeCommunities: t.LargeCommunities,
	}
	return effect(a, func(c policies.LargeCommunity) bool { return c == but })
}

// effect returns what a does, without the scratch.
func effect(a policies.Actions, scratch func(policies.LargeCommunity) bool) string {
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

// cleaner is a statement that takes large communities off every route that has
// them.
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

// cleans says whether no route leaves the statement with c.
func (l cleaner) cleans(c policies.LargeCommunity) bool {
	matches := func(p policies.LargeCommunityPattern) bool { return p.Matches(c) }
	return slices.ContainsFunc(l.looks, matches) && slices.ContainsFunc(l.drop, matches)
}

// Treatments returns what p does to a route by each treatment that it has, as Effect says it.
func Treatments(p *policies.RoutingPolicy) map[string]string {
	out := make(map[string]string)
	for i, effect := range effects(p) {
		if name := p.Import[i].Treatment(); name != "" && effect != "" {
			out[name] = effect
		}
	}
	return out
}
