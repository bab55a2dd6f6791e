package gobgp

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// oracle reads a path by GoBGP's own means.
func oracle(t interface{ Fatal(...any) }, p *api.Path, is6 bool) *rib.Path {
	family := bgp.RF_IPv4_UC
	if is6 {
		family = bgp.RF_IPv6_UC
	}
	afi, safi := bgp.RouteFamilyToAfiSafi(family)
	nlri, err := bgp.NewPrefixFromRouteFamily(afi, safi)
	if err != nil {
		t.Fatal(err)
	}
	if err := nlri.DecodeFromBytes(p.NlriBinary); err != nil {
		t.Fatal(err)
	}
	r := &rib.Path{
		Route: policies.Route{Prefix: netip.MustParsePrefix(nlri.String()), Peer: netip.MustParseAddr(p.NeighborIp)},
		ID:    p.Identifier, Since: uint32(p.Age.AsTime().Unix()),
	}
	for _, b := range p.PattrsBinary {
		a, err := bgp.GetPathAttribute(b)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.DecodeFromBytes(b); err != nil {
			t.Fatal(err)
		}
		switch a := a.(type) {
		case *bgp.PathAttributeOrigin:
			r.Origin = rib.Origin(a.Value)
		case *bgp.PathAttributeAsPath:
			for _, segment := range a.Value {
				r.ASPath = append(r.ASPath, segment.GetType(), byte(len(segment.GetAS())))
				for _, asn := range segment.GetAS() {
					r.ASPath = binary.BigEndian.AppendUint32(r.ASPath, asn)
				}
				if segment.GetType() != bgp.BGP_ASPATH_ATTR_TYPE_SEQ {
					r.Path = append(r.Path, 0)
					continue
				}
				for _, asn := range segment.GetAS() {
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
		}
	}
	return r
}

// The reader of answers agrees with GoBGP's own on any answer.
func TestDecoder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		is6 := rapid.Bool().Draw(t, "IPv6")
		d := &api.Destination{Prefix: "not looked at",
			Paths: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) *api.Path { return anyPath(t, is6) }), 0, 4).Draw(t,
				"paths")}
		message, err := proto.Marshal(&api.ListPathResponse{Destination: d})
		if err != nil {
			t.Fatal(err)
		}
		var want, got []*rib.Path
		var wantRoutes, routes []policies.Route
		for _, p := range d.Paths {
			want = append(want, oracle(t, p, is6))
			wantRoutes = append(wantRoutes, want[len(want)-1].Route)
		}
		reader := decoder{is6: is6}
		var r reading
		more, err := reader.readDestination(message, func(p *path) bool {
			got = append(got, r.readPath(p, &plan.Client{Address: p.peer}).Clone())
			routes = append(routes, p.toRoute())
			return true
		})
		if err != nil || !more {
			t.Fatal(more, err)
		}
		exact := cmp.Options{cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
			cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmpopts.EquateEmpty(),
			cmpopts.IgnoreFields(policies.Route{}, "Size")}
		if diff := cmp.Diff(want, got, exact); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(wantRoutes, routes, exact); diff != "" {
			t.Fatalf("routes (-want +got):\n%s", diff)
		}
	})
}

func anyPath(t *rapid.T, is6 bool) *api.Path {
	length, all := 32, rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "IPv4")
	if is6 {
		length, all = 128, rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "IPv6")
		all[0] = 0x20 // GoBGP prints IPv4-mapped prefixes in a form of its own
	}
	address, _ := netip.AddrFromSlice(all)
	prefix := netip.PrefixFrom(address, rapid.IntRange(0, length).Draw(t, "length")).Masked()
	var nlri bgp.AddrPrefixInterface = bgp.NewIPAddrPrefix(uint8(prefix.Bits()), prefix.Addr().String())
	if is6 {
		nlri = bgp.NewIPv6AddrPrefix(uint8(prefix.Bits()), prefix.Addr().String())
	}
	uint32s := func(most int, label string) []uint32 { return rapid.SliceOfN(rapid.Uint32(), 0, most).Draw(t, label) }
	segments := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bgp.AsPathParamInterface {
		return bgp.NewAs4PathParam(uint8(rapid.IntRange(1, 4).Draw(t, "type")),
			rapid.SliceOfN(rapid.Uint32Range(1<<17, 1<<32-1), 1, 255).Draw(t, "ASNs"))
	}), 0, 3).Draw(t, "segments")
	attributes := []bgp.PathAttributeInterface{bgp.NewPathAttributeOrigin(uint8(rapid.IntRange(0, 2).Draw(t,
		"origin"))), bgp.NewPathAttributeAsPath(segments), bgp.NewPathAttributeNextHop("192.0.2.1")}
	if rapid.Bool().Draw(t, "with MED") {
		attributes = append(attributes, bgp.NewPathAttributeMultiExitDisc(rapid.Uint32().Draw(t, "MED")))
	}
	if rapid.Bool().Draw(t, "with preference") {
		attributes = append(attributes, bgp.NewPathAttributeLocalPref(rapid.Uint32().Draw(t, "preference")))
	}
	if list := uint32s(300, "communities"); len(list) > 0 {
		attributes = append(attributes, bgp.NewPathAttributeCommunities(list))
	}
	var large []*bgp.LargeCommunity
	for _, v := range uint32s(100, "large communities") {
		large = append(large, bgp.NewLargeCommunity(v, v/2, v/3))
	}
	if len(large) > 0 {
		attributes = append(attributes, bgp.NewPathAttributeLargeCommunities(large))
	}
	p := &api.Path{
		NeighborIp: rapid.SampledFrom([]string{"192.0.2.1", "192.0.2.2", "2001:db8::1"}).Draw(t, "neighbor"),
		SourceAsn:  65001, Best: true, Identifier: rapid.Uint32().Draw(t, "ID"),
		Age: &timestamppb.Timestamp{Seconds: rapid.Int64Range(0, 1<<32-1).Draw(t, "age"),
			Nanos: rapid.Int32Range(0, 999999999).Draw(t, "nanoseconds")}, Family: &api.Family{Afi: api.Family_AFI_IP},
		Validation: &api.Validation{},
	}
	var err error
	if p.NlriBinary, err = nlri.Serialize(); err != nil {
		t.Fatal(err)
	}
	for _, a := range attributes {
		b, err := a.Serialize()
		if err != nil {
			t.Fatal(err)
		}
		p.PattrsBinary = append(p.PattrsBinary, b)
	}
	return p
}

// No answer, whatever it is, brings the reader down.
func FuzzDecoder(f *testing.F) {
	p := &api.Path{NeighborIp: "192.0.2.1", NlriBinary: []byte{24, 192, 0, 2},
		PattrsBinary: [][]byte{{0x40, 2, 6, 2, 1, 0, 0, 0, 1}, {0x50, 8, 0, 4, 0, 1, 0, 2},
			{0xc0, 32, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, {0x80, 4, 4, 0, 0, 0, 7}}}
	seed, err := proto.Marshal(&api.ListPathResponse{Destination: &api.Destination{Paths: []*api.Path{p, p}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed, false)
	f.Add(seed, true)
	f.Add([]byte{0x0a}, false)
	f.Fuzz(func(t *testing.T, message []byte, is6 bool) {
		d := decoder{is6: is6}
		var room reading
		d.readDestination(message, func(p *path) bool {
			r := p.toRoute()
			if same := room.readPath(p, &plan.Client{Address: p.peer}); same.Prefix != r.Prefix ||
				!slices.Equal(same.Path, r.Path) {
				t.Errorf("%v, and %v", r, same)
			}
			if !r.Prefix.IsValid() || r.Prefix.Addr().Is6() != is6 {
				t.Errorf("prefix %v", r.Prefix)
			}
			p.countASN(1)
			return true
		})
	})
}

// A path costs no memory of its own.
func TestReadingAllocatesNothing(t *testing.T) {
	p := &api.Path{
		NeighborIp: "192.0.2.1", NlriBinary: []byte{24, 192, 0, 2}, Identifier: 1, Age: timestamppb.Now(),
		PattrsBinary: [][]byte{{0x40, 1, 1, 2}, {0x40, 2, 6, 2, 1, 0, 0, 0, 1}, {0x50, 8, 0, 4, 0, 1, 0, 2},
			{0xc0, 32, 12, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3}, {0x80, 4, 4, 0, 0, 0, 7}},
	}
	message, err := proto.Marshal(&api.ListPathResponse{Destination: &api.Destination{Paths: []*api.Path{p, p, p}}})
	if err != nil {
		t.Fatal(err)
	}
	var d decoder
	var r reading
	client := &plan.Client{Address: netip.MustParseAddr("192.0.2.1"), ASN: 1}
	if n := testing.AllocsPerRun(100, func() {
		d.readDestination(message, func(p *path) bool {
			return !(ownASN{asn: 64500}).hasLoop(p) &&
				r.readPath(p, client).MED != nil
		})
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
