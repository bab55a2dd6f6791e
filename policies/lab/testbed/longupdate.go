package testbed

import (
	wire "encoding/binary"
	"fmt"
	"net/netip"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
)

// LongUpdate is an UPDATE that announces one route and has a given length, to the byte. It has
// ORIGIN, AS_PATH, the next hop, and the attributes of Fill.
type LongUpdate struct {
	Prefix  netip.Prefix
	NextHop netip.Addr    // the speaker's IPv4 address, for both families
	Path    []filters.ASN // the speaker's own first
	// Attributes is how many bytes all path attributes have together, MP_REACH_NLRI of an
	// IPv6 route included; 0 is as many as fit: see LongestAttributes.
	Attributes int
	Fill       Fill
	TwoOctets  bool // as the Terms of the session say
	MPReach    bool // an IPv4 route goes in MP_REACH_NLRI, too (RFC 4760)
	// AS4Path adds an AS4_PATH of the last ASN (RFC 6793), for a session with TwoOctets.
	AS4Path bool
}

// Fill names the attributes that make an UPDATE long. An unknown optional transitive attribute
// fills the bytes that they leave.
type Fill uint8

const (
	WithLargeCommunities Fill = iota
	WithCommunities
	WithPath    // the last ASN of the path, repeated
	WithUnknown // an unknown optional transitive attribute alone
)

// unknownAttribute is a type that is not assigned.
const unknownAttribute = 199

// longest is how many bytes an UPDATE has for attributes and announced routes: 4096 less its
// header of 19 and the lengths of withdrawn routes and of attributes.
const longest = bgp.BGP_MAX_MESSAGE_LENGTH - bgp.BGP_HEADER_LENGTH - 2 - 2

// LongestAttributes returns how many bytes of attributes a legal UPDATE has at most that
// announces prefix: 4073, less the prefix itself where that stands behind them, which it
// does in IPv4.
func LongestAttributes(prefix netip.Prefix) int {
	if prefix.Addr().Is4() {
		return longest - len(encodePrefix(prefix))
	}
	return longest
}

// encodePrefix returns a prefix as in an UPDATE: its length in bits and as many octets as that needs.
func encodePrefix(prefix netip.Prefix) []byte {
	return append([]byte{byte(prefix.Bits())}, prefix.Masked().Addr().AsSlice()[:(prefix.Bits()+7)/8]...)
}

// Bytes returns the message. It panics where u.Attributes is less than the attributes that
// every route has, or leaves a remainder that no attribute fits.
func (u LongUpdate) Bytes() []byte {
	mp := u.MPReach || u.Prefix.Addr().Is6()
	want := u.Attributes
	switch {
	case want == 0 && mp:
		want = longest
	case want == 0:
		want = LongestAttributes(u.Prefix)
	}
	nextHop := u.NextHop.AsSlice()
	attributes := encodeAttribute(bgp.BGP_ATTR_FLAG_TRANSITIVE, bgp.BGP_ATTR_TYPE_ORIGIN, []byte{0})
	var announced []byte
	if mp {
		afi := uint16(bgp.AFI_IP)
		if u.Prefix.Addr().Is6() {
			afi, nextHop = bgp.AFI_IP6, nextHop6(u.NextHop).AsSlice()
		}
		value := wire.BigEndian.AppendUint16(nil, afi)
		value = append(value, bgp.SAFI_UNICAST, byte(len(nextHop)))
		value = append(append(value, nextHop...), 0)
		attributes = append(attributes, encodeAttribute(bgp.BGP_ATTR_FLAG_OPTIONAL, bgp.BGP_ATTR_TYPE_MP_REACH_NLRI,
			append(value, encodePrefix(u.Prefix)...))...)
	} else {
		attributes = append(attributes, encodeAttribute(bgp.BGP_ATTR_FLAG_TRANSITIVE, bgp.BGP_ATTR_TYPE_NEXT_HOP,
			nextHop)...)
		announced = encodePrefix(u.Prefix)
	}
	path := u.Path
	var as4Path []byte // behind AS_PATH: in front of it, it ends gobgpd 3.37
	if u.AS4Path {
		value := wire.BigEndian.AppendUint32([]byte{bgp.BGP_ASPATH_ATTR_TYPE_SEQ, 1}, uint32(path[len(path)-1]))
		as4Path = encodeAttribute(bgp.BGP_ATTR_FLAG_OPTIONAL|bgp.BGP_ATTR_FLAG_TRANSITIVE, bgp.BGP_ATTR_TYPE_AS4_PATH,
			value)
	}
	room := func() int { return want - len(attributes) - len(u.asPath(path)) - len(as4Path) }
	switch u.Fill {
	case WithPath:
		for last := path[len(path)-1]; room() > 16; {
			path = append(path, last)
		}
	case WithCommunities:
		attributes = append(attributes, fillCommunities(room(), bgp.BGP_ATTR_TYPE_COMMUNITIES, 4)...)
	case WithLargeCommunities:
		attributes = append(attributes, fillCommunities(room(), bgp.BGP_ATTR_TYPE_LARGE_COMMUNITY, 12)...)
	}
	if left := room(); left > 0 {
		attributes = append(attributes, encodeUnknown(left)...)
	}
	attributes = append(append(attributes, u.asPath(path)...), as4Path...)
	if len(attributes) != want {
		panic(fmt.Sprintf("testbed: no UPDATE has %d bytes of such attributes", want))
	}
	return encodeUpdate(attributes, announced)
}

// fillCommunities returns an attribute of communities of one size, all different. They leave, of
// room, nothing or enough for another attribute. It returns nil if that is not possible.
func fillCommunities(room int, kind bgp.BGPAttrType, size int) []byte {
	var fits []byte
	var value []byte
	for i := range uint32(room) {
		if size == 4 {
			value = wire.BigEndian.AppendUint32(value, 65001<<16|i) // of a private ASN
		} else {
			value = wire.BigEndian.AppendUint32(value, 4200000001)
			value = wire.BigEndian.AppendUint32(value, i)
			value = wire.BigEndian.AppendUint32(value, i)
		}
		next := encodeAttribute(bgp.BGP_ATTR_FLAG_OPTIONAL|bgp.BGP_ATTR_FLAG_TRANSITIVE, kind, value)
		switch left := room - len(next); {
		case left < 0:
			return fits
		case left == 0 || left >= 3:
			fits = next
		}
	}
	return fits
}

// asPath returns the AS_PATH, in segments of up to 255 ASNs.
func (u LongUpdate) asPath(path []filters.ASN) []byte {
	var value []byte
	for i, asn := range path {
		if i%255 == 0 {
			value = append(value, bgp.BGP_ASPATH_ATTR_TYPE_SEQ, byte(min(255, len(path)-i)))
		}
		if u.TwoOctets {
			value = wire.BigEndian.AppendUint16(value, uint16(asn))
		} else {
			value = wire.BigEndian.AppendUint32(value, uint32(asn))
		}
	}
	return encodeAttribute(bgp.BGP_ATTR_FLAG_TRANSITIVE, bgp.BGP_ATTR_TYPE_AS_PATH, value)
}

// encodeUnknown returns an unknown attribute of so many bytes, its head included.
func encodeUnknown(size int) []byte {
	flags, head := bgp.BGP_ATTR_FLAG_OPTIONAL|bgp.BGP_ATTR_FLAG_TRANSITIVE, 3
	if size > 3+255 {
		flags, head = flags|bgp.BGP_ATTR_FLAG_EXTENDED_LENGTH, 4
	}
	if size < head {
		panic(fmt.Sprintf("testbed: no attribute has %d bytes", size))
	}
	return encodeAttribute(flags, unknownAttribute, make([]byte, size-head))
}

// encodeAttribute returns a path attribute, with a length of two octets where flags say so or it
// is needed.
func encodeAttribute(flags bgp.BGPAttrFlag, kind bgp.BGPAttrType, value []byte) []byte {
	if len(value) > 255 {
		flags |= bgp.BGP_ATTR_FLAG_EXTENDED_LENGTH
	}
	head := []byte{byte(flags), byte(kind)}
	if flags&bgp.BGP_ATTR_FLAG_EXTENDED_LENGTH != 0 {
		head = append(head, byte(len(value)>>8))
	}
	return append(append(head, byte(len(value))), value...)
}

// encodeUpdate returns an UPDATE that withdraws nothing.
func encodeUpdate(attributes, announced []byte) []byte {
	length := bgp.BGP_HEADER_LENGTH + 2 + 2 + len(attributes) + len(announced)
	if length > bgp.BGP_MAX_MESSAGE_LENGTH {
		panic(fmt.Sprintf("testbed: an UPDATE of %d bytes", length))
	}
	message := make([]byte, 16, length)
	for i := range message {
		message[i] = 0xff
	}
	message = wire.BigEndian.AppendUint16(message, uint16(length))
	message = append(message, bgp.BGP_MSG_UPDATE, 0, 0)
	message = wire.BigEndian.AppendUint16(message, uint16(len(attributes)))
	return append(append(message, attributes...), announced...)
}
