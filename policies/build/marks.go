package build

import (
	"depeer/filters"
	"depeer/policies"
)

// A statement of GoBGP cannot say "and was not treated yet", nor "and has none of these ASNs": it has
// one condition of each type. Only accepting a route ends its way through the policies, and we never
// accept. So if a later statement could match the same routes, a statement adds a mark, a large
// community of the route server's own, and the later statement asks for its absence. The first
// statement scrubs marks from what members send, and the last one removes them.
//
// A condition on large communities costs gobgpd about 0.15 us for each one that a route has, because it
// prints them. So statements use marks only where they need them.

// treatedMark returns the mark of a route that its most severe match has treated.
func treatedMark(asn filters.ASN) policies.LargeCommunity { return markOf(asn, 1) }

// leftOutMark returns the mark of a short announcement.
func leftOutMark(asn filters.ASN) policies.LargeCommunity { return markOf(asn, shortMark) }

// shortMark is the third part of the mark of short announcements.
const shortMark = 2

// exceptedMark returns the mark of a route that an exception of the n-th group matches.
func exceptedMark(asn filters.ASN, n int) policies.LargeCommunity { return markOf(asn, 1000+uint32(n)) }

// markOf returns the mark with the value.
func markOf(asn filters.ASN, value uint32) policies.LargeCommunity {
	return valueIn(policies.Marks(asn), value)
}

// valueIn returns the large community of a space that has the value.
func valueIn(space policies.LargeCommunityPattern, value uint32) policies.LargeCommunity {
	c := space.LargeCommunity
	c.Local2 = value
	return c
}
