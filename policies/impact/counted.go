package impact

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies/counted"
)

// keep notes a refused path that belongs to a provider, for package counted. Prefixes come
// in order, those inside one behind it (order.go): these are left out.
func (p *providerCount) keep(member filters.ASN, prefix netip.Prefix, f found) {
	if p.counted == nil {
		p.counted = make(map[filters.ASN]*[]netip.Prefix)
	}
	prefixes := p.counted[member]
	if prefixes == nil {
		prefixes = new([]netip.Prefix)
		p.counted[member] = prefixes
	}
	if f.byASN {
		return
	}
	if n := len(*prefixes); n > 0 && (*prefixes)[n-1].Overlaps(prefix) {
		return
	}
	*prefixes = append(*prefixes, prefix)
}

// counted returns what is counted as refused, in order.
func (a *assessment) counted() (out counted.Routes) {
	for i, m := range a.members {
		if n := m.Refused - m.Uncounted; n > 0 {
			out.Sessions = append(out.Sessions, counted.Session{Address: a.sessions[i].Address, Routes: n})
		}
	}
	slices.SortFunc(out.Sessions, func(x, y counted.Session) int { return x.Address.Compare(y.Address) })
	var providers []int32
	for i := range a.providers {
		if a.providers[i].counted != nil {
			providers = append(providers, int32(i))
		}
	}
	slices.SortFunc(providers, func(x, y int32) int {
		p, q := &a.index.listed[x], &a.index.listed[y]
		return cmp.Or(cmp.Compare(p.Listing.Name, q.Listing.Name), cmp.Compare(p.Provider.ID, q.Provider.ID))
	})
	for _, i := range providers {
		out.Providers = append(out.Providers, a.countedOf(i))
	}
	out.Keep(a.Counted)
	for n, i := range providers {
		out.Providers[n].Concern(a.index.listed[i].Provider.Prefixes)
	}
	return out
}

// countedOf returns what is counted of one provider, its prefix entries apart.
func (a *assessment) countedOf(provider int32) counted.Provider {
	l := &a.index.listed[provider]
	out := counted.Provider{List: l.Listing.Name, ID: l.Provider.ID}
	for j := range l.Provider.ASNs {
		m := &l.Provider.ASNs[j]
		if slices.Contains(a.index.asns[m.ASN], ref{provider, int32(j)}) {
			out.ASNs = append(out.ASNs, counted.ASN{ASN: m.ASN, Where: m.Where, Except: m.Except})
		}
	}
	byMember := a.providers[provider].counted
	for _, asn := range slices.Sorted(maps.Keys(byMember)) {
		out.Members = append(out.Members, counted.Member{ASN: asn, Prefixes: *byMember[asn]})
	}
	return out
}
