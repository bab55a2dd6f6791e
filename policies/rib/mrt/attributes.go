package mrt

import (
	"encoding/binary"

	"depeer/policies"
	"depeer/policies/rib"
)

// Attributes that are read (RFC 4271, 5; RFC 1997; RFC 6793; RFC 8092). None of
// those passed over, next hops among them, is asked for by a policy.
const (
	attrOrigin         = 1
	attrASPath         = 2
	attrMED            = 4
	attrLocalPref      = 5
	attrAggregator     = 7
	attrCommunities    = 8
	attrAS4Path        = 17
	attrAS4Aggregator  = 18
	attrLargeCommunity = 32
)

const extendedLength = 0x10 // a flag: the length has two octets

// older is what decides a path with ASNs of two octets: attributes as they stand,
// nil where they are missing.
type older struct{ path, as4Path, aggregator, as4Aggregator []byte }

// attributes reads the attributes of a path whose ASNs have asnLen octets. Of an
// attribute that stands twice the first holds (RFC 7606, 3.g). Without AS_PATH the
// path is empty, and without ORIGIN it is the worst.
func (d *decoder) attributes(b []byte, asnLen int) damage {
	p := &d.path
	p.Path, p.ASPath = p.Path[:0], nil
	p.Origin, p.LocalPref, p.MED = rib.Incomplete, 0, nil
	p.Communities, p.LargeCommunities = p.Communities[:0], p.LargeCommunities[:0]

	var seen uint64 // a bit for each code
	var old older
	for len(b) > 0 {
		code, value, rest, ok := attribute(b)
		if !ok {
			return shortAttribute
		}
		b = rest
		if code >= 64 || seen&(1<<code) != 0 {
			continue
		}
		seen |= 1 << code
		why := sound
		switch code {
		case attrASPath:
			if asnLen == 4 {
				why = d.asPath(value)
			} else {
				old.path = value
			}
		case attrAS4Path:
			old.as4Path = value
		case attrAggregator:
			old.aggregator = value
		case attrAS4Aggregator:
			old.as4Aggregator = value
		default:
			why = d.attribute(code, value)
		}
		if why != sound {
			return why
		}
	}
	if asnLen == 2 {
		return d.olderPath(old)
	}
	return sound
}

// attribute takes the first attribute off b: its code, its value and what follows.
func attribute(b []byte) (code byte, value, rest []byte, ok bool) {
	if len(b) < 3 {
		return 0, nil, nil, false
	}
	head, n := 3, int(b[2])
	if b[0]&extendedLength != 0 {
		if len(b) < 4 {
			return 0, nil, nil, false
		}
		head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
	}
	if len(b) < head+n {
		return 0, nil, nil, false
	}
	return b[1], b[head : head+n], b[head+n:], true
}

// attribute reads one of those that say the same whatever the length of an ASN.
func (d *decoder) attribute(code byte, value []byte) damage {
	p := &d.path
	switch code {
	case attrOrigin:
		if len(value) != 1 || value[0] > byte(rib.Incomplete) {
			return badOrigin
		}
		p.Origin = rib.Origin(value[0])
	case attrMED:
		if len(value) != 4 {
			return badMED
		}
		d.med = binary.BigEndian.Uint32(value)
		p.MED = &d.med
	case attrLocalPref:
		if len(value) != 4 {
			return badLocalPref
		}
		p.LocalPref = binary.BigEndian.Uint32(value)
	case attrCommunities:
		if len(value)%4 != 0 {
			return badCommunities
		}
		for ; len(value) > 0; value = value[4:] {
			p.Communities = append(p.Communities, policies.Community(binary.BigEndian.Uint32(value)))
		}
	case attrLargeCommunity:
		if len(value)%12 != 0 {
			return badLarge
		}
		for ; len(value) > 0; value = value[12:] {
			p.LargeCommunities = append(p.LargeCommunities, policies.LargeCommunity{
				Global: binary.BigEndian.Uint32(value),
				Local1: binary.BigEndian.Uint32(value[4:]),
				Local2: binary.BigEndian.Uint32(value[8:]),
			})
		}
	}
	return sound
}
