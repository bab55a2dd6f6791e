package policies

import (
	"slices"
)

// What policy adds to the attributes of a route can take it over the edge of a message.
// gobgpd 3.37 (and v4: osrg/gobgp#2629) ends where the attributes that it sends for an IPv4
// route are longer than 4,077 bytes (TestFactLongRouteEndsTheDaemon), and no condition of its
// looks at lengths. A legal UPDATE has 4,073 bytes for attributes and prefixes together:
//
//	prefix    takes     attributes   with 7 bytes more
//	/0        1 byte    4,072        4,079: ends the daemon
//	/1  /8    2         4,071        4,078: ends the daemon
//	/9  /16   3         4,070        4,077: lives; the route is not sent
//	/17 /24   4         4,069        4,076
//	/25 /32   5         4,068        4,075
//
// So what is added is bounded (AddedBytes), and short IPv4 prefixes are left out of what adds
// anything (package build). IPv6 needs neither for the daemon's life: its prefixes are packed one by
// one, and a message that is too long is not sent.

// Unbounded is what a prepend counts as: gobgpd writes the AS path anew with four bytes for
// each ASN, and over a session without four-octet ASNs it came with two.
const Unbounded = 4096

// What attributes take (RFC 4271, 4.3; RFC 1997; RFC 8092).
const (
	attributeBytes      = 3 // flags, type, length
	numberBytes         = attributeBytes + 4
	communityBytes      = 4
	largeCommunityBytes = 12
	asnBytes            = 4
	shortestLength      = 255 // a longer attribute has a length of two bytes
)

// AddedBytes returns how many bytes a adds at worst to the attributes of a route, which is
// where the route has none of them: one that has communities needs no new attribute.
func (a Actions) AddedBytes() int {
	added := 0
	if a.LocalPref != 0 {
		added += numberBytes
	}
	if a.MED != nil {
		added += numberBytes
	}
	if a.Prepend != 0 {
		added += Unbounded
	}
	return added + listBytes(len(a.Communities), communityBytes) +
		listBytes(len(a.AddLargeCommunities), largeCommunityBytes)
}

// AttributeBytes returns how long an attribute is whose value has n bytes.
func AttributeBytes(n int) int {
	if n > shortestLength {
		return attributeBytes + 1 + n
	}
	return attributeBytes + n
}

// listBytes returns how long an attribute of n elements is.
func listBytes(n, size int) int {
	if n == 0 {
		return 0
	}
	return AttributeBytes(n * size)
}

// AddedBytes returns how many bytes t adds at worst to a route, as every member gets it.
func (t Treatment) AddedBytes() int { return t.ForAll().Actions().AddedBytes() }

// AddedBytesFor returns how many bytes t adds at worst as the choice of a member, on top of what
// every member gets by another treatment: the zero Treatment where that is nothing.
func (t Treatment) AddedBytesFor(exchange Treatment) int {
	return exchange.ForAll().Actions().addActions(t.TowardsOne().Actions()).AddedBytes()
}

// WithoutReason returns t as it is where nothing tells a reason.
func (t Treatment) WithoutReason() Treatment {
	if t.Reason == (LargeCommunity{}) {
		return t
	}
	t.LargeCommunities = slices.DeleteFunc(slices.Clone(t.LargeCommunities),
		func(c LargeCommunity) bool { return c == t.Reason })
	t.Reason = LargeCommunity{}
	return t
}

// addActions returns what a and then b have done to a route: gobgpd adds a community that is
// there already once more.
func (a Actions) addActions(b Actions) Actions {
	if b.LocalPref != 0 {
		a.LocalPref = b.LocalPref
	}
	if b.MED != nil {
		a.MED = b.MED
	}
	a.Prepend = max(a.Prepend, b.Prepend)
	a.Communities = slices.Concat(a.Communities, b.Communities)
	a.AddLargeCommunities = slices.Concat(a.AddLargeCommunities, b.AddLargeCommunities)
	return a
}

// LongestShort is the longest length of an IPv4 prefix that the longest legal UPDATE with
// seven bytes more ends the daemon with.
const LongestShort = 8

// TaggedBytes returns how many bytes p adds at worst to a route towards a client that is
// sent the tags of members' choices, as its export list does not have ExportPolicy; 0 where
// there are no tags.
func (p *RoutingPolicy) TaggedBytes() int {
	tags := p.Tags()
	if len(tags) == 0 {
		return 0
	}
	most := 0
	for _, s := range p.Import {
		a := s.Actions
		a.AddLargeCommunities = slices.DeleteFunc(slices.Clone(a.AddLargeCommunities), LargeCommunity.IsScratch)
		most = max(most, a.addActions(Actions{AddLargeCommunities: tags}).AddedBytes())
	}
	return most
}

// AddedBytes returns how many bytes p adds at worst to a route as a member gets it. Where it has
// choices, each of them counts on top of each treatment that it does not leave alone.
func (p *RoutingPolicy) AddedBytes() int {
	most := 0
	for _, on := range append(slices.Clip(p.Import), Statement{}) {
		a := on.Actions
		visible := a
		visible.AddLargeCommunities = slices.DeleteFunc(slices.Clone(a.AddLargeCommunities), LargeCommunity.IsScratch)
		most = max(most, visible.AddedBytes())
		if a.Reject || slices.ContainsFunc(a.AddLargeCommunities, LargeCommunity.IsTag) {
			continue // goes nowhere; or it has done enough, or only tags
		}
		for _, s := range p.Export {
			most = max(most, visible.addActions(s.Actions).AddedBytes())
		}
	}
	return most
}
