package testbed

import (
	"iter"
	"net/netip"
	"testing"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
)

// Terms are what a speaker and the route server agree on when a session opens. The zero value is
// the session of Speak: ASNs of four octets, one path for a prefix.
type Terms struct {
	// TwoOctets leaves the capability of four-octet ASNs out (RFC 6793): AS paths have two
	// octets for each ASN, in both directions.
	TwoOctets bool
	// AddPath has the speaker take several paths for a prefix (RFC 7911). The route server
	// sends them where its neighbor is a MemberConfig with AddPath.
	AddPath bool
}

// SpeakOn opens a session on terms. The Speaker keeps the attributes of what it is sent: see
// Attributes.
func SpeakOn(t testing.TB, server *Daemon, address netip.Addr, asn filters.ASN, terms Terms) *Speaker {
	t.Helper()
	s := &Speaker{t: t, Address: address, terms: terms, sent: make(map[netip.Prefix][]byte)}
	s.openSession(server, asn, terms.listCapabilities(asn))
	return s
}

func (terms Terms) listCapabilities(asn filters.ASN) []bgp.ParameterCapabilityInterface {
	families := []bgp.RouteFamily{bgp.RF_IPv4_UC, bgp.RF_IPv6_UC}
	var all []bgp.ParameterCapabilityInterface
	for _, family := range families {
		all = append(all, bgp.NewCapMultiProtocol(family))
	}
	if !terms.TwoOctets {
		all = append(all, bgp.NewCapFourOctetASNumber(uint32(asn)))
	}
	if terms.AddPath {
		var tuples []*bgp.CapAddPathTuple
		for _, family := range families {
			tuples = append(tuples, bgp.NewCapAddPathTuple(family, bgp.BGP_ADD_PATH_RECEIVE))
		}
		all = append(all, bgp.NewCapAddPath(tuples))
	}
	return all
}

// SayRaw sends messages as they are, valid or not.
func (s *Speaker) SayRaw(messages ...[]byte) {
	s.t.Helper()
	for _, m := range messages {
		if _, err := s.conn.Write(m); err != nil {
			s.t.Fatalf("speaker %v: %v", s.Address, err)
		}
	}
}

// Attributes returns the path attributes of the route to prefix that the speaker was sent
// last, as they were sent, and false where it was sent none or it was withdrawn. Of several
// paths for the prefix they are the last one's. Only a speaker of SpeakOn keeps them.
func (s *Speaker) Attributes(prefix netip.Prefix) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	attributes, held := s.sent[prefix]
	return attributes, held
}

// keepUpdate stores the attributes of what an UPDATE announces, and drops those of what it
// withdraws.
func (s *Speaker) keepUpdate(withdrawn, attributes, announced []byte) {
	if s.sent == nil {
		return
	}
	took := func(family bgp.RouteFamily, nlri []byte, has bool) {
		for _, p := range readPrefixes(family, nlri, s.terms.AddPath) {
			if has {
				s.sent[p] = append([]byte(nil), attributes...)
			} else {
				delete(s.sent, p)
			}
		}
	}
	took(bgp.RF_IPv4_UC, withdrawn, false)
	took(bgp.RF_IPv4_UC, announced, true)
	for kind, value := range eachAttribute(attributes) {
		switch kind {
		case bgp.BGP_ATTR_TYPE_MP_UNREACH_NLRI:
			took(familyOf(value), value[3:], false)
		case bgp.BGP_ATTR_TYPE_MP_REACH_NLRI: // family, length of the next hop, next hop, a reserved octet
			took(familyOf(value), value[5+int(value[3]):], true)
		}
	}
}

func familyOf(value []byte) bgp.RouteFamily {
	return bgp.AfiSafiToRouteFamily(uint16(value[0])<<8|uint16(value[1]), value[2])
}

// eachAttribute yields the type and the value of each path attribute (RFC 4271, 4.3).
func eachAttribute(attributes []byte) iter.Seq2[bgp.BGPAttrType, []byte] {
	return func(yield func(bgp.BGPAttrType, []byte) bool) {
		for len(attributes) > 0 {
			flags, kind := bgp.BGPAttrFlag(attributes[0]), bgp.BGPAttrType(attributes[1])
			length, head := int(attributes[2]), 3
			if flags&bgp.BGP_ATTR_FLAG_EXTENDED_LENGTH != 0 {
				length, head = length<<8+int(attributes[3]), 4
			}
			if !yield(kind, attributes[head:head+length]) {
				return
			}
			attributes = attributes[head+length:]
		}
	}
}

// readPrefixes reads prefixes, each a length in bits and as many octets as that needs,
// behind a path identifier where addPath says so.
func readPrefixes(family bgp.RouteFamily, b []byte, addPath bool) []netip.Prefix {
	var all []netip.Prefix
	for len(b) > 0 {
		if addPath {
			b = b[4:]
		}
		bits := int(b[0])
		var octets [16]byte
		copy(octets[:], b[1:1+(bits+7)/8])
		address := netip.AddrFrom16(octets)
		if family == bgp.RF_IPv4_UC {
			address = netip.AddrFrom4([4]byte(octets[:4]))
		}
		all = append(all, netip.PrefixFrom(address, bits))
		b = b[1+(bits+7)/8:]
	}
	return all
}
