package exchange

import (
	"net/netip"

	"depeer/filters"
	"depeer/filters/strict"
)

// What the exchange is, and what must not be matched: the sections exchange,
// protect and transit_free.

var identityFields = []strict.Field[Exchange]{
	{Key: "name", Read: func(e *Exchange, n strict.Node) { readText(n, &e.Name) }},
	{Key: "asn", Read: func(e *Exchange, n strict.Node) {
		if asn, ok := readASN(n); ok {
			e.ASN, e.asnSource = asn, n.Position()
		}
	}},
	{Key: "contact", Read: func(e *Exchange, n strict.Node) { readText(n, &e.Contact) }},
	{Key: "peering_lans", Read: func(e *Exchange, n strict.Node) {
		prefixes(n, func(n strict.Node, p netip.Prefix) {
			e.PeeringLANs = append(e.PeeringLANs, LAN{p, n.Position()})
		})
	}},
}

func readIdentity(r *reader, n strict.Node) { strict.Map(n, identityFields, r.ex) }

var protectFields = []strict.Field[filters.Protection]{
	{Key: "prefixes", Read: func(p *filters.Protection, n strict.Node) {
		prefixes(n, func(n strict.Node, prefix netip.Prefix) {
			p.Prefixes = append(p.Prefixes, filters.ProtectedPrefix{Prefix: prefix, Source: n.Position()})
		})
	}},
	{Key: "asns", Read: func(p *filters.Protection, n strict.Node) {
		asns(n, func(n strict.Node, asn filters.ASN) {
			p.ASNs = append(p.ASNs, filters.ProtectedASN{ASN: asn, Source: n.Position()})
		})
	}},
}

func readProtect(r *reader, n strict.Node) { strict.Map(n, protectFields, &r.ex.Protect) }

func readTransitFree(r *reader, n strict.Node) {
	asns(n, func(n strict.Node, asn filters.ASN) {
		r.ex.TransitFree = append(r.ex.TransitFree, Network{ASN: asn, Source: n.Position()})
	})
}

// prefixes reads a list of prefixes, none of them twice.
func prefixes(n strict.Node, add func(strict.Node, netip.Prefix)) {
	seen := make(once[netip.Prefix])
	each(n, func(n strict.Node) {
		if p, ok := strict.Value(n, filters.ParsePrefix); ok && seen.add(n, p, p.String()) {
			add(n, p)
		}
	})
}

// asns reads a list of ASNs, none of them twice.
func asns(n strict.Node, add func(strict.Node, filters.ASN)) {
	seen := make(once[filters.ASN])
	each(n, func(n strict.Node) {
		if asn, ok := readASN(n); ok && seen.add(n, asn, "AS"+asn.String()) {
			add(n, asn)
		}
	})
}
