package exchange

import (
	"net/netip"

	"depeer/filters"
	"depeer/filters/strict"
)

// This file reads the identity of the exchange, and what must not be matched: the
// sections exchange, protect and transit_free.

var identityFields = []strict.Field[reader]{
	{Key: "name", Read: func(r *reader, n strict.Node) { readText(n, &r.ex.Name) }},
	{Key: "asn", Read: func(r *reader, n strict.Node) {
		if asn, ok := readASN(n); ok {
			r.ex.ASN, r.ex.asnSource = asn, n.Position()
		}
	}},
	{Key: "contact", Read: func(r *reader, n strict.Node) { readText(n, &r.ex.Contact) }},
	{Key: "reasons", Read: readReasons},
	{Key: "peering_lans", Read: func(r *reader, n strict.Node) {
		readPrefixes(n, func(n strict.Node, p netip.Prefix) {
			r.ex.PeeringLANs = append(r.ex.PeeringLANs, LAN{p, n.Position()})
		})
	}},
}

func readIdentity(r *reader, n strict.Node) { strict.Map(n, identityFields, r) }

var protectFields = []strict.Field[filters.Protection]{
	{Key: "prefixes", Read: func(p *filters.Protection, n strict.Node) {
		readPrefixes(n, func(n strict.Node, prefix netip.Prefix) {
			p.Prefixes = append(p.Prefixes, filters.ProtectedPrefix{Prefix: prefix, Source: n.Position()})
		})
	}},
	{Key: "asns", Read: func(p *filters.Protection, n strict.Node) {
		readASNs(n, func(n strict.Node, asn filters.ASN) {
			p.ASNs = append(p.ASNs, filters.ProtectedASN{ASN: asn, Source: n.Position()})
		})
	}},
}

func readProtect(r *reader, n strict.Node) { strict.Map(n, protectFields, &r.ex.Protect) }

func readTransitFree(r *reader, n strict.Node) {
	readASNs(n, func(n strict.Node, asn filters.ASN) {
		r.ex.TransitFree = append(r.ex.TransitFree, Network{ASN: asn, Source: n.Position()})
	})
}

// readPrefixes reads a list of prefixes, none of them twice.
func readPrefixes(n strict.Node, add func(strict.Node, netip.Prefix)) {
	seen := make(seenValues[netip.Prefix])
	readEach(n, func(n strict.Node) {
		if p, ok := strict.Value(n, filters.ParsePrefix); ok && seen.addNew(n, p, p.String()) {
			add(n, p)
		}
	})
}

// readASNs reads a list of ASNs, none of them twice.
func readASNs(n strict.Node, add func(strict.Node, filters.ASN)) {
	seen := make(seenValues[filters.ASN])
	readEach(n, func(n strict.Node) {
		if asn, ok := readASN(n); ok && seen.addNew(n, asn, "AS"+asn.String()) {
			add(n, asn)
		}
	})
}
