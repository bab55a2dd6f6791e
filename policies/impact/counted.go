package impact

import (
	"net/netip"
	"slices"

	"depeer/policies/counted"
	"depeer/policies/rib"
)

// keepRefused notes a refused path that belongs to a provider, for package counted. Prefixes come
// in order, those inside one behind it (order.go): these are left out.
func (p *providerCount) keepRefused(number uint32, peer rib.Peer, prefix netip.Prefix, byASN, counts bool) {
	if p.counted == nil {
		p.counted = make(map[uint32]*counted.Session)
	}
	s := p.counted[number]
	if s == nil {
		s = &counted.Session{Address: peer.Address, ASN: peer.ASN}
		p.counted[number] = s
	}
	if counts {
		s.Routes++
	}
	if n := len(s.Prefixes); !byASN && (n == 0 || !s.Prefixes[n-1].Overlaps(prefix)) {
		s.Prefixes = append(s.Prefixes, prefix)
	}
}

// collectCounted returns what is counted as refused.
func (a *assessment) collectCounted() (out counted.Routes) {
	var providers []int32
	for i := range a.providers {
		if a.providers[i].counted != nil {
			providers = append(providers, int32(i))
			out.Providers = append(out.Providers, a.countedOf(int32(i)))
		}
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
	for _, s := range a.providers[provider].counted {
		out.Sessions = append(out.Sessions, *s)
	}
	slices.SortFunc(out.Sessions, func(x, y counted.Session) int { return x.Address.Compare(y.Address) })
	return out
}
