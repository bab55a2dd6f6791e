package counted

import (
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"depeer/filters"
	"depeer/policies"
)

// Tally says, route by route, which refused routes do not count again. With a nil Tally every route
// counts. It is not safe for concurrent use.
type Tally struct {
	members   map[filters.ASN]*member
	entries   bart.Table[[]entry]
	left      map[netip.Addr]int // routes of a client that still count, of those that were counted
	counted   map[netip.Addr]int
	uncounted map[netip.Addr]int
}

// member is what was counted of a member: prefixes with the indices of their providers, and all ASN
// entries of these.
type member struct {
	prefixes bart.Table[[]int]
	asns     map[filters.ASN][]ASN
}

// entry is a prefix entry of a provider.
type entry struct {
	provider int
	min, max uint8
}

// Tally returns a Tally of what r has counted; r may be nil.
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
			t.addSession(i, p.ASNs, s)
		}
	}
	return t
}

func (t *Tally) addSession(provider int, asns []ASN, s Session) {
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

// Again says whether a refused route of a client does not count: it belongs to what was counted,
// and the client has already had as many such routes as were counted. The provider does not matter:
// several may list one route.
func (t *Tally) Again(client netip.Addr, announcer filters.ASN, r *policies.Route) bool {
	if t == nil {
		return false
	}
	if !t.wasCounted(announcer, r) {
		return false
	}
	if t.left[client] > 0 {
		t.left[client]--
		return false
	}
	t.uncounted[client]++
	return true
}

// Uncounted returns the number of routes of a client for which Again was true.
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

// wasCounted says whether a route belongs to what was counted of its announcer: it matches a prefix
// entry and is inside a prefix that was counted for the same provider, or it matches an ASN entry
// of a provider that was counted.
func (t *Tally) wasCounted(announcer filters.ASN, r *policies.Route) bool {
	m := t.members[announcer]
	if m == nil {
		return false
	}
	return t.insideCounted(m, r.Prefix) || slices.ContainsFunc(r.Path, func(asn filters.ASN) bool {
		return slices.ContainsFunc(m.asns[asn], func(a ASN) bool { return a.isInPath(r.Path) })
	})
}

// insideCounted says whether a prefix matches an entry of a provider and is inside a prefix that
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

// isInPath says whether a is in the part of a path that Where names, and no exception is in the
// path.
func (a ASN) isInPath(path []filters.ASN) bool {
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
