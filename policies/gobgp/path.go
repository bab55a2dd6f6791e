package gobgp

import (
	"encoding/binary"
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/rib/wire"
)

// path is a path as gobgpd sends it: what its attributes hold is not read before it
// is asked for. It is valid until the next one.
type path struct {
	prefix netip.Prefix
	peer   netip.Addr
	id     uint32
	since  uint32

	// gobgpd holds all ASNs in four octets, whatever the neighbor sent.
	attributes wire.Attributes

	size size
}

// readAttribute reads one attribute, header included.
func (p *path) readAttribute(a []byte) error {
	code, value, rest, ok := wire.CutAttribute(a)
	if !ok || len(rest) > 0 {
		return fmt.Errorf("an attribute of %d octets that says another length", len(a))
	}
	p.size.addAttribute(code, len(a), value)
	if fault := p.attributes.ReadAttribute(code, value); fault != wire.Sound {
		return fmt.Errorf("%s of %d octets", fault, len(value))
	}
	return nil
}

// countASN returns how often asn is in the AS path, sets included.
func (p *path) countASN(asn filters.ASN) int {
	n := 0
	for _, asns := range p.attributes.ASPath.Segments {
		for ; len(asns) > 0; asns = asns[4:] {
			if filters.ASN(binary.BigEndian.Uint32(asns)) == asn {
				n++
			}
		}
	}
	return n
}

// toRoute returns the path as policies look at it, with memory of its own.
func (p *path) toRoute() (r policies.Route) {
	var med *uint32
	if p.attributes.HasMED {
		med = new(uint32)
	}
	p.fillRoute(&r, med)
	return r
}

// fillRoute puts the path, as policies look at it, into r, and into the memory that r has.
func (p *path) fillRoute(r *policies.Route, med *uint32) {
	r.Prefix, r.Peer, r.Size = p.prefix, p.peer, p.size.Size
	p.attributes.FillRoute(r, med)
}

// readNLRI reads a length in bits and as many octets as that needs.
func readNLRI(b []byte, is6 bool) (netip.Prefix, error) {
	addressLen := 4
	if is6 {
		addressLen = 16
	}
	if len(b) > 0 {
		if p, ok := wire.ReadPrefix(b[1:], int(b[0]), addressLen); ok {
			return p, nil
		}
	}
	return netip.Prefix{}, fmt.Errorf("%x is no prefix", b)
}
