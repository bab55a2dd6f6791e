package filters_test

import (
	"net/netip"
	"slices"
	"time"

	"depeer/filters"
)

// The meaning of listings, from DESIGN.md, as slow as it is obvious.

// verdict returns the treatment of a route by lists, or nothing. In path, 0 is
// an AS_SET.
func verdict(lists []*filters.Listing, rules filters.Rules, prefix netip.Prefix, path []filters.ASN) string {
	if sparedPrefix(rules, prefix) {
		return ""
	}
	for _, treatment := range rules.Treatments {
		for _, l := range lists {
			for _, p := range l.Providers {
				if inForce(l, p, rules) == treatment && listedBy(p, rules, prefix, path) {
					return treatment
				}
			}
		}
	}
	return ""
}

// sparedPrefix says whether prefix lies inside protected space.
func sparedPrefix(rules filters.Rules, prefix netip.Prefix) bool {
	return slices.ContainsFunc(rules.Protect.Prefixes, func(p filters.ProtectedPrefix) bool {
		return inside(prefix, p.Prefix)
	})
}

// inForce returns the treatment of a provider at rules.At; nothing if there is none.
func inForce(l *filters.Listing, p filters.Provider, rules filters.Rules) string {
	if !p.Expires.IsZero() && p.Expires.Past(rules.At) {
		return ""
	}
	for _, e := range rules.Except {
		if e.List == l.Name && e.Provider == p.ID && !e.Until.Past(rules.At) {
			return ""
		}
	}
	if !p.Listed.IsZero() && rules.At.Before(p.Listed.Start()) {
		return ""
	}
	name := l.Treatment
	if p.Treatment != "" {
		name = p.Treatment
	}
	if of := rules.Lists[l.Name]; of != "" {
		name = of
	}
	for _, ladder := range rules.Ladders {
		if ladder.Name == name {
			name = ""
			for _, step := range ladder.Steps {
				if rules.At.Sub(p.Listed.Start()) >= step.After {
					name = step.Treatment
				}
			}
		}
	}
	return name
}

// listedBy says whether one of the provider's matches matches the route.
func listedBy(p filters.Provider, rules filters.Rules, prefix netip.Prefix, path []filters.ASN) bool {
	for _, m := range p.Prefixes {
		if inside(prefix, m.Prefix) && int(m.Min) <= prefix.Bits() && prefix.Bits() <= int(m.Max) {
			return true
		}
	}
	for _, m := range p.ASNs {
		protected := slices.ContainsFunc(rules.Protect.ASNs,
			func(p filters.ProtectedASN) bool { return p.ASN == m.ASN })
		if !protected && matchesPath(m, path) {
			return true
		}
	}
	return false
}

// matchesPath says whether m matches a path.
func matchesPath(m filters.ASMatch, path []filters.ASN) bool {
	if len(path) == 0 {
		return false
	}
	for _, a := range m.Except {
		if slices.Contains(path, a) {
			return false
		}
	}
	switch m.Where {
	case filters.Origin:
		return path[len(path)-1] == m.ASN
	case filters.Neighbor:
		return path[0] == m.ASN
	default:
		return slices.Contains(path, m.ASN)
	}
}

// interpret returns the treatment of a route by what was compiled, read as the
// documentation of Compiled says, with one or the other reading of entries.
func interpret(c *filters.Compiled, matches func([]filters.Entry, netip.Prefix) bool, prefix netip.Prefix,
	path []filters.ASN) string {
	family := func(e filters.Entries) []filters.Entry {
		if prefix.Addr().Is4() {
			return e.IPv4
		}
		return e.IPv6
	}
	spared := matches(family(c.Protected), prefix)
	for _, f := range c.Filters {
		if matches(family(f.Prefixes), prefix) {
			return f.Treatment
		}
		if spared {
			continue
		}
		for _, m := range f.ASNs {
			if matchesPath(m, path) {
				return f.Treatment
			}
		}
		for _, g := range f.Groups {
			for _, a := range g.ASNs {
				if matchesPath(filters.ASMatch{ASN: a, Where: filters.Path, Except: g.Except}, path) {
					return f.Treatment
				}
			}
		}
	}
	return ""
}

func day(s string) filters.Day {
	d, err := filters.ParseDay(s)
	if err != nil {
		panic(err)
	}
	return d
}

const oneDay = 24 * time.Hour
