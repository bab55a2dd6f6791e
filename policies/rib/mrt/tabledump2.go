package mrt

import (
	"encoding/binary"

	"depeer/policies/rib"
	"depeer/policies/rib/wire"
)

// readPeerIndexTable reads the peers of the entries after it (RFC 6396, 4.3.1). It replaces
// the table before it. Of a damaged table it keeps the peers before the damage.
//
//	collector 4, length of name 2, name, peers 2; each: type 1, BGP ID 4, address, ASN
func (d *decoder) readPeerIndexTable(b []byte) damage {
	d.peers = d.peers[:0]
	if len(b) < 6 {
		return cutShort
	}
	name := int(binary.BigEndian.Uint16(b[4:]))
	if b = b[6:]; len(b) < name+2 {
		return cutShort
	}
	n := int(binary.BigEndian.Uint16(b[name:]))
	for b = b[name+2:]; n > 0; n-- {
		if len(b) < 5 {
			return cutShort
		}
		addressLen, asnLen := 4, 2
		if b[0]&1 != 0 {
			addressLen = 16
		}
		if b[0]&2 != 0 {
			asnLen = 4
		}
		if b = b[5:]; len(b) < addressLen+asnLen {
			return cutShort
		}
		d.peers = append(d.peers, rib.Peer{
			Address: wire.ReadAddress(b[:addressLen]),
			ASN:     wire.ReadASN(b[addressLen : addressLen+asnLen]),
		})
		b = b[addressLen+asnLen:]
	}
	if len(b) > 0 {
		return octetsLeft
	}
	return sound
}

func (d *decoder) readRIBIPv4(b []byte) damage         { return d.readRIB(b, 4, false) }
func (d *decoder) readRIBIPv6(b []byte) damage         { return d.readRIB(b, 16, false) }
func (d *decoder) readRIBIPv4Addpaths(b []byte) damage { return d.readRIB(b, 4, true) }
func (d *decoder) readRIBIPv6Addpaths(b []byte) damage { return d.readRIB(b, 16, true) }

// readRIB reads all paths to one prefix (RFC 6396, 4.3.2).
//
//	sequence number 4, length of prefix 1, prefix, entries 2
func (d *decoder) readRIB(b []byte, addressLen int, addPath bool) damage {
	if len(b) < 5 {
		return cutShort
	}
	length := int(b[4])
	if length > 8*addressLen {
		return badLength
	}
	octets := (length + 7) / 8
	if b = b[5:]; len(b) < octets+2 {
		return cutShort
	}
	d.path.Prefix, _ = wire.ReadPrefix(b[:octets], length, addressLen)
	n := int(binary.BigEndian.Uint16(b[octets:]))
	return d.readEntries(b[octets+2:], n, addPath)
}

// readEntries reads n entries of a record. It skips damaged ones.
//
//	peer index 2, originated 4, path identifier 4 where there are several, attributes 2, attributes
func (d *decoder) readEntries(b []byte, n int, addPath bool) damage {
	head := 8
	if addPath {
		head = 12
	}
	why := sound
	for ; n > 0; n-- {
		if len(b) < head {
			return firstFault(why, cutShort)
		}
		length := int(binary.BigEndian.Uint16(b[head-2:]))
		if len(b) < head+length {
			return firstFault(why, cutShort)
		}
		entry, attributes := b[:head], b[head:head+length]
		b = b[head+length:]
		if bad := d.readEntry(entry, attributes); bad != sound {
			why = firstFault(why, bad)
			continue
		}
		if d.yieldPath(); d.stopped {
			return why
		}
	}
	if len(b) > 0 {
		return firstFault(why, octetsLeft)
	}
	return why
}

// readEntry reads one entry into the path.
func (d *decoder) readEntry(head, attributes []byte) damage {
	peer := int(binary.BigEndian.Uint16(head))
	if peer >= len(d.peers) {
		return badPeer
	}
	p := &d.path
	p.Peer, p.PeerASN = d.peers[peer].Address, d.peers[peer].ASN
	p.Since = binary.BigEndian.Uint32(head[2:])
	p.ID = 0
	if len(head) == 12 {
		p.ID = binary.BigEndian.Uint32(head[6:])
	}
	return d.attributes.ReadPath(p, attributes, 4)
}

// firstFault returns before, or now if before is sound.
func firstFault(before, now damage) damage {
	if before != sound {
		return before
	}
	return now
}
