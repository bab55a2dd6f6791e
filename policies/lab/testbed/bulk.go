package testbed

import (
	"net/netip"
	"slices"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
)

// full is how many prefixes an UPDATE takes at least, whatever their lengths and
// with a path of a hundred: 4096 octets, of which an IPv4 prefix takes up to 5.
const full = 700

// SayAll announces IPv4 prefixes along one path, in as few messages as there can
// be. It does not wait until the route server has them.
func (s *Speaker) SayAll(announced []netip.Prefix, path ...filters.ASN) {
	s.t.Helper()
	asns := make([]uint32, len(path))
	for i, asn := range path {
		asns[i] = uint32(asn)
	}
	attributes := []bgp.PathAttributeInterface{
		bgp.NewPathAttributeOrigin(0), bgp.NewPathAttributeNextHop(s.Address.String()),
		bgp.NewPathAttributeAsPath([]bgp.AsPathParamInterface{bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, asns)}),
	}
	for some := range slices.Chunk(announced, full) {
		list := make([]*bgp.IPAddrPrefix, len(some))
		for i, p := range some {
			list[i] = bgp.NewIPAddrPrefix(uint8(p.Bits()), p.Addr().String())
		}
		s.Say(bgp.NewBGPUpdateMessage(nil, attributes, list))
	}
}
