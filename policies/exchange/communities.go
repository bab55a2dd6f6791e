package exchange

import (
	"depeer/filters/strict"
	"depeer/policies"
)

// The AS in the first part of a community defines what it means. A community of
// another AS, or a well-known one that every router acts on, may be meant, so it is
// a warning. The scratch space of our own marks and tags is an error: a treatment's
// community in there would be read as one of them, and removed. The second part alone
// tells a tag, for any AS.

// wellKnown are the communities that routers act on by themselves.
var wellKnown = map[policies.Community]string{
	0xffff0000: "GRACEFUL_SHUTDOWN (RFC 8326)",
	0xffff0001: "ACCEPT_OWN (RFC 7611)",
	0xffff0006: "LLGR_STALE (RFC 9494)",
	0xffff0007: "NO_LLGR (RFC 9494)",
	0xffff029a: "BLACKHOLE (RFC 7999)",
	0xffffff01: "NO_EXPORT (RFC 1997)",
	0xffffff02: "NO_ADVERTISE (RFC 1997)",
	0xffffff03: "NO_EXPORT_SUBCONFED (RFC 1997)",
	0xffffff04: "NOPEER (RFC 3765)",
}

func (r *reader) checkCommunity(n strict.Node, c policies.Community) {
	asn, of := uint32(r.ex.ASN), uint32(c)>>16
	switch {
	case wellKnown[c] != "":
		n.Warnf("community-well-known", "a community of the exchange's own", "%s is %s: routers that get it act on it",
			c, wellKnown[c])
	case of == 0xffff:
		n.Warnf("community-well-known", "a community of the exchange's own",
			"%s is in the space of well-known communities (RFC 1997)", c)
	case asn > 0xffff:
		n.Warnf("community-foreign", "large_communities: "+
			policies.LargeCommunity{Global: asn, Local1: uint32(c) & 0xffff}.String(),
			"%s is not of AS%d, which is too long for a community", c, asn)
	case asn != 0 && of != asn:
		n.Warnf("community-foreign", "", "%s is of AS%d, not of the exchange's AS%d: its meaning is not ours to give",
			c, of, asn)
	}
}

func (r *reader) checkLargeCommunity(n strict.Node, c policies.LargeCommunity) {
	asn := uint32(r.ex.ASN)
	marks := policies.Marks(r.ex.ASN)
	switch {
	case marks.Matches(c), asn == 0 && c.Local1 == marks.Local1:
		// Without an ASN of the exchange it is the target's, and could be any.
		n.Errorf("scratch-community", "another second part",
			"large communities with %d in the middle mark routes while the policy is looked at, and are taken off "+
				"at its end: %s would be taken for such a mark", marks.Local1, c)
	case c.IsTag():
		n.Errorf("scratch-community", "another second part",
			"large communities with %d in the middle tell the route server what members have chosen, and never "+
				"leave it: %s would be taken for one of them", c.Local1, c)
	case asn != 0 && c.Global != asn:
		n.Warnf("community-foreign", "", "%s is of AS%d, not of the exchange's AS%d: its meaning is not ours to give",
			c, c.Global, asn)
	}
}
