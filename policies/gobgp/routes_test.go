package gobgp_test

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

func gather(t testing.TB, seq iter.Seq2[policies.Route, error]) []policies.Route {
	t.Helper()
	var routes []policies.Route
	for r, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(r.Communities)
		routes = append(routes, r)
	}
	slices.SortFunc(routes, func(a, b policies.Route) int {
		return cmp.Or(a.Prefix.Compare(b.Prefix), a.Peer.Compare(b.Peer), slices.Compare(a.Path, b.Path))
	})
	return routes
}

func TestRoutesWithTheirAttributes(t *testing.T) {
	t.Parallel()
	med := uint32(4294967295)
	text := anchor + `
[[policy-definitions]]
name = "operator"
[[policy-definitions.statements]]
name = "operator"
[policy-definitions.statements.actions.bgp-actions]
set-local-pref = 50
set-as-path-prepend = {as = "last-as", repeat-n = 2}
`
	x := testbed.Exchange(t, testbed.Config{Policy: text, Members: []testbed.MemberConfig{
		{ASN: 64496, Import: []string{"operator"}, Announce: []testbed.Announcement{
			{Prefix: netip.MustParsePrefix("192.0.2.0/24")},
			{
				Prefix: netip.MustParsePrefix("198.51.100.128/25"), Path: []filters.ASN{64496, 4200000001, 65010},
				MED:         &med,
				Communities: []policies.Community{64500<<16 | 1, 65535<<16 | 65281},
				LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 5, Local2: 6},
					{Global: 4200000001, Local1: 2, Local2: 3}},
			},
			{Prefix: netip.MustParsePrefix("2001:db8:1::/48"), Path: []filters.ASN{65011}},
			{Prefix: netip.MustParsePrefix("2001:db8:1:2:3::/80")},
			{Prefix: netip.MustParsePrefix("192.0.3.0/24"), Path: []filters.ASN{65011, 64500}}, // a loop
		}},
		{ASN: 64497},
	}})
	a, b := x.Members[0], x.Members[1]
	a.Announce(testbed.Announce("0.0.0.0/0", "::/0")...)
	c := dialTarget(t, x.Daemon)
	x.Settle()
	path := func(front, path []filters.ASN) []filters.ASN { return append(slices.Clone(front), path...) }
	routes := func(front []filters.ASN) []policies.Route {
		return []policies.Route{
			{Prefix: netip.MustParsePrefix("0.0.0.0/0"), Path: path(front, []filters.ASN{64496})},
			{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Path: path(front, []filters.ASN{64496})},
			{
				Prefix: netip.MustParsePrefix("198.51.100.128/25"),
				Path:   path(front, []filters.ASN{64496, 64496, 4200000001, 65010}), MED: &med,
				Communities: []policies.Community{64500<<16 | 1, 65535<<16 | 65281},
				LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 5, Local2: 6},
					{Global: 4200000001, Local1: 2, Local2: 3}},
			},
			{Prefix: netip.MustParsePrefix("::/0"), Path: path(front, []filters.ASN{64496})},
			{Prefix: netip.MustParsePrefix("2001:db8:1::/48"), Path: path(front, []filters.ASN{64496, 65011})},
			{Prefix: netip.MustParsePrefix("2001:db8:1:2:3::/80"), Path: path(front, []filters.ASN{64496})},
		}
	}
	with := func(routes []policies.Route, pref uint32) []policies.Route {
		for i := range routes {
			routes[i].Peer, routes[i].LocalPref = a.Address, pref
		}
		return routes
	}
	if diff := gocmp.Diff(with(routes(nil), 0), gather(t, c.Received(t.Context(), a.Address)), equal); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
	changed := with(routes([]filters.ASN{64496, 64496}), 50)
	if diff := gocmp.Diff(changed, gather(t, c.Table(t.Context())), equal); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	seen := c.Seen(t.Context(), b.Address,
		[]netip.Prefix{changed[2].Prefix, changed[4].Prefix, netip.MustParsePrefix("203.0.113.0/24")})
	if diff := gocmp.Diff([]policies.Route{changed[2], changed[4]}, gather(t, seen), equal); diff != "" {
		t.Errorf("seen by %v (-want +got):\n%s", b.Address, diff)
	}
	if got := gather(t, c.Seen(t.Context(), a.Address, []netip.Prefix{changed[2].Prefix})); len(got) != 0 {
		t.Errorf("seen by its announcer: %v", got)
	}
	if got := gather(t, c.Seen(t.Context(), b.Address, nil)); len(got) != 0 {
		t.Errorf("seen of no prefixes: %v", got)
	}
	if got := gather(t, c.Received(t.Context(), b.Address)); len(got) != 0 {
		t.Errorf("received from who announces nothing: %v", got)
	}
	for _, err := range c.Received(t.Context(), netip.MustParseAddr("192.0.2.9")) {
		if !errors.Is(err, plan.ErrRefused) {
			t.Errorf("routes of nobody: %v", err)
		}
	}
	for range c.Received(t.Context(), a.Address) {
		break // and nothing hangs
	}
	for range c.Table(t.Context()) {
		break
	}
}

// An AS_SET is a single 0 in a path, and so is a confederation's segment.
func TestSegments(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	s := testbed.Speak(t, d, d.Site.Member(0), 64496)
	prefix := netip.MustParsePrefix("192.0.2.0/24")
	s.Say(testbed.Update(prefix, s.Address,
		bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{64496, 4200000001}),
		bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SET, []uint32{65001, 65002}),
		bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{65003}),
	))
	c := dialTarget(t, d)
	testbed.Eventually(t, testbed.Patience, func() error {
		routes := gather(t, c.Received(t.Context(), s.Address))
		want := []policies.Route{{Prefix: prefix, Peer: s.Address, Path: []filters.ASN{64496, 4200000001, 0, 65003}}}
		if diff := gocmp.Diff(want, routes, equal); diff != "" {
			return fmt.Errorf("received (-want +got):\n%s", diff)
		}
		return nil
	})
}

// Table shows every path that any client is shown, whoever it is hidden from.
func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	const a, b, c, d filters.ASN = 64496, 64497, 64498, 64499
	through := func(prefix string, path ...filters.ASN) testbed.Announcement {
		return testbed.Announcement{Prefix: netip.MustParsePrefix(prefix), Path: path}
	}
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{
		{ASN: a, Announce: []testbed.Announcement{through("10.1.0.0/16"), through("10.2.0.0/16", b),
			through("10.3.0.0/16", b, c), through("10.9.0.0/16", 65001)}},
		{ASN: b, Announce: []testbed.Announcement{through("10.1.0.0/16", a), through("10.2.0.0/16"),
			through("10.4.0.0/16", c), through("10.9.0.0/16")}},
		{ASN: c, Announce: []testbed.Announcement{through("10.3.0.0/16"), through("10.4.0.0/16", d),
			through("10.5.0.0/16", a, b), through("2001:db8::/32", a)}},
		{ASN: d}, // announces nothing, and is looked at first
		{ASN: d}, // of the same network
	}})
	var want []string
	for _, m := range x.Members {
		for _, r := range m.Announced() {
			want = append(want, fmt.Sprint(r.Prefix, m.Address, append([]filters.ASN{m.ASN}, r.Path...)))
		}
	}
	slices.Sort(want)
	client := dialTarget(t, x.Daemon)
	var got []string
	for _, r := range gather(t, client.Table(t.Context())) {
		got = append(got, fmt.Sprint(r.Prefix, r.Peer, r.Path))
	}
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
	// The table called global is not that of a route server: GoBGP 3.37.
	stream, err := x.Daemon.API().ListPath(t.Context(),
		&api.ListPathRequest{TableType: api.TableType_GLOBAL,
			Family: &api.Family{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST}})
	if paths := all(t, stream, err); len(paths) != 0 {
		t.Errorf("GoBGP v3.37.0 did otherwise: %d destinations in the table global", len(paths))
	}
}
