package policies

import (
	"slices"

	"depeer/filters"
)

// The route server's own large communities of two spaces are scratch: marks, by which one
// import statement tells a later one what it has done, and tags, by which import tells
// export. Members never see one, and what they send of them is scrubbed.

const (
	markSpace = 66600         // the second part of all marks
	tagSpace  = markSpace + 1 // and of all tags
)

// lastPrivate stands in where the route server's ASN is not known: no network's
// communities start with it (RFC 6996).
const lastPrivate filters.ASN = 4294967294

// Marks returns what matches all large communities that a policy for the route
// server of asn (0: not known) uses as scratch: they are taken off every route,
// so no treatment may add one.
func Marks(asn filters.ASN) LargeCommunityPattern { return scratchSpace(asn, markSpace) }

// TagSpace returns what matches all large communities that a policy for the route
// server of asn (0: not known) tells its own export by. They never reach a member, so no
// treatment may add one.
func TagSpace(asn filters.ASN) LargeCommunityPattern { return scratchSpace(asn, tagSpace) }

func scratchSpace(asn filters.ASN, space uint32) LargeCommunityPattern {
	if asn == 0 {
		asn = lastPrivate
	}
	return LargeCommunityPattern{LargeCommunity: LargeCommunity{Global: uint32(asn), Local1: space}, AnyLocal2: true}
}

// IsTag says whether c is in the space of tags, of whatever AS. No treatment adds one.
func (c LargeCommunity) IsTag() bool { return c.Local1 == tagSpace }

// IsScratch says whether c is in the space of marks or of tags, of whatever AS.
func (c LargeCommunity) IsScratch() bool { return c.Local1 == markSpace || c.IsTag() }

// Tags returns the tags that the import policy gives to routes, sorted; none where
// no member has chosen anything.
func (p *RoutingPolicy) Tags() []LargeCommunity {
	var tags []LargeCommunity
	for _, s := range p.Import {
		for _, c := range s.Actions.AddLargeCommunities {
			if c.IsTag() {
				tags = append(tags, c)
			}
		}
	}
	slices.SortFunc(tags, LargeCommunity.Compare)
	return slices.Compact(tags)
}
