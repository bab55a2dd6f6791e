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
	places    map[netip.Addr]*places // of clients: as many routes as were counted, by provider
	counted   map[netip.Addr]int
	uncounted map[netip.Addr]int
}

// member is what was counted of a member: prefixes with the indices of their providers, and all ASN
// entries of these.
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

// Tally returns a Tally of what r has counted; r may be nil.
func (r *Routes) Tally() *Tally {
	if r == nil {
		return nil
	}
	t := &Tally{members: make(map[filters.ASN]*member), places: make(map[netip.Addr]*places),
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
	if t.places[s.Address] == nil {
		t.places[s.Address] = &places{free: make(map[int]int)}
	}
	t.places[s.Address].free[provider] += s.Routes
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

// Again says whether a refused route of a client does not count: it belongs to what was counted of
// a provider, and the client has already had as many such routes as were counted.
func (t *Tally) Again(client netip.Addr, announcer filters.ASN, r *policies.Route) bool {
	if t == nil {
		return false
	}
	providers := t.findCounted(announcer, r)
	if len(providers) == 0 {
		return false
	}
	if places := t.places[client]; places != nil && places.take(providers) {
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

// findCounted returns the providers that a route was counted for, or one like it of its
// announcer, sorted: the route matches a prefix entry of theirs and is inside a prefix that was
// counted, or it matches an ASN entry.
func (t *Tally) findCounted(announcer filters.ASN, r *policies.Route) []int {
	m := t.members[announcer]
	if m == nil {
		return nil
	}
	providers := t.findByPrefix(m, r.Prefix)
	for _, asn := range r.Path {
		for _, a := range m.asns[asn] {
			if a.isInPath(r.Path) {
				providers = append(providers, a.provider)
			}
		}
	}
	slices.Sort(providers)
	return slices.Compact(providers)
}

// findByPrefix returns the providers with an entry that a prefix matches, and with a counted
// prefix that it is inside of.
func (t *Tally) findByPrefix(m *member, prefix netip.Prefix) (providers []int) {
	var around []int
	for _, counted := range m.prefixes.Supernets(prefix) {
		around = append(around, counted...)
	}
	if len(around) == 0 {
		return nil
	}
	bits := uint8(prefix.Bits())
	for _, entries := range t.entries.Supernets(prefix) {
		for _, e := range entries {
			if e.min <= bits && bits <= e.max && slices.Contains(around, e.provider) {
				providers = append(providers, e.provider)
			}
		}
	}
	return providers
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
