package counted

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"

	"depeer/filters"
)

// Routes are the refused routes that a plan has counted, by provider. The zero value is empty.
type Routes struct {
	Providers []Provider `json:"providers,omitempty"` // in the order of the lists
}

// Provider is a provider with refused routes.
type Provider struct {
	List string `json:"list"`
	ID   string `json:"id"`
	// Entries are its prefix entries around the prefixes of Sessions, and inside them.
	Entries  []filters.Entry `json:"entries,omitempty"`
	ASNs     []ASN           `json:"asns,omitempty"`
	Sessions []Session       `json:"sessions"` // by address
}

// ASN is an ASN entry.
type ASN struct {
	ASN    filters.ASN   `json:"asn"`
	Where  filters.Where `json:"where"`
	Except []filters.ASN `json:"except,omitempty"`
}

// Session is a client that announces such routes. What is counted for one address of a member also
// counts for routes that its other addresses announce later.
type Session struct {
	Address netip.Addr  `json:"address"`
	ASN     filters.ASN `json:"asn"`
	Routes  int         `json:"routes"` // that were counted
	// Prefixes are those that prefix entries have refused; none is inside another.
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
}

// Keep adds to r what was counted before, if routes of now are more specifics of it: a route that
// returns later is not new.
func (r *Routes) Keep(before *Routes) {
	if before == nil {
		return
	}
	type key struct {
		list, id string
		session  netip.Addr
	}
	had := make(map[key][]netip.Prefix)
	for _, p := range before.Providers {
		for _, s := range p.Sessions {
			had[key{p.List, p.ID, s.Address}] = s.Prefixes
		}
	}
	for i := range r.Providers {
		p := &r.Providers[i]
		for j := range p.Sessions {
			s := &p.Sessions[j]
			s.Prefixes = widenPrefixes(s.Prefixes, had[key{p.List, p.ID, s.Address}])
		}
	}
}

// widenPrefixes returns prefixes, each replaced by the prefix of had that covers it, if there is
// one.
func widenPrefixes(prefixes, had []netip.Prefix) []netip.Prefix {
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

// Cover sorts prefixes, and drops those inside others.
func Cover(prefixes []netip.Prefix) []netip.Prefix {
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	out := prefixes[:0]
	for _, p := range prefixes {
		if n := len(out); n == 0 || !isInside(p, out[n-1]) {
			out = append(out, p)
		}
	}
	return out
}

// isInside says whether p is outer, or a more specific of it.
func isInside(p, outer netip.Prefix) bool {
	return outer.Bits() <= p.Bits() && outer.Contains(p.Addr())
}

// Concern adds those prefix entries of all that can match routes inside the prefixes of Sessions.
func (p *Provider) Concern(all []filters.PrefixMatch) {
	var near bart.Lite
	for _, s := range p.Sessions {
		for _, prefix := range s.Prefixes {
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
