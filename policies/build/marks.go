package build

import (
	"depeer/filters"
	"depeer/policies"
)

// A statement of GoBGP cannot say "and was not treated yet", nor "and has none of
// these ASNs, too": it has one condition of each type, and what ends a route's way
// is only accepting, which we never do. So a statement whose routes a later one
// may match as well leaves a mark, a large community of the route server's own,
// and the later one asks for its absence. Marks are scrubbed from what members
// send before anything else, and come off at the end.
//
// Each look at large communities costs gobgpd about 0.15 us for each that a route
// has (it prints them), so marks are there only where they are needed.

// treatedMark returns the mark of a route that has met its most severe match.
func treatedMark(asn filters.ASN) policies.LargeCommunity { return markOf(asn, 1) }

// leftOutMark returns the mark of an announcement that is left out of whatever adds bytes.
func leftOutMark(asn filters.ASN) policies.LargeCommunity { return markOf(asn, shortMark) }

// shortMark is the third part of the mark of short announcements.
const shortMark = 2

// exceptedMark returns the mark of a route that an exception of the n-th group holds for.
func exceptedMark(asn filters.ASN, n int) policies.LargeCommunity { return markOf(asn, 1000+uint32(n)) }

func markOf(asn filters.ASN, value uint32) policies.LargeCommunity {
	return valueIn(policies.Marks(asn), value)
}

// valueIn returns the large community of a space that has the value.
func valueIn(space policies.LargeCommunityPattern, value uint32) policies.LargeCommunity {
	c := space.LargeCommunity
	c.Local2 = value
	return c
}
