package gobgp

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/rib"
)

// path is a path as gobgpd sends it: what its attributes hold is not read before it
// is asked for. It is valid until the next one.
type path struct {
	prefix netip.Prefix
	peer   netip.Addr
	id     uint32
	since  uint32

	origin    rib.Origin
	localPref uint32
	med       uint32
	hasMED    bool
	asPath    rib.ASPath // gobgpd holds all ASNs in four octets, whatever the neighbor sent
	// The rest as in an UPDATE (RFC 1997, 8092).
	communities, large []byte

	size size
}

// Attribute type codes, and the flag for a length of two octets (RFC 4271, 4.3).
const (
	typeOrigin           = 1
	typeASPath           = 2
	typeNextHop          = 3
	typeMED              = 4
	typeLocalPref        = 5
	typeAggregator       = 7
	typeCommunities      = 8
	typeReach            = 14
	typeLargeCommunities = 32

	extendedLength = 0x10
)

func (p *path) attribute(a []byte) (err error) {
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
	p.size.addAttribute(kind, len(a), value)
	fits := true
	switch kind {
	case typeOrigin:
		if fits = length == 1; fits {
			p.origin = rib.Origin(value[0])
		}
	case typeASPath:
		p.asPath, err = rib.ParseASPath(value)
	case typeMED:
		if fits = length == 4; fits {
			p.med, p.hasMED = binary.BigEndian.Uint32(value), true
		}
	case typeLocalPref:
		if fits = length == 4; fits {
			p.localPref = binary.BigEndian.Uint32(value)
		}
	case typeCommunities:
		p.communities, fits = value, length%4 == 0
	case typeLargeCommunities:
		p.large, fits = value, length%12 == 0
	}
	if !fits {
		return fmt.Errorf("attribute %d has %d octets", kind, length)
	}
	return err
}

// count returns how often asn is in the AS path, sets included.
func (p *path) count(asn filters.ASN) int {
	n := 0
	for _, asns := range p.asPath.Segments {
		for ; len(asns) > 0; asns = asns[4:] {
			if filters.ASN(binary.BigEndian.Uint32(asns)) == asn {
				n++
			}
		}
	}
	return n
}

// route returns the path as policies look at it, with memory of its own.
func (p *path) route() (r policies.Route) {
	var med *uint32
	if p.hasMED {
		med = new(uint32)
	}
	p.read(&r, med)
	return r
}

// read puts the path, as policies look at it, into r, and into the memory that r has.
func (p *path) read(r *policies.Route, med *uint32) {
	r.Prefix, r.Peer, r.LocalPref, r.MED, r.Size = p.prefix, p.peer, p.localPref, nil, p.size.Size
	if p.hasMED {
		*med = p.med
		r.MED = med
	}
	r.Path = p.asPath.Append(slices.Grow(r.Path[:0], len(p.asPath)/4)) // enough where it is one sequence
	r.Communities = slices.Grow(r.Communities[:0], len(p.communities)/4)
	for rest := p.communities; len(rest) > 0; rest = rest[4:] {
		r.Communities = append(r.Communities, policies.Community(binary.BigEndian.Uint32(rest)))
	}
	r.LargeCommunities = slices.Grow(r.LargeCommunities[:0], len(p.large)/12)
	for rest := p.large; len(rest) > 0; rest = rest[12:] {
		r.LargeCommunities = append(r.LargeCommunities,
			policies.LargeCommunity{Global: binary.BigEndian.Uint32(rest), Local1: binary.BigEndian.Uint32(rest[4:]),
				Local2: binary.BigEndian.Uint32(rest[8:])})
	}
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
