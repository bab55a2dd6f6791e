package length_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/guard"
	"depeer/policies/length"
	"depeer/policies/rib"
)

func member(n int) length.Member {
	return length.Member{
		Peer: rib.Peer{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}), ASN: filters.ASN(64500 + n)},
		Up:   true, IPv4: true, IPv6: true, Import: true, Export: true,
	}
}

// route is one of the first member with so many bytes, counted the same.
func route(prefix string, bytes int) *policies.Route {
	r := &policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: member(1).Address,
		Path: []filters.ASN{64501, 65001}}
	r.Size = policies.Size{Path: 13, PathValue: 10, PathCounted: 13, Leading: 2, Others: uint16(bytes - 13),
		OthersCounted: uint16(bytes - 13), Reach: r.Prefix.Addr().Is6()}
	return r
}

// policyOf is a policy that treats 10.0.0.0/8 and 2001:db8::/32.
func policyOf(t policies.Treatment) *policies.RoutingPolicy {
	t.Name = "it"
	return build.Policy(listed, []policies.Treatment{t}, 64500)
}

func TestEdges(t *testing.T) {
	community := policies.Treatment{Communities: []policies.Community{1}}
	two := policies.Treatment{Communities: []policies.Community{1, 2}}
	severalMember := member(3)
	severalMember.AddPathIPv4, severalMember.AddPathIPv6 = true, true
	behind := member(4)
	behind.ASN = 65001 // in every path
	down := member(5)
	down.Up, down.AddPathIPv4 = false, true
	all := []length.Member{member(1), member(2), severalMember, behind, down}
	few := []length.Member{member(1), member(2), behind, down}
	for name, test := range map[string]struct {
		treatment         policies.Treatment
		members           []length.Member
		route             *policies.Route
		lost, near, ends  bool
		bytes             int
		towards           []netip.Addr
		unlisted, refused bool
	}{
		"sent": {community, few, route("10.1.0.0/16", 4061), false, true, false, 4068, nil,
			false, false},
		"not sent": {community, few, route("10.1.0.0/16", 4062), true, true, false, 4069, nil, false,
			false},
		"not sent, the daemon lives": {community, few, route("10.1.0.0/16", 4070), true, true, false, 4077, nil, false,
			false},
		"the daemon ends": {two, few, route("10.1.0.0/16", 4067), true, true, true, 4078, nil, false,
			false},
		"far": {community, few, route("10.1.0.0/16", 3997), false, false, false, 0, nil, false,
			false},
		"near": {community, few, route("10.1.0.0/16", 3998), false, true, false, 4005, nil,
			false, false},
		"add-path, sent": {community, all, route("10.1.0.0/16", 4057), false, true, false, 4064, nil,
			false, false},
		"add-path, not sent": {community, all, route("10.1.0.0/16", 4058), true, true, false, 4065,
			[]netip.Addr{severalMember.Address}, false, false},
		"not sent to either": {community, all, route("10.1.0.0/16", 4062), true, true, false, 4069, nil, false,
			false},
		"IPv6, sent": {community, few, route("2001:db8:1::/48", 4066), false, true, false, 4073, nil,
			false, false},
		"IPv6, not sent": {community, few, route("2001:db8:1::/48", 4067), true, true, false, 4074, nil,
			false, false},
		"IPv6, add-path": {community, all, route("2001:db8:1::/48", 4063), true, true, false, 4074,
			[]netip.Addr{severalMember.Address}, false, false},
		"not treated, too long": {community, few, route("20.1.0.0/16", 4069), true, false, false, 4069, nil, true,
			false},
		"not treated, near": {community, few, route("20.1.0.0/16", 4068), false, false, false, 0, nil, true,
			false},
		"refused": {policies.Treatment{Reject: true}, few, route("10.1.0.0/16", 4070), false, false,
			false, 0, nil, false, true},
		"none to be sent it": {community, []length.Member{member(1)}, route("10.1.0.0/16", 4062), true, true,
			false, 4069, nil, false, false},
		"nobody known": {community, nil, route("10.1.0.0/16", 4062), true, true, false, 4069, nil, false,
			false},
		"a prepend is not counted": {policies.Treatment{Prepend: 4}, few, route("10.1.0.0/16", 4054), false, true,
			false, 4070, nil, false, false},
		"a prepend is sent, too": {policies.Treatment{Prepend: 4}, few, route("10.1.0.0/16", 4055), true, true,
			false, 4071, nil, false, false},
		"a prepend ends no daemon": {policies.Treatment{Prepend: 200}, few, route("10.1.0.0/16", 4060), true, true,
			false, 4861, nil, false, false},
		"a size that is not known": {community, few, &policies.Route{Prefix: netip.MustParsePrefix("10.1.0.0/16")},
			false, false, false, 0, nil, false, false},
		"a MED that is there already": {policies.Treatment{MED: new(uint32)}, few, with(route("10.1.0.0/16", 4068)),
			false, true, false, 4068, nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			f := length.New(length.Question{Policy: policyOf(test.treatment), Members: test.members})
			f.See(test.route)
			found := []length.Route{{Prefix: test.route.Prefix, Member: test.route.Peer, Bytes: test.bytes,
				Announced: test.route.Size.Sent(), To: test.towards}}
			want := length.Report{NotDelivered: []length.Route{}, Near: []length.Route{}, Ending: []length.Route{}}
			if test.lost {
				want.NotDelivered = found
			}
			if test.near {
				want.Near = found
			}
			if test.ends {
				want.Ending = found
			}
			same := cmp.Options{cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
				cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}
			if diff := cmp.Diff(want, f.Report(), same); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if _, lost := f.Lost(test.route); lost != test.lost {
				t.Errorf("lost: %t", lost)
			}
			if refuses := len(f.Report().Guards()) > 0; refuses != test.ends {
				t.Errorf("the guard refuses: %t", refuses)
			}
		})
	}
}

// with is a route of the same length with a MED.
func with(r *policies.Route) *policies.Route {
	r.MED = new(uint32)
	r.Size.MED = 7
	r.Size.Others -= 7
	r.Size.OthersCounted -= 7
	return r
}

// The guard names the longest route of each member.
func TestGuards(t *testing.T) {
	f := length.New(length.Question{Policy: policyOf(policies.Treatment{Communities: []policies.Community{1, 2, 3}}),
		Members: []length.Member{member(1), member(2), member(3)}})
	other := route("10.3.0.0/16", 4069)
	other.Peer = member(2).Address
	for _, r := range []*policies.Route{route("10.1.0.0/16", 4068), route("10.2.0.0/16", 4070), other,
		route("10.4.0.0/16", 4000)} {
		f.See(r)
	}
	first, second := member(1).Address, member(2).Address
	longest, only := netip.MustParsePrefix("10.2.0.0/16"), netip.MustParsePrefix("10.3.0.0/16")
	want := []guard.Result{
		{Code: "guard-update-length", Value: 4085, Limit: 4077, Member: &first, Prefix: &longest},
		{Code: "guard-update-length", Value: 4084, Limit: 4077, Member: &second, Prefix: &only},
	}
	same := cmp.Options{cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.Comparer(func(a, b netip.Addr) bool { return a == b })}
	if diff := cmp.Diff(want, f.Report().Guards(), same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
