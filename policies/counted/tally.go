package counted

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"depeer/filters"
	"depeer/policies"
)

// Tally tells, route by route, which refused routes do not count again. A nil one has them
// all count. It is not safe for concurrent use.
type Tally struct {
	members   map[filters.ASN]*member
	entries   bart.Table[[]entry]
	left      map[netip.Addr]int // routes of a client that still count, of those that were counted
	counted   map[netip.Addr]int
	uncounted map[netip.Addr]int
}

// member is what was counted of a member: prefixes with the numbers of their providers,
// and all ASN entries of these.
type member struct {
	prefixes bart.Table[[]int]
	asns     map[filters.ASN][]ASN
}

// entry is a prefix entry of a provider.
type entry struct {
	provider int
	min, max uint8
}

// Tally begins to tell, with what r has counted; r may be nil.
func (r *Routes) Tally() *Tally {
	if r == nil {
		return nil
	}
	t := &Tally{members: make(map[filters.ASN]*member), left: make(map[netip.Addr]int),
		counted: make(map[netip.Addr]int), uncounted: make(map[netip.Addr]int)}
	for i := range r.Providers {
		p := &r.Providers[i]
		for _, e := range p.Entries {
			t.entries.Modify(e.Prefix, func(all []entry, _ bool) ([]entry, bool) {
				return append(all, entry{i, e.Min, e.Max}), false
			})
		}
		for _, s := range p.Sessions {
			t.add(i, p.ASNs, s)
		}
	}
	return t
}

func (t *Tally) add(provider int, asns []ASN, s Session) {
	t.left[s.Address] += s.Routes
	t.counted[s.Address] += s.Routes
	m := t.members[s.ASN]
	if m == nil {
		m = &member{asns: make(map[filters.ASN][]ASN)}
		t.members[s.ASN] = m
	}
	for _, a := range asns {
		m.asns[a.ASN] = append(m.asns[a.ASN], a)
	}
	for _, prefix := range s.Prefixes {
		m.prefixes.Modify(prefix, func(all []int, _ bool) ([]int, bool) { return append(all, provider), false })
	}
}

// Again says whether a refused route of a client does not count: it belongs to what was
// counted, and as many such routes of the client as were counted have been told of. Which
// provider they belong to does not matter: several may list one route.
func (t *Tally) Again(client netip.Addr, announcer filters.ASN, r *policies.Route) bool {
	if t == nil {
		return false
	}
	if !t.belongs(announcer, r) {
		return false
	}
	if t.left[client] > 0 {
		t.left[client]--
		return false
	}
	t.uncounted[client]++
	return true
}

// Uncounted returns for how many routes of a client Again was true.
func (t *Tally) Uncounted(client netip.Addr) int {
	if t == nil {
		return 0
	}
	return t.uncounted[client]
}

// Counted returns how many routes of a client were counted.
func (t *Tally) Counted(client netip.Addr) int {
	if t == nil {
		return 0
	}
	return t.counted[client]
}

// belongs says whether a route belongs to what was counted of its announcer: it is of a prefix
// entry, and inside a prefix that was counted for the same provider, or it is of an ASN entry of
// a provider that was counted.
func (t *Tally) belongs(announcer filters.ASN, r *policies.Route) bool {
	m := t.members[announcer]
	if m == nil {
		return false
	}
	return t.insideCounted(m, r.Prefix) || slices.ContainsFunc(r.Path, func(asn filters.ASN) bool {
		return slices.ContainsFunc(m.asns[asn], func(a ASN) bool { return a.meets(r.Path) })
	})
}

// insideCounted says whether a prefix is of an entry of a provider, and inside a prefix that
// was counted for that provider.
func (t *Tally) insideCounted(m *member, prefix netip.Prefix) bool {
	var around []int
	for _, providers := range m.prefixes.Supernets(prefix) {
		around = append(around, providers...)
	}
	if len(around) == 0 {
		return false
	}
	bits := uint8(prefix.Bits())
	for _, entries := range t.entries.Supernets(prefix) {
		for _, e := range entries {
			if e.min <= bits && bits <= e.max && slices.Contains(around, e.provider) {
				return true
			}
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
		return slices.Contains(path, a.ASN) &&
			!slices.ContainsFunc(a.Except, func(asn filters.ASN) bool { return slices.Contains(path, asn) })
	}
}
