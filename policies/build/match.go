package build

import (
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
)

// match is one way in which a treatment matches routes. It becomes one statement.
type match struct {
	label     string
	treatment policies.Treatment
	family    family
	entries   []filters.Entry          // of a match by prefix; else nil
	asns      []policies.ASPathPattern // of a match by AS path; else nil
	protected []filters.Entry          // space in which a match by AS path matches nothing; of family
	group     int                      // counted from 1; 0: no exceptions
	except    []policies.ASPathPattern // of the group
}

// family is the address family of the routes that a match is about.
type family uint8

const (
	anyFamily family = iota
	ipv4
	ipv6
)

// suffixOf returns the suffix of names of statements and sets of the family.
func (f family) suffixOf() string { return [...]string{anyFamily: "", ipv4: "4", ipv6: "6"}[f] }

// neverAnnounced is an announcement that no member makes. It stands for the protected space of a
// family that has none, where the other family has some. An empty set would not do: in GoBGP, INVERT
// is false for it, and for the set of the other family.
var neverAnnounced = map[family]filters.Entry{
	ipv4: {Prefix: netip.MustParsePrefix("0.0.0.0/32"), Min: 32, Max: 32},
	ipv6: {Prefix: netip.MustParsePrefix("::/128"), Min: 128, Max: 128},
}

// listMatches returns all matches of c, most severe first.
func (b *builder) listMatches(c *filters.Compiled, treatments []policies.Treatment) []match {
	byName := make(map[string]policies.Treatment, len(treatments))
	for _, t := range treatments {
		byName[t.Name] = t
	}
	var list []match
	for _, f := range c.Filters {
		t, known := byName[f.Treatment]
		if !known {
			panic(fmt.Sprintf("build: filter of the treatment %q, which is not among those given", f.Treatment))
		}
		list = append(list, b.matchesOf(f, t.ForAll(), c.Protected)...)
	}
	return list
}

// matchesOf returns the matches of one filter. It numbers groups through the whole policy.
func (b *builder) matchesOf(f filters.Filter, t policies.Treatment, protected filters.Entries) []match {
	list := byPrefix(t, f.Prefixes)
	if len(f.ASNs) != 0 {
		list = append(list, byPath(match{label: t.Name + "-as-path", treatment: t, asns: patternsOf(f.ASNs)},
			protected)...)
	}
	for _, g := range f.Groups {
		b.groups++
		m := match{treatment: t, group: b.groups, asns: patternsAnywhere(g.ASNs), except: patternsAnywhere(g.Except)}
		m.label = fmt.Sprintf("%s-group%d", t.Name, b.groups)
		list = append(list, byPath(m, protected)...)
	}
	return list
}

// byPrefix returns the matches of entries: at most one for each family.
func byPrefix(t policies.Treatment, e filters.Entries) []match {
	var list []match
	if len(e.IPv4) != 0 {
		list = append(list, match{label: t.Name + "-prefix4", treatment: t, family: ipv4, entries: e.IPv4})
	}
	if len(e.IPv6) != 0 {
		list = append(list, match{label: t.Name + "-prefix6", treatment: t, family: ipv6, entries: e.IPv6})
	}
	return list
}

// byPath returns m. If there is protected space, it returns m for each family, with that space
// excluded by INVERT. This needs no mark, and gobgpd evaluates the other family's set at no cost.
func byPath(m match, protected filters.Entries) []match {
	if protected.Len() == 0 {
		return []match{m}
	}
	split := func(f family, entries []filters.Entry) match {
		part := m
		part.label += f.suffixOf()
		part.family, part.protected = f, entries
		if len(entries) == 0 {
			part.protected = []filters.Entry{neverAnnounced[f]}
		}
		return part
	}
	return []match{split(ipv4, protected.IPv4), split(ipv6, protected.IPv6)}
}

func patternsOf(list []filters.ASMatch) []policies.ASPathPattern {
	out := make([]policies.ASPathPattern, len(list))
	for i, m := range list {
		out[i] = policies.ASPathPattern{ASN: m.ASN, Where: m.Where}
	}
	return out
}

// patternsAnywhere returns patterns that match the ASNs anywhere in a path.
func patternsAnywhere(list []filters.ASN) []policies.ASPathPattern {
	out := make([]policies.ASPathPattern, len(list))
	for i, a := range list {
		out[i] = policies.ASPathPattern{ASN: a, Where: filters.Path}
	}
	return out
}

// isIdle says whether m changes nothing: it only keeps less severe treatments from its routes.
func (m match) isIdle() bool { return !m.treatment.Reject && !m.treatment.Changes() }

// canMeet says whether one route could match both. Where it cannot tell, it says yes.
func (m match) canMeet(other match) bool {
	if m.family != anyFamily && other.family != anyFamily && m.family != other.family {
		return false
	}
	if m.entries != nil && other.entries != nil {
		return entriesMeet(m.entries, other.entries)
	}
	return true
}

// entriesMeet says whether some announcement is in both a and b, which are sorted by
// address and length. At each address, the entries that cover it are open:
//
//	a   |-------- 10.0.0.0/8 8..16 --------|
//	b       |-- 10.1.0.0/16 16..24 --|          meets at 10.1.0.0/16
func entriesMeet(a, b []filters.Entry) bool {
	var openA, openB []filters.Entry
	for len(a) > 0 || len(b) > 0 {
		fromA := len(b) == 0 || len(a) > 0 && a[0].Prefix.Compare(b[0].Prefix) <= 0
		var e filters.Entry
		if fromA {
			e, a = a[0], a[1:]
		} else {
			e, b = b[0], b[1:]
		}
		openA, openB = stillOpen(openA, e), stillOpen(openB, e)
		others := openA
		if fromA {
			others, openA = openB, append(openA, e)
		} else {
			openB = append(openB, e)
		}
		for _, o := range others {
			if max(o.Min, e.Min, uint8(e.Prefix.Bits())) <= min(o.Max, e.Max) {
				return true
			}
		}
	}
	return false
}

// stillOpen removes the entries from the end of open that do not cover e.
func stillOpen(open []filters.Entry, e filters.Entry) []filters.Entry {
	for len(open) > 0 && !open[len(open)-1].Prefix.Overlaps(e.Prefix) {
		open = open[:len(open)-1]
	}
	return open
}
