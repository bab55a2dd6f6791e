package mrt

import (
	"encoding/binary"
	"net/netip"

	"depeer/policies/rib/wire"
)

func (d *decoder) readTableDumpIPv4(b []byte) damage { return d.readTableDump(b, 4) }
func (d *decoder) readTableDumpIPv6(b []byte) damage { return d.readTableDump(b, 16) }

// readTableDump reads one path (RFC 6396, 4.2).
//
//	view 2, sequence number 2, prefix, its length 1, status 1, originated 4, peer, its ASN 2,
//	attributes 2, attributes
func (d *decoder) readTableDump(b []byte, addressLen int) damage {
	if len(b) < 14+2*addressLen {
		return cutShort
	}
	b = b[4:]
	network, length := wire.ReadAddress(b[:addressLen]), int(b[addressLen])
	if length > 8*addressLen {
		return badLength
	}
	b = b[addressLen+2:]

	p := &d.path
	p.Prefix = netip.PrefixFrom(network, length).Masked() // as wire.ReadPrefix does
	p.Since = binary.BigEndian.Uint32(b)
	b = b[4:]
	p.Peer = wire.ReadAddress(b[:addressLen])
	p.PeerASN = wire.ReadASN(b[addressLen : addressLen+2])
	p.ID = 0
	b = b[addressLen+2:]

	attributes := int(binary.BigEndian.Uint16(b))
	if b = b[2:]; len(b) < attributes {
		return cutShort
	}
	why := d.attributes.ReadPath(p, b[:attributes], 2)
	if why == sound {
		d.yieldPath()
	}
	if len(b) > attributes {
		return firstFault(why, octetsLeft)
	}
	return why
}
