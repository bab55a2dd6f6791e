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
	left      map[group]int // routes that still count, of those that were counted
	counted   map[netip.Addr]int
	uncounted map[netip.Addr]int
}

// group is the routes of a client that belong to a provider, by its number.
type group struct {
	provider int
	session  netip.Addr
}

// member is what was counted of a member: prefixes with the numbers of their providers,
// and all ASN entries of these.
type member struct {
	prefixes bart.Table[[]int]
	asns     map[filters.ASN][]asnEntry
}

type asnEntry struct {
	ASN
	provider int
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
	t := &Tally{members: make(map[filters.ASN]*member), left: make(map[group]int), counted: make(map[netip.Addr]int),
		uncounted: make(map[netip.Addr]int)}
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
	t.left[group{provider, s.Address}] += s.Routes
	t.counted[s.Address] += s.Routes
	m := t.members[s.ASN]
	if m == nil {
		m = &member{asns: make(map[filters.ASN][]asnEntry)}
		t.members[s.ASN] = m
	}
	for _, a := range asns {
		m.asns[a.ASN] = append(m.asns[a.ASN], asnEntry{a, provider})
	}
	for _, prefix := range s.Prefixes {
		m.prefixes.Modify(prefix, func(all []int, _ bool) ([]int, bool) { return append(all, provider), false })
	}
}

// Again says whether a refused route of a client does not count: it belongs to what was
// counted, and as many such routes as were counted have been told of.
func (t *Tally) Again(client netip.Addr, announcer filters.ASN, r *policies.Route) bool {
	if t == nil {
		return false
	}
	provider, found := t.belongs(announcer, r)
	if !found {
		return false
	}
	g := group{provider, client}
	if t.left[g] > 0 {
		t.left[g]--
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

// belongs returns the provider for which a route does not count again, if there is one: by
// its prefix rather than by its path, by the most specific entry, and the one listed first,
// as impact tells which provider a route belongs to.
func (t *Tally) belongs(announcer filters.ASN, r *policies.Route) (provider int, found bool) {
	m := t.members[announcer]
	if m == nil {
		return 0, false
	}
	var around []int
	for _, providers := range m.prefixes.Supernets(r.Prefix) {
		around = append(around, providers...)
	}
	if len(around) > 0 {
		bits := uint8(r.Prefix.Bits())
		for _, entries := range t.entries.Supernets(r.Prefix) {
			for _, e := range entries {
				if e.min <= bits && bits <= e.max && slices.Contains(around, e.provider) {
					return e.provider, true
				}
			}
		}
	}
	for _, asn := range r.Path {
		for _, a := range m.asns[asn] {
			if a.meets(r.Path) && (!found || a.provider < provider) {
				provider, found = a.provider, true
			}
		}
	}
	return provider, found
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
