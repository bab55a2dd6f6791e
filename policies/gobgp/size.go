package gobgp

import (
	"net/netip"

	"depeer/policies"
	"depeer/policies/rib"
	"depeer/policies/rib/wire"
)

// size is how long the attributes of a path are as gobgpd 3.37 sends them to a route-server
// client (internal/pkg/table/message.go). It sends them as it lists them, except the next hop:
//
//	IPv4, IPv4 next hop    NEXT_HOP, which it adds where the path came by MP_REACH_NLRI
//	IPv4, IPv6 next hop    MP_REACH_NLRI of the one prefix (RFC 5549)
//	IPv6                   MP_REACH_NLRI of the one prefix, and the global next hop only
type size struct {
	policies.Size
	reach  int // the length of the next hop in MP_REACH_NLRI; 0: it came without
	next   bool
	next16 bool // NEXT_HOP has 16 octets

	aggregator bool
}

const (
	nextHopSize = 3 + 4
	// reachSize is MP_REACH_NLRI with a next hop of 16 octets, without the prefix: a header,
	// family, next hop with its length, and an octet that is reserved (RFC 4760, 3).
	reachSize = 3 + 3 + 1 + 16 + 1
)

// addAttribute adds an attribute that takes n octets.
func (s *size) addAttribute(code wire.Code, n int, value []byte) {
	switch code {
	case wire.ASPath:
		s.Path, s.PathCounted, s.PathValue = uint16(n), uint16(n), uint16(len(value))
		if len(value) > 1 && rib.SegmentType(value[0]) == rib.ASSequence {
			s.Leading = value[1]
		}
	case wire.MED:
		s.MED = uint8(n)
	case wire.LocalPref:
		s.LocalPref = uint8(n)
	case wire.Communities:
		s.Communities = uint16(n)
	case wire.LargeCommunities:
		s.LargeCommunities = uint16(n)
	case wire.ReachNLRI:
		if len(value) > 3 {
			s.reach = int(value[3])
		}
	case wire.NextHop:
		s.next, s.next16 = true, len(value) == 16
		s.addOctets(n)
	case wire.Aggregator:
		s.aggregator = true
		s.addOctets(n)
	default:
		s.addOctets(n)
	}
}

func (s *size) addOctets(n int) {
	s.Others += uint16(n)
	s.OthersCounted += uint16(n)
}

// addNextHop adds what tells the next hop, and for which prefix, once all attributes are there.
func (s *size) addNextHop(p netip.Prefix) {
	s.Reach = p.Addr().Is6() || s.reach >= 16 || s.next16
	switch {
	case s.Reach && s.reach > 0:
		s.addOctets(reachSize + 1 + (p.Bits()+7)/8)
	case !s.Reach && !s.next:
		s.addOctets(nextHopSize)
	}
}

// fromTwoOctets corrects what gobgpd counts of a path that came over a session without
// four-octet ASNs. It widens AS_PATH and AGGREGATOR and keeps the lengths that it read, but
// where it has merged AS4_PATH into the path. That one comes, as a rule, exactly where an ASN
// of four octets is in the path (RFC 6793, 4.2.2).
func (s *size) fromTwoOctets(path rib.ASPath) {
	if s.aggregator {
		s.OthersCounted -= 2
	}
	value := 0
	for _, asns := range path.Segments {
		value += 2 + len(asns)/2
	}
	for asn := range path.ASNs {
		if asn > 0xffff {
			return
		}
	}
	if s.Path > 0 {
		s.PathCounted = uint16(policies.AttributeBytes(value))
	}
}
