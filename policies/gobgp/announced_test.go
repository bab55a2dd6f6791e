package gobgp_test

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgp"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// paths gathers what a source yields, in order, with the moments taken off; each must
// be between since and now.
func paths(t testing.TB, source rib.Source, since time.Time) []*rib.Path {
	t.Helper()
	var all []*rib.Path
	for p, err := range source {
		if err != nil {
			t.Fatal(err)
		}
		if at := time.Unix(int64(p.Since), 0); at.Before(since.Truncate(time.Second)) || at.After(time.Now()) {
			t.Errorf("%s is announced since %v", p.Prefix, at)
		}
		p = p.Clone()
		p.Since = 0
		slices.Sort(p.Communities)
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b *rib.Path) int {
		return cmp.Or(a.Prefix.Compare(b.Prefix), a.Peer.Compare(b.Peer), slices.Compare(a.ASPath, b.ASPath))
	})
	return all
}

// Members with all that BIRD can say, one that has never come, and neighbors that are not
// asked about. gobgpd takes no LOCAL_PREF of another network (RFC 4271, 5.1.5).
func TestAnnounced(t *testing.T) {
	t.Parallel()
	began, med := time.Now(), uint32(4294967295)
	x := testbed.Exchange(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{
		{ASN: 64496, LocalPref: true, Announce: []testbed.Announcement{
			{Prefix: netip.MustParsePrefix("192.0.2.0/24")},
			{
				Prefix: netip.MustParsePrefix("198.51.100.128/25"), Path: []filters.ASN{64496, 4200000001, 65010},
				MED:         &med,
				Communities: []policies.Community{64500<<16 | 1, 65535<<16 | 65281},
				LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 5, Local2: 6},
					{Global: 4200000001, Local1: 2, Local2: 3}},
			},
			{Prefix: netip.MustParsePrefix("192.0.3.0/24"), Path: []filters.ASN{65011, 64500}}, // a loop
		}},
		{ASN: 64497, Announce: []testbed.Announcement{
			{Prefix: netip.MustParsePrefix("2001:db8:1::/48"), Path: []filters.ASN{65011},
				LargeCommunities: []policies.LargeCommunity{{Global: 1, Local1: 2, Local2: 3}}},
			{Prefix: netip.MustParsePrefix("2001:db8:1:2:3::/80")},
			{Prefix: netip.MustParsePrefix("192.0.2.0/24")},
		}},
		{ASN: 64498},
	}, Edit: func(file []byte) []byte {
		return append(file, "\n[[neighbors]]\nconfig = {neighbor-address = \"127.1.0.1\", peer-as = "+
			"64499}\ntransport = {config = {passive-mode = true}}\nroute-server = {config = {route-server-client = true}}\n"...)
	}})
	s := x.Members[2].Address
	x.Members[2].Announce(testbed.Announce("0.0.0.0/0")...)
	c := dialTarget(t, x.Daemon)
	x.Settle()

	a, b := x.Members[0].Address, x.Members[1].Address
	path := func(prefix string, peer netip.Addr, asns ...filters.ASN) *rib.Path {
		return &rib.Path{
			Route:   policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: peer, Path: asns},
			PeerASN: asns[0], ASPath: rib.Sequence(asns...),
		}
	}
	want := []*rib.Path{
		path("0.0.0.0/0", s, 64498),
		path("192.0.2.0/24", a, 64496),
		path("192.0.2.0/24", b, 64497),
		path("198.51.100.128/25", a, 64496, 64496, 4200000001, 65010),
		path("2001:db8:1::/48", b, 64497, 65011),
		path("2001:db8:1:2:3::/80", b, 64497),
	}
	want[3].MED = &med
	want[3].Communities = []policies.Community{64500<<16 | 1, 65535<<16 | 65281}
	want[3].LargeCommunities = []policies.LargeCommunity{{Global: 64500, Local1: 5, Local2: 6},
		{Global: 4200000001, Local1: 2, Local2: 3}}
	want[4].LargeCommunities = []policies.LargeCommunity{{Global: 1, Local1: 2, Local2: 3}}
	clients := state(t, c).Clients
	if diff := gocmp.Diff(want, paths(t, c.Announced(t.Context(), clients), began), equal); diff != "" {
		t.Errorf("announced (-want +got):\n%s", diff)
	}
	// Who is not asked about, or is no client, is not looked at; nobody knows the last.
	others := []plan.Client{clients[slices.IndexFunc(clients, func(c plan.Client) bool { return c.Address == s })],
		{Address: netip.MustParseAddr("192.0.2.9"), RouteServer: true}, {Address: a}}
	if diff := gocmp.Diff(want[:1], paths(t, c.Announced(t.Context(), others), began), equal); diff != "" {
		t.Errorf("announced by some (-want +got):\n%s", diff)
	}
	if got := paths(t, c.Announced(t.Context(), nil), began); len(got) != 0 {
		t.Errorf("announced by nobody: %v", got)
	}
	for range c.Announced(t.Context(), clients) {
		break // and nothing hangs
	}
}

// What BIRD does not say: AS_SETs, all of ORIGIN, confederation segments.
func TestAnnouncedSegments(t *testing.T) {
	t.Parallel()
	began := time.Now()
	d := testbed.Gobgpd(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	s := testbed.Speak(t, d, d.Site.Member(0), 64496)
	var want []*rib.Path
	for i, origin := range []rib.Origin{rib.IGP, rib.EGP, rib.Incomplete} {
		prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, byte(i), 0}), 24)
		s.Say(bgp.NewBGPUpdateMessage(nil, []bgp.PathAttributeInterface{
			bgp.NewPathAttributeOrigin(uint8(origin)), bgp.NewPathAttributeNextHop(s.Address.String()),
			bgp.NewPathAttributeMultiExitDisc(0),
			bgp.NewPathAttributeAsPath([]bgp.AsPathParamInterface{
				bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{64496, 4200000001}),
				bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SET, []uint32{65001, 65002}),
				bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{65003}),
			}),
		}, []*bgp.IPAddrPrefix{bgp.NewIPAddrPrefix(24, prefix.Addr().String())}))
		want = append(want, &rib.Path{
			Route: policies.Route{Prefix: prefix, Peer: s.Address, Path: []filters.ASN{64496, 4200000001, 0, 65003},
				MED: new(uint32)},
			PeerASN: 64496, Origin: origin,
			ASPath: slices.Concat(rib.Sequence(64496, 4200000001),
				rib.ASPath{byte(rib.ASSet), 2, 0, 0, 0xfd, 0xe9, 0, 0, 0xfd, 0xea}, rib.Sequence(65003)),
		})
	}
	c := dialTarget(t, d)
	clients := state(t, c).Clients
	testbed.Eventually(t, testbed.Patience, func() error {
		if diff := gocmp.Diff(want, paths(t, c.Announced(t.Context(), clients), began), equal); diff != "" {
			return fmt.Errorf("announced (-want +got):\n%s", diff)
		}
		return nil
	})
}

// large is more routes than are on their way from gobgpd before they are asked for: its
// listing is in the middle until they are.
const large = 10_000

// busy is an exchange of speakers that announce: the first two large IPv4 routes each,
// so that the others are not listed before these are.
func busy(t *testing.T) (d *testbed.Daemon, speakers []*testbed.Speaker) {
	t.Helper()
	var c testbed.Config
	for i := range 4 {
		c.Members = append(c.Members, testbed.MemberConfig{ASN: 64496 + filters.ASN(i), ExportDefault: testbed.Reject})
	}
	d = testbed.Gobgpd(t, c)
	for i := range 4 {
		asn := filters.ASN(64496 + i)
		s := testbed.Speak(t, d, d.Site.Member(i), asn)
		many := large
		if i >= 2 {
			many = 10
		}
		prefixes := make([]netip.Prefix, many)
		for n := range prefixes {
			var a [4]byte
			binary.BigEndian.PutUint32(a[:], 20<<24+uint32(i*large+n)<<8)
			prefixes[n] = netip.PrefixFrom(netip.AddrFrom4(a), 24)
		}
		s.SayAll(prefixes, asn)
		speakers = append(speakers, s)
	}
	testbed.Eventually(t, testbed.Patience, func() error { return holds(d, 2*large+20) })
	return d, speakers
}

// holds says whether a daemon has so many routes in all.
func holds(d *testbed.Daemon, want uint64) error {
	peers, err := d.Peers()
	got := uint64(0)
	for _, p := range peers {
		for _, f := range p.AfiSafis {
			got += f.State.GetReceived()
		}
	}
	if err == nil && got != want {
		err = fmt.Errorf("%d routes of %d", got, want)
	}
	return err
}

// read counts what each client announces, with the IPv4 listings of the first two in
// the middle when meanwhile happens.
func read(t *testing.T, c *gobgp.Client, meanwhile func()) (map[filters.ASN]int, error) {
	t.Helper()
	got := make(map[filters.ASN]int)
	first := true
	for p, err := range c.Announced(t.Context(), state(t, c).Clients) {
		if err != nil {
			return got, err
		}
		if first {
			meanwhile()
			first = false
		}
		got[p.PeerASN]++
	}
	return got, nil
}

func TestAnnouncedWhileSessionsEnd(t *testing.T) {
	t.Parallel()
	d, speakers := busy(t)
	got, err := read(t, dialTarget(t, d), func() {
		speakers[0].Close()
		speakers[2].Close()
		testbed.Eventually(t, testbed.Patience, func() error { return holds(d, large+10) })
	})
	if err != nil {
		t.Fatal(err)
	}
	// One was being listed, and one was not.
	if diff := gocmp.Diff(map[filters.ASN]int{64496: large, 64497: large, 64499: 10}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnnouncedWhileNeighborsAreDeleted(t *testing.T) {
	t.Parallel()
	d, _ := busy(t)
	got, err := read(t, dialTarget(t, d), func() {
		for _, i := range []int{0, 2} {
			if _, err := d.API().DeletePeer(context.Background(), deletePeer(d.Site.Member(i))); err != nil {
				t.Fatal(err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(map[filters.ASN]int{64496: large, 64497: large, 64499: 10}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A session that ends and comes back, with other routes: these, or none.
func TestAnnouncedAfterASessionBounced(t *testing.T) {
	t.Parallel()
	d, speakers := busy(t)
	got, err := read(t, dialTarget(t, d), func() {
		speakers[3].Close()
		testbed.Eventually(t, testbed.Patience, func() error { return holds(d, 2*large+10) })
		s := testbed.Speak(t, d, d.Site.Member(3), 64499)
		s.SayAll([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, 64499)
		testbed.Eventually(t, testbed.Patience, func() error { return holds(d, 2*large+11) })
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(map[filters.ASN]int{64496: large, 64497: large, 64498: 10, 64499: 1}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The routes of a client that has announced a graceful restart (RFC 4724) are in force
// while it is away, and no longer.
func TestAnnouncedInAGracefulRestart(t *testing.T) {
	t.Parallel()
	site := testbed.Claim(t)
	d := testbed.Gobgpd(t, testbed.Config{Site: site, Members: []testbed.MemberConfig{{ASN: 64497}},
		Edit: func(file []byte) []byte {
			return fmt.Appendf(file, `
[[neighbors]]
config = {neighbor-address = "%s", peer-as = 64496}
transport = {config = {passive-mode = true}}
route-server = {config = {route-server-client = true}}
graceful-restart = {config = {enabled = true, restart-time = 2}}
afi-safis = [{config = {afi-safi-name = "ipv4-unicast"}, mp-graceful-restart = {config = {enabled = true}}}]
`, site.Member(1))
		}})
	s := testbed.Speak(t, d, site.Member(1), 64496,
		bgp.NewCapGracefulRestart(false, false, 2,
			[]*bgp.CapGracefulRestartTuple{bgp.NewCapGracefulRestartTuple(bgp.RF_IPv4_UC, true)}))
	s.SayAll([]netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}, 64496)
	testbed.Eventually(t, testbed.Patience, func() error { return holds(d, 1) })
	s.Close()
	c := dialTarget(t, d)
	announced := func(up bool, want int) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error {
			clients := state(t, c).Clients
			i := slices.IndexFunc(clients, func(c plan.Client) bool { return c.Address == s.Address })
			if got := paths(t, c.Announced(t.Context(), clients), time.Time{}); clients[i].Up != up ||
				len(got) != want {
				return fmt.Errorf("up: %v, and announces %v", clients[i].Up, got)
			}
			return nil
		})
	}
	announced(false, 1)
	announced(false, 0)
}

// What was read before is no table: a daemon that dies is an error, and so are a
// context that ends and a daemon that says nothing more.
func TestAnnouncedIsCutOff(t *testing.T) {
	t.Parallel()
	d, _ := busy(t)
	c, err := gobgp.Dial(t.Context(), gobgp.Options{Address: "unix://" + d.Socket, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	clients := state(t, c).Clients

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for _, err = range c.Announced(ctx, clients) {
		cancel()
	}
	if !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := read(t, c, d.Stop); !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("stopped: %v", err)
	}
	d.Continue()
	if got, err := read(t, c, func() {}); err != nil || got[64496] != large || got[64499] != 10 {
		t.Errorf("continued: %v, %v", got, err)
	}
	if _, err := read(t, c, d.Kill); !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("killed: %v", err)
	}
}
