package policies

import "depeer/filters"

// A statement of GoBGP cannot say "and was not treated yet", nor "and has none of
// these ASNs, too": it has one condition of each type, and what ends a route's way
// is only accepting, which we never do. So a statement whose routes a later one
// may match as well leaves a mark, a large community of the route server's own,
// and the later one asks for its absence. Marks are scrubbed from what members
// send before anything else, and come off at the end.
//
// Each look at large communities costs gobgpd about 0.15 us for each that a route
// has (it prints them), so marks are there only where they are needed.

// markSpace is the second part of all marks.
const markSpace = 66600

// lastPrivate stands in where the route server's ASN is not known: nobody else's
// communities start with it (RFC 6996).
const lastPrivate filters.ASN = 4294967294

// Marks returns what matches all large communities that a policy for the route
// server of asn (0: not known) uses as scratch: they are taken off every route,
// so no treatment may add one.
func Marks(asn filters.ASN) LargeCommunityPattern {
	return LargeCommunityPattern{LargeCommunity: mark(asn, 0), AnyLocal2: true}
}

// treated returns the mark of a route that has met its most severe match.
func treated(asn filters.ASN) LargeCommunity { return mark(asn, 1) }

// short returns the mark of an announcement that is left out of whatever adds bytes.
func short(asn filters.ASN) LargeCommunity { return mark(asn, shortMark) }

// shortMark is the third part of the mark of short announcements.
const shortMark = 2

// excepted returns the mark of a route that an exception of the n-th group holds for.
func excepted(asn filters.ASN, n int) LargeCommunity { return mark(asn, 1000+uint32(n)) }

func mark(asn filters.ASN, value uint32) LargeCommunity {
	if asn == 0 {
		asn = lastPrivate
	}
	return LargeCommunity{uint32(asn), markSpace, value}
}

// Matches says whether c is one that p matches.
func (p LargeCommunityPattern) Matches(c LargeCommunity) bool {
	return p.Global == c.Global && p.Local1 == c.Local1 && (p.AnyLocal2 || p.Local2 == c.Local2)
}

// IsScratch says whether c is in the space of marks or of tags, of whatever AS.
func (c LargeCommunity) IsScratch() bool { return c.Local1 == markSpace || c.IsTag() }

// exactly returns the patterns that match just these.
func exactly(list []LargeCommunity) []LargeCommunityPattern {
	patterns := make([]LargeCommunityPattern, len(list))
	for i, c := range list {
		patterns[i] = LargeCommunityPattern{LargeCommunity: c}
	}
	return patterns
}
