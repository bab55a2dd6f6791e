package counted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"depeer/filters"
)

// Routes are the refused routes that a plan has counted. Lists are sorted. The zero value
// is none.
type Routes struct {
	Sessions  []Session  `json:"sessions,omitempty"`
	Providers []Provider `json:"providers,omitempty"`
}

// Session is how many refused routes of a client were counted.
type Session struct {
	Address netip.Addr `json:"address"`
	Routes  int        `json:"routes"`
}

// Provider is a provider that refused routes belong to.
type Provider struct {
	List string `json:"list"`
	ID   string `json:"id"`
	// Entries are its prefix entries around the prefixes of Members, and inside them.
	Entries []filters.Entry `json:"entries,omitempty"`
	ASNs    []ASN           `json:"asns,omitempty"`
	Members []Member        `json:"members"`
}

// ASN is an ASN entry.
type ASN struct {
	ASN    filters.ASN   `json:"asn"`
	Where  filters.Where `json:"where"`
	Except []filters.ASN `json:"except,omitempty"`
}

// Member is a network that announces such routes, from whichever of its addresses.
type Member struct {
	ASN filters.ASN `json:"asn"`
	// Prefixes are those that prefix entries have refused; none is inside another.
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
}

// Keep adds to r what was counted before, as far as routes of now are more specifics of it:
// a route that comes back later is none that is new.
func (r *Routes) Keep(before *Routes) {
	if before == nil {
		return
	}
	type key struct {
		list, id string
		asn      filters.ASN
	}
	had := make(map[key][]netip.Prefix)
	for _, p := range before.Providers {
		for _, m := range p.Members {
			had[key{p.List, p.ID, m.ASN}] = m.Prefixes
		}
	}
	for i := range r.Providers {
		p := &r.Providers[i]
		for j := range p.Members {
			m := &p.Members[j]
			m.Prefixes = widen(m.Prefixes, had[key{p.List, p.ID, m.ASN}])
		}
	}
}

// widen returns prefixes with those of had that some of them are inside of, each in
// place of what is inside it.
func widen(prefixes, had []netip.Prefix) []netip.Prefix {
	if len(prefixes) == 0 || len(had) == 0 {
		return prefixes
	}
	var wide bart.Lite
	for _, p := range had {
		wide.Insert(p)
	}
	out := make([]netip.Prefix, 0, len(prefixes))
	for _, p := range prefixes {
		if around, found := wide.LookupPrefixLPM(p); found {
			p = around
		}
		out = append(out, p)
	}
	return Cover(out)
}

// Cover sorts prefixes, and leaves out those that are inside others.
func Cover(prefixes []netip.Prefix) []netip.Prefix {
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	out := prefixes[:0]
	for _, p := range prefixes {
		if n := len(out); n == 0 || !inside(p, out[n-1]) {
			out = append(out, p)
		}
	}
	return out
}

// inside says whether p is outer, or a more specific of it.
func inside(p, outer netip.Prefix) bool { return outer.Bits() <= p.Bits() && outer.Contains(p.Addr()) }

// Concern leaves the entries that routes inside the members' prefixes can meet.
func (p *Provider) Concern(all []filters.PrefixMatch) {
	var near bart.Lite
	for _, m := range p.Members {
		for _, prefix := range m.Prefixes {
			near.Insert(prefix)
		}
	}
	if near.Size() == 0 {
		return
	}
	for i := range all {
		if m := &all[i]; near.OverlapsPrefix(m.Prefix) {
			p.Entries = append(p.Entries, filters.Entry{Prefix: m.Prefix, Min: m.Min, Max: m.Max})
		}
	}
}
