package mrt_test

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/policies/rib"
)

// Dumps made by hand: parts are put one behind the other, numbers in the width of
// their type.

func octets(parts ...any) []byte {
	var b []byte
	for _, part := range parts {
		switch v := part.(type) {
		case uint8:
			b = append(b, v)
		case uint16:
			b = binary.BigEndian.AppendUint16(b, v)
		case uint32:
			b = binary.BigEndian.AppendUint32(b, v)
		case []byte:
			b = append(b, v...)
		case rib.ASPath:
			b = append(b, v...)
		case string:
			b = append(b, v...)
		case netip.Addr:
			b = append(b, v.AsSlice()...)
		case netip.Prefix: // as in NLRI: length, and the octets that it needs
			b = append(b, uint8(v.Bits()))
			b = append(b, v.Addr().AsSlice()[:(v.Bits()+7)/8]...)
		default:
			panic(fmt.Sprintf("no octets for %T", part))
		}
	}
	return b
}

const dumped = 1_227_225_600 // when all of them were taken: 2008-11-21

// record is one record of any kind.
func record(kind, subtype uint16, body ...any) []byte {
	b := octets(body...)
	return octets(uint32(dumped), kind, subtype, uint32(len(b)), b)
}

// index is a peer index table of these peers, in the narrowest form they have.
func index(peers ...rib.Peer) []byte {
	b := octets(uint32(0), uint16(4), "view", uint16(len(peers)))
	for _, p := range peers {
		kind := uint8(0)
		if p.Address.Is6() {
			kind |= 1
		}
		if p.ASN > 0xffff {
			b = octets(b, kind|2, uint32(0), p.Address, uint32(p.ASN))
		} else {
			b = octets(b, kind, uint32(0), p.Address, uint16(p.ASN))
		}
	}
	return record(13, 1, b)
}

// The kinds of RIB records.
const (
	ipv4         = 2
	ipv6         = 4
	ipv4Addpaths = 8
	ipv6Addpaths = 10
)

// paths is a RIB record with these entries.
func paths(subtype uint16, prefix string, entries ...[]byte) []byte {
	return record(13, subtype, uint32(0), nlri(prefix), uint16(len(entries)), joined(entries))
}

// entry is a path of a peer of the peer index table, originated at 1000.
func entry(peer uint16, attributes ...[]byte) []byte {
	b := joined(attributes)
	return octets(peer, uint32(1000), uint16(len(b)), b)
}

// entryID is the same with a path identifier.
func entryID(peer uint16, id uint32, attributes ...[]byte) []byte {
	b := joined(attributes)
	return octets(peer, uint32(1000), id, uint16(len(b)), b)
}

// older is a TABLE_DUMP record, originated at 1000.
func older(subtype uint16, prefix string, peer rib.Peer, attributes ...[]byte) []byte {
	p, b := netip.MustParsePrefix(prefix), joined(attributes)
	return record(12, subtype, uint16(0), uint16(7), p.Addr(), uint8(p.Bits()), uint8(1), uint32(1000), peer.Address,
		uint16(peer.ASN), uint16(len(b)), b)
}

// attr is an attribute, with a length of two octets where it needs them.
func attr(code uint8, value ...any) []byte {
	b := octets(value...)
	if len(b) > 255 {
		return octets(uint8(0x50), code, uint16(len(b)), b)
	}
	return octets(uint8(0x40), code, uint8(len(b)), b)
}

// origin and asPath are what every path has.
func origin(o rib.Origin) []byte        { return attr(1, uint8(o)) }
func asPath(asns ...filters.ASN) []byte { return attr(2, rib.Sequence(asns...)) }
func segment4(kind rib.SegmentType, asns ...uint32) []byte {
	b := octets(uint8(kind), uint8(len(asns)))
	for _, asn := range asns {
		b = octets(b, asn)
	}
	return b
}

// segment2 is a segment with ASNs of two octets.
func segment2(kind rib.SegmentType, asns ...uint16) []byte {
	b := octets(uint8(kind), uint8(len(asns)))
	for _, asn := range asns {
		b = octets(b, asn)
	}
	return b
}

func nlri(prefix string) netip.Prefix { return netip.MustParsePrefix(prefix) }

func joined(parts [][]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}
