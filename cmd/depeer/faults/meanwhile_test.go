package faults_test

import (
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// live returns which call of an apply, of those that the proxy has seen, is the one
// that takes effect: resets come after it.
func live(t testing.TB, calls []string) int {
	t.Helper()
	at := slices.Index(calls, "ResetPeer")
	if at < 1 {
		t.Fatalf("no soft reset in %q", calls)
	}
	return at
}

// admin shuts a member's session, or lets it come up again.
func (w *world) admin(t testing.TB, m *testbed.Member, up bool) {
	t.Helper()
	var err error
	if up {
		_, err = w.Daemon.API().EnablePeer(t.Context(), &api.EnablePeerRequest{Address: m.Address.String()})
	} else {
		_, err = w.Daemon.API().DisablePeer(t.Context(), &api.DisablePeerRequest{Address: m.Address.String()})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Rows 41 and 46: while an apply waits at its live call, and right behind it, a member
// comes up, another one's session bounces, and routes are announced for the first time.
// In the end all is as after, for all.
func TestMeanwhile(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members = append(c.Members, testbed.MemberConfig{ASN: 64499, LocalPref: true, Import: c.Members[0].Import,
		Export: c.Members[0].Export, Announce: testbed.Announce("20.1.1.128/25", "20.6.0.0/16")})
	w := newWorld(t, c)
	p := newProxy(t, w.Daemon)
	w.target = p.address
	apply := func(list string) {
		w.on("plan", list+".yaml", "-o", list+".plan").exits(0)
		w.depeer("apply", list+".plan", "--yes").exits(0)
	}
	apply("a")
	p.arm(fault{})
	apply("b")
	at := live(t, p.written())

	want := append(slices.Clone(outcomes["b"][2]), "20.1.1.128/25 64499 | 50 64500:1:1",
		"20.6.0.0/16 64499 | 100 64500:1:1")
	for i, k := range []int{at, at + 1} {
		apply("a")
		late, bouncing := w.Members[3], w.Members[0]
		w.admin(t, late, false)
		late.WaitDown()
		w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
		reached, release := p.pause(k)
		r := w.start("apply", "b.plan", "--yes")
		<-reached
		w.admin(t, late, true)
		w.admin(t, bouncing, false)
		w.admin(t, bouncing, true)
		w.Members[1].Announce(testbed.Announce(fmt.Sprintf("20.1.1.%d/32", i))...)
		w.Members[1].Announce(from(fmt.Sprintf("20.7.%d.0/24", i), 64999)) // its origin is refused
		late.WaitEstablished()
		release()
		r.wait().exits(0)
		for _, m := range w.Members {
			m.WaitEstablished()
		}
		w.Settle()
		want = append(want, fmt.Sprintf("20.1.1.%d/32 64497 | 50 64500:1:1", i))
		if diff := cmp.Diff(sorted(want...), w.table()[2]); diff != "" {
			t.Errorf("paused at call %d: the third member holds (-want +got):\n%s", k, diff)
		}
	}
}

// Row 41: a thousand updates a second while applying.
func TestStorm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	stormer := w.Daemon.Site.Member(150)
	w.addPeer(t, stormer, 64499, policies.ImportPolicy, "in")
	speaker := testbed.Speak(t, w.Daemon, stormer, 64499)
	stop := make(chan struct{})
	var said sync.WaitGroup
	said.Go(func() { storm(speaker, stop) })
	stopped := sync.OnceFunc(func() { close(stop); said.Wait() })
	t.Cleanup(stopped)

	for _, list := range []string{"a", "b", "c", "a", "b"} {
		w.on("plan", list+".yaml", "-o", list+".plan").exits(0)
		w.depeer("apply", list+".plan", "--yes").exits(0)
	}
	stopped()
	w.Settle()
	want := slices.Clone(outcomes["b"][2])
	for i := range stormy {
		want = append(want, fmt.Sprintf("20.1.1.%d/32 64499 65020 | 50 64500:1:1", i),
			fmt.Sprintf("20.8.%d.0/24 64499 65020 | 100 64500:1:1", i))
	}
	testbed.Eventually(t, testbed.Patience, func() error {
		if diff := cmp.Diff(sorted(want...), w.table()[2]); diff != "" {
			return fmt.Errorf("the third member holds (-want +got):\n%s", diff)
		}
		return nil
	})
}

// stormy is how many prefixes of each kind, listed and not, change all the time.
const stormy = 50

// storm announces prefixes along one path and another, over and over, until stop is
// closed. It ends with the path through AS65020.
func storm(s *testbed.Speaker, stop <-chan struct{}) {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	round := func(origin uint32) {
		path := bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{64499, origin})
		for i := range stormy {
			<-tick.C
			for _, prefix := range []string{fmt.Sprintf("20.1.1.%d/32", i), fmt.Sprintf("20.8.%d.0/24", i)} {
				s.Say(testbed.Update(netip.MustParsePrefix(prefix), s.Address, path))
			}
		}
	}
	for {
		select {
		case <-stop:
			round(65020)
			return
		default:
			round(65021)
			round(65020)
		}
	}
}

// addPeer gives the route server one more client, with these import policies. It has
// ours on export if it has on import.
func (w *world) addPeer(t testing.TB, address netip.Addr, asn uint32, imports ...string) {
	t.Helper()
	list := func(d api.PolicyDirection, names ...string) *api.PolicyAssignment {
		a := &api.PolicyAssignment{Name: address.String(), Direction: d, DefaultAction: api.RouteAction_ACCEPT}
		for _, name := range names {
			a.Policies = append(a.Policies, &api.Policy{Name: name})
		}
		return a
	}
	exports := []string{"out"}
	if slices.Contains(imports, policies.ImportPolicy) {
		exports = []string{policies.ExportPolicy, "out"}
	}
	_, err := w.Daemon.API().AddPeer(t.Context(), &api.AddPeerRequest{Peer: &api.Peer{
		Conf:        &api.PeerConf{NeighborAddress: address.String(), PeerAsn: asn},
		Transport:   &api.Transport{PassiveMode: true},
		RouteServer: &api.RouteServer{RouteServerClient: true},
		ApplyPolicy: &api.ApplyPolicy{
			ImportPolicy: list(api.PolicyDirection_IMPORT, imports...),
			ExportPolicy: list(api.PolicyDirection_EXPORT, exports...),
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
}
