package lab_test

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab"
)

// announcements are McColo's three routes over two members, and others' own.
const announcements = `
208.66.192.0/22   64496 26780
208.72.168.0/21   64496 26780
208.72.173.0/24   64497 26780
192.0.2.0/24      64496
198.51.100.0/24   64497 64505
2001:db8:1::/48   64497
2001:db8:2::/48   64498
-                 64499
`

func start(t *testing.T) *lab.Lab {
	t.Helper()
	members, err := lab.ReadMembers("routes.tsv", []byte(announcements))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	level := slog.LevelWarn
	if testing.Verbose() { level = slog.LevelDebug }
	l, err := lab.Start(ctx, lab.Config{Members: members, Logger: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l
}

func route(prefix string, peer string, path ...filters.ASN) policies.Route {
	return policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: netip.MustParseAddr(peer), Path: path}
}

func TestHolds(t *testing.T) {
	begin := time.Now()
	l := start(t)
	t.Log(time.Since(begin))
	want := []policies.Route{
		route("192.0.2.0/24", "127.0.0.2", 64496),
		route("198.51.100.0/24", "127.0.0.3", 64497, 64505),
		route("208.66.192.0/22", "127.0.0.2", 64496, 26780),
		route("208.72.168.0/21", "127.0.0.2", 64496, 26780),
		route("208.72.173.0/24", "127.0.0.3", 64497, 26780),
		route("2001:db8:1::/48", "127.0.0.3", 64497),
		route("2001:db8:2::/48", "127.0.0.4", 64498),
	}
	got, err := l.Holds(t.Context(), 64499)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})); d != "" {
		t.Errorf("AS64499 holds (-want +got):\n%s", d)
	}
}
