package counted

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"depeer/filters"
	"depeer/policies"
)

// Memory answers whether routes count again. The zero value has nothing counted, and a
// nil one, too. It is safe for concurrent use.
type Memory struct {
	sessions map[netip.Addr]int
	members  map[filters.ASN]*member
	entries  bart.Table[[]entry]
}

// member is what was counted of a member: prefixes with the numbers of the providers, and
// all ASN entries of these.
type member struct {
	prefixes bart.Table[[]int]
	asns     map[filters.ASN][]ASN
}

// entry is a prefix entry of a provider.
type entry struct {
	provider int
	min, max uint8
}

// Memory returns what answers for r, which may be nil.
func (r *Routes) Memory() *Memory {
	m := &Memory{sessions: make(map[netip.Addr]int), members: make(map[filters.ASN]*member)}
	if r == nil {
		return m
	}
	for _, s := range r.Sessions {
		m.sessions[s.Address] = s.Routes
	}
	for i := range r.Providers {
		p := &r.Providers[i]
		for _, e := range p.Entries {
			m.entries.Modify(e.Prefix, func(all []entry, _ bool) ([]entry, bool) {
				return append(all, entry{i, e.Min, e.Max}), false
			})
		}
		for _, of := range p.Members {
			m.add(i, p, of)
		}
	}
	return m
}

func (m *Memory) add(provider int, p *Provider, of Member) {
	known := m.members[of.ASN]
	if known == nil {
		known = &member{asns: make(map[filters.ASN][]ASN)}
		m.members[of.ASN] = known
	}
	for _, a := range p.ASNs {
		known.asns[a.ASN] = append(known.asns[a.ASN], a)
	}
	for _, prefix := range of.Prefixes {
		known.prefixes.Modify(prefix, func(all []int, _ bool) ([]int, bool) { return append(all, provider), false })
	}
}

// Of returns how many routes of a client were counted.
func (m *Memory) Of(client netip.Addr) int {
	if m == nil {
		return 0
	}
	return m.sessions[client]
}

// Covers says whether a refused route that a member announces was counted, or is one of
// those that do not count again.
func (m *Memory) Covers(announcer filters.ASN, r *policies.Route) bool {
	if m == nil {
		return false
	}
	known := m.members[announcer]
	if known == nil {
		return false
	}
	for _, asn := range r.Path {
		if slices.ContainsFunc(known.asns[asn], func(a ASN) bool { return a.meets(r.Path) }) {
			return true
		}
	}
	for _, providers := range known.prefixes.Supernets(r.Prefix) {
		if slices.ContainsFunc(providers, func(p int) bool { return m.lists(p, r.Prefix) }) {
			return true
		}
	}
	return false
}

// lists says whether an entry of a provider has a prefix.
func (m *Memory) lists(provider int, prefix netip.Prefix) bool {
	bits := uint8(prefix.Bits())
	for _, entries := range m.entries.Supernets(prefix) {
		if slices.ContainsFunc(entries, func(e entry) bool { return e.provider == provider && e.min <= bits && bits <= e.max }) {
			return true
		}
	}
	return false
}

// meets says whether a is in a path, where it looks.
func (a ASN) meets(path []filters.ASN) bool {
	switch a.Where {
	case filters.Origin:
		return path[len(path)-1] == a.ASN
	case filters.Neighbor:
		return path[0] == a.ASN
	default:
		return slices.Contains(path, a.ASN) && !slices.ContainsFunc(a.Except, func(asn filters.ASN) bool { return slices.Contains(path, asn) })
	}
}
