package lab_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab"
)

// announcements are McColo's three routes over two members, and others' own.
const announcements = `
208.66.192.0/22   64496 26780
208.72.168.0/21   64496 26780
208.72.173.0/24   64497 26780
192.0.2.0/24      64496
198.51.100.0/24   64497 64505   # another customer
2001:db8:1::/48   64497
2001:db8:2::/48   64498 64506
-                 64499
`

// Tests start one lab after another: see doc.go.
func start(t *testing.T) *lab.Lab {
	t.Helper()
	members, err := lab.ReadMembers("routes.tsv", []byte(announcements))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	l, err := lab.Start(ctx, lab.Config{Members: members})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func route(prefix string, peer string, path ...filters.ASN) policies.Route {
	return policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: netip.MustParseAddr(peer), Path: path}
}

// before is what the member that announces nothing holds at first.
var before = []policies.Route{
	route("192.0.2.0/24", "127.0.0.2", 64496),
	route("198.51.100.0/24", "127.0.0.3", 64497, 64505),
	route("208.66.192.0/22", "127.0.0.2", 64496, 26780),
	route("208.72.168.0/21", "127.0.0.2", 64496, 26780),
	route("208.72.173.0/24", "127.0.0.3", 64497, 26780),
	route("2001:db8:1::/48", "127.0.0.3", 64497),
	route("2001:db8:2::/48", "127.0.0.4", 64498, 64506),
}

func holds(t *testing.T, l *lab.Lab, member filters.ASN, want []policies.Route) {
	t.Helper()
	got, err := l.Holds(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
		t.Errorf("AS%s holds (-want +got):\n%s", member, d)
	}
}

// treat loads p as gobgpconf writes it.
func treat(t *testing.T, l *lab.Lab, p *policies.RoutingPolicy) error {
	t.Helper()
	configuration, err := gobgpconf.Encode(p, gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	return l.Treat(ctx, configuration)
}

func TestTreat(t *testing.T) {
	l := start(t)
	holds(t, l, 64499, before)
	holds(t, l, 64496, []policies.Route{before[1], before[4], before[5], before[6]})

	// McColo by its ASN is refused; an IPv6 prefix gets another path and a community.
	mark := policies.LargeCommunity{Global: 64500, Local1: 666, Local2: 1}
	p := &policies.RoutingPolicy{
		Sets: []policies.Set{
			{Name: "depeer/p",
				Elements: policies.Prefixes{{Prefix: netip.MustParsePrefix("2001:db8:2::/48"), Min: 48, Max: 128}}},
			{Name: "depeer/a",
				Elements: policies.ASPaths{{ASN: 26780, Where: filters.Origin}}},
		},
		Import: []policies.Statement{
			{Name: "depeer/1", Conditions: policies.Conditions{ASPathSet: policies.Condition{Set: "depeer/a"}},
				Actions: policies.Actions{Reject: true}},
			{Name: "depeer/2", Conditions: policies.Conditions{PrefixSet: policies.Condition{Set: "depeer/p"}},
				Actions: policies.Actions{Prepend: 2, AddLargeCommunities: []policies.LargeCommunity{mark}}},
		},
	}
	if err := treat(t, l, p); err != nil {
		t.Fatal(err)
	}
	worse := route("2001:db8:2::/48", "127.0.0.4", 64498, 64498, 64498, 64506)
	worse.LargeCommunities = []policies.LargeCommunity{mark}
	holds(t, l, 64499, []policies.Route{before[0], before[1], before[5], worse})
	holds(t, l, 64496, []policies.Route{before[1], before[5], worse})

	// And back.
	if err := treat(t, l, &policies.RoutingPolicy{}); err != nil {
		t.Fatal(err)
	}
	holds(t, l, 64499, before)
}

// A configuration that GoBGP does not take is an error, and changes nothing.
func TestTreatRefused(t *testing.T) {
	l := start(t)
	anchor := string(gobgpconf.Anchor(gobgpconf.TOML))
	for _, bad := range []string{
		"[[[",
		"[unknown-section]\nx = 1\n" + anchor,
		anchor + "[[policy-definitions]]\nname = \"other\"\n[[policy-definitions.statements]]\nname = " +
			"\"s\"\n[policy-definitions.statements.conditions.match-prefix-set]\nprefix-set = \"missing\"\n",
	} {
		if err := l.Treat(t.Context(), []byte(bad)); err == nil {
			t.Errorf("Treat took\n%s", bad)
		}
		holds(t, l, 64499, before)
	}
}

// Labs of several processes share addresses, and do not meet.
func TestTwoAtOnce(t *testing.T) {
	if os.Getenv("DEPEER_LAB_CHILD") != "" {
		l := start(t)
		holds(t, l, 64499, before)
		return
	}
	for range 2 {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTwoAtOnce$", "-test.timeout=2m")
		cmd.Env = append(os.Environ(), "DEPEER_LAB_CHILD=1")
		var out strings.Builder
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("a lab beside another: %v\n%s", err, out.String())
			}
		}()
	}
}

// After Close, and after a start that was cut short, nobody listens.
func TestCloseAndCancel(t *testing.T) {
	l := start(t)
	target := l.Target()
	conn, err := net.Dial("tcp", target)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	l.Close()
	l.Close()
	if conn, err := net.Dial("tcp", target); err == nil {
		conn.Close()
		t.Errorf("%s listens after Close", target)
	}

	members := []lab.Member{{ASN: 64496}, {ASN: 64497}}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond) // sessions need a second
	defer cancel()
	if l, err := lab.Start(ctx, lab.Config{Members: members}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Start under a short deadline: %v, %v", l, err)
	}
}

func TestMembers(t *testing.T) {
	l := start(t)
	got := map[filters.ASN]netip.Addr{}
	for _, m := range l.Members() {
		got[m.ASN] = m.Address
	}
	want := map[filters.ASN]netip.Addr{
		64496: netip.MustParseAddr("127.0.0.2"), 64497: netip.MustParseAddr("127.0.0.3"),
		64498: netip.MustParseAddr("127.0.0.4"), 64499: netip.MustParseAddr("127.0.0.5"),
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Addr{})); d != "" {
		t.Errorf("members (-want +got):\n%s", d)
	}
	if l.ASN() != 64500 {
		t.Errorf("route server is AS%s", l.ASN())
	}
	if _, err := l.Holds(t.Context(), 64511); err == nil {
		t.Error("a stranger holds routes")
	}
}

func TestStartRefused(t *testing.T) {
	for name, members := range map[string][]lab.Member{
		"nobody":          nil,
		"the same ASN":    {{ASN: 64496}, {ASN: 64496}},
		"another's path":  {{ASN: 64496, Announces: []policies.Route{route("192.0.2.0/24", "127.0.0.2", 64497)}}},
		"not on loopback": {{ASN: 64496, Address: netip.MustParseAddr("192.0.2.1")}},
	} {
		if _, err := lab.Start(t.Context(), lab.Config{Members: members}); err == nil {
			t.Errorf("%s: started", name)
		}
	}
}
