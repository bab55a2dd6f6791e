package mrt

import "encoding/binary"

func (d *decoder) tableDumpIPv4(b []byte) damage { return d.tableDump(b, 4) }
func (d *decoder) tableDumpIPv6(b []byte) damage { return d.tableDump(b, 16) }

// tableDump reads one path (RFC 6396, 4.2).
//
//	view 2, sequence number 2, prefix, its length 1, status 1, originated 4, peer, its ASN 2,
//	attributes 2, attributes
func (d *decoder) tableDump(b []byte, addressLen int) damage {
	head := 14 + 2*addressLen
	if len(b) < head+2 {
		return short
	}
	p := &d.path
	at := 4
	addr := address(b[at : at+addressLen])
	at += addressLen
	length := int(b[at])
	if length > 8*addressLen {
		return badLength
	}
	at += 2
	p.Prefix = prefix(addr, length)
	p.Since = binary.BigEndian.Uint32(b[at:])
	at += 4
	p.Peer = address(b[at : at+addressLen])
	at += addressLen
	p.PeerASN = asn(b[at : at+2])
	p.ID = 0
	attributes := int(binary.BigEndian.Uint16(b[head-2:]))
	if b = b[head:]; len(b) < attributes {
		return short
	}
	why := d.attributes(b[:attributes], 2)
	if why == sound {
		d.emit()
	}
	if len(b) > attributes {
		return first(why, surplus)
	}
	return why
}
