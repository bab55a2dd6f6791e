package gobgp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
)

// path is a path as gobgpd sends it: its attributes are not read before they are
// asked for. It is valid until the next one.
type path struct {
	prefix netip.Prefix
	peer   netip.Addr

	localPref uint32
	med       *uint32
	// The rest as in an UPDATE (RFC 4271, 1997, 8092).
	asPath, communities, large []byte
}

// Attribute type codes, and the flag for a length of two octets (RFC 4271, 4.3).
const (
	typeASPath           = 2
	typeMED              = 4
	typeLocalPref        = 5
	typeCommunities      = 8
	typeLargeCommunities = 32

	extendedLength = 0x10
)

func (p *path) attribute(a []byte) error {
	if len(a) < 3 {
		return errors.New("an attribute that is cut short")
	}
	kind, length, value := a[1], int(a[2]), a[3:]
	if a[0]&extendedLength != 0 {
		if len(a) < 4 {
			return errors.New("an attribute that is cut short")
		}
		length, value = int(binary.BigEndian.Uint16(a[2:])), a[4:]
	}
	if length != len(value) {
		return fmt.Errorf("attribute %d has %d octets, and says %d", kind, len(value), length)
	}
	unit, known := units[kind]
	if !known {
		return nil
	}
	if length%unit != 0 || (kind == typeMED || kind == typeLocalPref) && length != unit {
		return fmt.Errorf("attribute %d has %d octets", kind, length)
	}
	switch kind {
	case typeASPath:
		p.asPath = value
		return wholeSegments(value)
	case typeMED:
		med := binary.BigEndian.Uint32(value)
		p.med = &med
	case typeLocalPref:
		p.localPref = binary.BigEndian.Uint32(value)
	case typeCommunities:
		p.communities = value
	case typeLargeCommunities:
		p.large = value
	}
	return nil
}

// units are what the lengths of attributes that are read are multiples of.
var units = map[byte]int{typeASPath: 2, typeMED: 4, typeLocalPref: 4, typeCommunities: 4, typeLargeCommunities: 12}

// asSequence is the one type of AS path segment whose ASNs gobgpd's fast forms see.
const asSequence = 2

// segment cuts the first segment off an AS path. gobgpd holds all ASNs in four
// octets, whatever the neighbor sent.
func segment(asPath []byte) (kind byte, asns, rest []byte) {
	end := 2 + 4*int(asPath[1])
	return asPath[0], asPath[2:end], asPath[end:]
}

func wholeSegments(asPath []byte) error {
	for len(asPath) > 0 {
		if len(asPath) < 2 || len(asPath) < 2+4*int(asPath[1]) {
			return errors.New("an AS path that is cut short")
		}
		_, _, asPath = segment(asPath)
	}
	return nil
}

// count returns how often asn is in the AS path, sets included.
func (p *path) count(asn filters.ASN) int {
	n := 0
	for rest := p.asPath; len(rest) > 0; {
		var asns []byte
		_, asns, rest = segment(rest)
		for ; len(asns) > 0; asns = asns[4:] {
			if filters.ASN(binary.BigEndian.Uint32(asns)) == asn {
				n++
			}
		}
	}
	return n
}

// route returns the path as policies look at it, with memory of its own.
func (p *path) route() policies.Route {
	r := policies.Route{Prefix: p.prefix, Peer: p.peer, LocalPref: p.localPref, MED: p.med}
	if len(p.asPath) > 0 {
		r.Path = make([]filters.ASN, 0, len(p.asPath)/4) // enough where it is one sequence
	}
	for rest := p.asPath; len(rest) > 0; {
		var kind byte
		var asns []byte
		kind, asns, rest = segment(rest)
		if kind != asSequence {
			r.Path = append(r.Path, 0)
			continue
		}
		for ; len(asns) > 0; asns = asns[4:] {
			r.Path = append(r.Path, filters.ASN(binary.BigEndian.Uint32(asns)))
		}
	}
	if len(p.communities) > 0 {
		r.Communities = make([]policies.Community, len(p.communities)/4)
		for i := range r.Communities {
			r.Communities[i] = policies.Community(binary.BigEndian.Uint32(p.communities[4*i:]))
		}
	}
	if len(p.large) > 0 {
		r.LargeCommunities = make([]policies.LargeCommunity, len(p.large)/12)
		for i := range r.LargeCommunities {
			at := p.large[12*i:]
			r.LargeCommunities[i] = policies.LargeCommunity{Global: binary.BigEndian.Uint32(at), Local1: binary.BigEndian.Uint32(at[4:]), Local2: binary.BigEndian.Uint32(at[8:])}
		}
	}
	return r
}

// parseNLRI reads a length in bits and as many octets as that needs.
func parseNLRI(b []byte, is6 bool) (netip.Prefix, error) {
	var octets [16]byte
	if len(b) == 0 || len(b) > 1+len(octets) || len(b)-1 != (int(b[0])+7)/8 {
		return netip.Prefix{}, fmt.Errorf("%x is no prefix", b)
	}
	copy(octets[:], b[1:])
	address := netip.AddrFrom16(octets)
	if !is6 {
		address = netip.AddrFrom4([4]byte(octets[:4]))
	}
	p, err := address.Prefix(int(b[0]))
	return p, err
}
