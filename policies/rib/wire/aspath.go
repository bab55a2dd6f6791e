package wire

import (
	"encoding/binary"

	"depeer/filters"
	"depeer/policies/rib"
)

// readASPath reads an AS_PATH with ASNs of four octets, and keeps its octets unchanged.
func readASPath(p *rib.Path, b []byte) Fault {
	seen, ok := appendASNs(p.Path[:0], b)
	if !ok {
		return BadASPath
	}
	p.ASPath, p.Path = b, seen
	return Sound
}

// appendASNs is rib.ASPath.Append for octets that may be no AS path at all. The same walk
// checks them (RFC 7606, 7.2): every path takes it, and two walks would take longer.
func appendASNs(to []filters.ASN, b []byte) ([]filters.ASN, bool) {
	for len(b) > 0 {
		if len(b) < 2 {
			return to, false
		}
		end := 2 + 4*int(b[1])
		if end == 2 || end > len(b) {
			return to, false
		}
		switch rib.SegmentType(b[0]) {
		case rib.ASSequence:
			for s := b[2:end]; len(s) >= 4; s = s[4:] {
				to = append(to, filters.ASN(binary.BigEndian.Uint32(s)))
			}
		case rib.ASSet, rib.ConfedSequence, rib.ConfedSet:
			to = append(to, 0)
		default:
			return to, false
		}
		b = b[end:]
	}
	return to, true
}

// readOlderPath reads an AS_PATH with ASNs of two octets.
func (r *Reader) readOlderPath(p *rib.Path) Fault {
	var ok bool
	if r.wide, ok = appendWidened(r.wide[:0], r.older.path); !ok {
		return BadASPath
	}
	return readASPath(p, r.mergeAS4Path(p, r.wide))
}

// appendWidened appends a path with ASNs of two octets as one with four.
func appendWidened(to, b []byte) ([]byte, bool) {
	for len(b) > 0 {
		if len(b) < 2 || len(b) < 2+2*int(b[1]) {
			return to, false
		}
		end := 2 + 2*int(b[1])
		to = append(to, b[0], b[1])
		for asns := b[2:end]; len(asns) > 0; asns = asns[2:] {
			to = append(to, 0, 0, asns[0], asns[1])
		}
		b = b[end:]
	}
	return to, true
}

// mergeAS4Path replaces the last part of the path by AS4_PATH, if there is one that may be
// believed (RFC 6793, 4.2.3). Speakers of two octets cannot add to AS4_PATH, so the path is
// longer by the ASNs that they have added at its front.
//
//	AS_PATH     64500 23456 23456
//	AS4_PATH          70000 70001
//	merged      64500 70000 70001
func (r *Reader) mergeAS4Path(p *rib.Path, path []byte) []byte {
	old := &r.older
	known := len(old.aggregator) == 6 && ReadASN(old.aggregator[:2]) != asTrans
	if old.as4Path == nil || old.as4Aggregator != nil && known {
		return path
	}
	var ok bool
	if p.Path, ok = appendASNs(p.Path[:0], old.as4Path); !ok {
		return path // as if AS4_PATH were not there (RFC 6793, 6)
	}
	as4 := rib.ASPath(old.as4Path)
	keep := rib.ASPath(path).Length() - as4.Length()
	if keep < 0 {
		return path
	}
	r.merged = appendFirst(r.merged[:0], path, keep)
	for kind, asns := range as4.Segments {
		switch {
		case kind == rib.ConfedSequence, kind == rib.ConfedSet: // must not be there, and are not looked at
		default:
			r.merged = append(append(r.merged, byte(kind), byte(len(asns)/4)), asns...)
		}
	}
	return r.merged
}

const asTrans = 23456

// appendFirst appends the first part of a path, of the given length. Confederation
// segments have none; those before and right behind whole segments go with them.
func appendFirst(to []byte, path rib.ASPath, length int) []byte {
	for kind, asns := range path.Segments {
		switch {
		case kind == rib.ConfedSequence, kind == rib.ConfedSet:
		case length == 0:
			return to
		case kind == rib.ASSequence && len(asns)/4 > length:
			return append(append(to, byte(kind), byte(length)), asns[:4*length]...)
		case kind == rib.ASSequence:
			length -= len(asns) / 4
		default:
			length--
		}
		to = append(append(to, byte(kind), byte(len(asns)/4)), asns...)
	}
	return to
}
