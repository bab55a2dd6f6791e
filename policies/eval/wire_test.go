package eval_test

import (
	"net/netip"
	"slices"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
	"depeer/policies"
)

// announce returns the message that announces prefixes of one family with the
// attributes of r.
func announce(r policies.Route, prefixes ...netip.Prefix) *bgp.BGPMessage {
	attributes := []bgp.PathAttributeInterface{bgp.NewPathAttributeOrigin(0),
		bgp.NewPathAttributeAsPath(segments(r.Path))}
	v4 := prefixes[0].Addr().Is4()
	if v4 {
		attributes = append(attributes, bgp.NewPathAttributeNextHop(announcer.address.String()))
	}
	if r.MED != nil {
		attributes = append(attributes, bgp.NewPathAttributeMultiExitDisc(*r.MED))
	}
	if r.LocalPref != 0 {
		attributes = append(attributes, bgp.NewPathAttributeLocalPref(r.LocalPref))
	}
	if len(r.Communities) != 0 {
		list := make([]uint32, len(r.Communities))
		for i, c := range r.Communities {
			list[i] = uint32(c)
		}
		attributes = append(attributes, bgp.NewPathAttributeCommunities(list))
	}
	if !v4 {
		attributes = append(attributes, bgp.NewPathAttributeMpReachNLRI("2001:db8::2", reach6(prefixes)))
	}
	if len(r.LargeCommunities) != 0 {
		list := make([]*bgp.LargeCommunity, len(r.LargeCommunities))
		for i, c := range r.LargeCommunities {
			list[i] = bgp.NewLargeCommunity(c.Global, c.Local1, c.Local2)
		}
		attributes = append(attributes, bgp.NewPathAttributeLargeCommunities(list))
	}
	if !v4 {
		return bgp.NewBGPUpdateMessage(nil, attributes, nil)
	}
	return bgp.NewBGPUpdateMessage(nil, attributes, reach4(prefixes))
}

// withdraw returns the message that takes p back.
func withdraw(p netip.Prefix) *bgp.BGPMessage {
	if p.Addr().Is4() {
		return bgp.NewBGPUpdateMessage(reach4([]netip.Prefix{p}), nil, nil)
	}
	unreach := bgp.NewPathAttributeMpUnreachNLRI(reach6([]netip.Prefix{p}))
	return bgp.NewBGPUpdateMessage(nil, []bgp.PathAttributeInterface{unreach}, nil)
}

func reach4(list []netip.Prefix) []*bgp.IPAddrPrefix {
	var out []*bgp.IPAddrPrefix
	for _, p := range list {
		out = append(out, bgp.NewIPAddrPrefix(uint8(p.Bits()), p.Addr().String()))
	}
	return out
}

func reach6(list []netip.Prefix) []bgp.AddrPrefixInterface {
	var out []bgp.AddrPrefixInterface
	for _, p := range list {
		out = append(out, bgp.NewIPv6AddrPrefix(uint8(p.Bits()), p.Addr().String()))
	}
	return out
}

// segments are the sequences of path, and for each 0 an AS_SET that holds ASNs
// which are listed: they must not count.
func segments(path []filters.ASN) []bgp.AsPathParamInterface {
	var out []bgp.AsPathParamInterface
	for len(path) > 0 {
		n := slices.Index(path, 0)
		switch {
		case n == 0:
			out = append(out, bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SET,
				[]uint32{uint32(asns[0]), uint32(asns[3]), uint32(asns[6])}))
			path = path[1:]
			continue
		case n < 0:
			n = len(path)
		}
		var sequence []uint32
		for _, a := range path[:n] {
			sequence = append(sequence, uint32(a))
		}
		out = append(out, bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, sequence))
		path = path[n:]
	}
	return out
}

// heard returns what an update announces and withdraws.
func heard(m *bgp.BGPUpdate) (announced []policies.Route, withdrawn []netip.Prefix) {
	var r policies.Route
	var reached []bgp.AddrPrefixInterface
	for _, n := range m.NLRI {
		reached = append(reached, n)
	}
	for _, n := range m.WithdrawnRoutes {
		withdrawn = append(withdrawn, prefixOf(n))
	}
	for _, a := range m.PathAttributes {
		switch a := a.(type) {
		case *bgp.PathAttributeAsPath:
			for _, s := range a.Value {
				if s.GetType() != bgp.BGP_ASPATH_ATTR_TYPE_SEQ {
					r.Path = append(r.Path, 0)
					continue
				}
				for _, asn := range s.GetAS() {
					r.Path = append(r.Path, filters.ASN(asn))
				}
			}
		case *bgp.PathAttributeMultiExitDisc:
			r.MED = &a.Value
		case *bgp.PathAttributeLocalPref:
			r.LocalPref = a.Value
		case *bgp.PathAttributeCommunities:
			for _, c := range a.Value {
				r.Communities = append(r.Communities, policies.Community(c))
			}
		case *bgp.PathAttributeLargeCommunities:
			for _, c := range a.Values {
				r.LargeCommunities = append(r.LargeCommunities,
					policies.LargeCommunity{Global: c.ASN, Local1: c.LocalData1, Local2: c.LocalData2})
			}
		case *bgp.PathAttributeMpReachNLRI:
			reached = append(reached, a.Value...)
		case *bgp.PathAttributeMpUnreachNLRI:
			for _, n := range a.Value {
				withdrawn = append(withdrawn, prefixOf(n))
			}
		}
	}
	for _, n := range reached {
		one := r
		one.Prefix, one.Peer = prefixOf(n), announcer.address
		announced = append(announced, one)
	}
	return announced, withdrawn
}

func prefixOf(n bgp.AddrPrefixInterface) netip.Prefix { return netip.MustParsePrefix(n.String()) }
