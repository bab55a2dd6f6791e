package gobgp_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// A pulse stays as it is while nothing happens to policy, whatever sessions and routes
// do, and is another one after a reload, a client's new list, a new client, a lock.
func TestPulse(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{
		{ASN: 64496, Announce: testbed.Announce("20.1.0.0/16")}, {ASN: 64497},
	}})
	c := dialTarget(t, x.Daemon)
	pulse := func() string {
		t.Helper()
		p, err := c.Pulse(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	seen := []string{pulse()}
	same := func(what string) {
		t.Helper()
		if p := pulse(); p != seen[len(seen)-1] {
			t.Errorf("%s: another pulse", what)
		}
	}
	differs := func(what string) {
		t.Helper()
		p := pulse()
		if slices.Contains(seen, p) {
			t.Errorf("%s: a pulse as before", what)
		}
		seen = append(seen, p)
		same("after " + what)
	}
	for range 20 {
		same("nothing")
	}
	x.Members[0].Announce(testbed.Announce("20.2.0.0/16")...)
	x.Settle()
	same("a route")
	if _, err := x.Daemon.API().DisablePeer(t.Context(),
		&api.DisablePeerRequest{Address: x.Members[0].Address.String()}); err != nil {
		t.Fatal(err)
	}
	x.Members[0].WaitDown()
	same("a session")

	do(t, c, plan.Call{Verb: plan.Lock, Holder: "somebody"})
	differs("a lock")
	do(t, c, plan.Call{Verb: plan.Assign, Client: x.Members[0].Address, Import: true,
		Policies: []string{policies.ImportPolicy}})
	differs("a list")
	_, err := x.Daemon.API().AddPeer(t.Context(), &api.AddPeerRequest{Peer: &api.Peer{
		Conf:        &api.PeerConf{NeighborAddress: x.Daemon.Site.Member(5).String(), PeerAsn: 64510},
		Transport:   &api.Transport{PassiveMode: true},
		RouteServer: &api.RouteServer{RouteServerClient: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	differs("a client")
	x.Daemon.Write(append([]byte("[[policy-definitions]]\nname = \"another\"\n"), x.Daemon.Config()...))
	x.Daemon.Reload()
	differs("a reload")
}

// Peers tells how neighbors are, what happens to them, and when the connection is gone.
func TestPeers(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Policy: anchor,
		Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	c := dialTarget(t, x.Daemon)
	events := make(chan plan.PeerEvent, 100)
	ended := make(chan error, 1)
	go func() {
		for e, err := range c.Peers(context.Background()) {
			if err != nil {
				ended <- err
				return
			}
			events <- e
		}
	}()
	var up []plan.PeerEvent
	for _, m := range x.Members {
		up = append(up, plan.PeerEvent{Address: m.Address, ASN: m.ASN, Up: true})
	}
	hears(t, events, up...)
	if up, err := c.LongestUp(t.Context()); err != nil || up < 0 || up > time.Minute {
		t.Errorf("sessions stand for %v, %v", up, err)
	}
	if _, err := x.Daemon.API().DisablePeer(t.Context(),
		&api.DisablePeerRequest{Address: x.Members[1].Address.String()}); err != nil {
		t.Fatal(err)
	}
	hears(t, events, plan.PeerEvent{Address: x.Members[1].Address, ASN: 64497})
	late := x.Daemon.Site.Member(9)
	_, err := x.Daemon.API().AddPeer(t.Context(), &api.AddPeerRequest{Peer: &api.Peer{
		Conf:        &api.PeerConf{NeighborAddress: late.String(), PeerAsn: 64510},
		Transport:   &api.Transport{PassiveMode: true},
		RouteServer: &api.RouteServer{RouteServerClient: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	hears(t, events, plan.PeerEvent{Address: late, ASN: 64510})
	x.Daemon.Kill()
	select {
	case err := <-ended:
		if !errors.Is(err, plan.ErrUnreachable) {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(testbed.Patience):
		t.Error("the daemon is dead, and the sequence goes on")
	}
}

// hears waits for events, in whatever order.
func hears(t *testing.T, events <-chan plan.PeerEvent, want ...plan.PeerEvent) {
	t.Helper()
	deadline := time.After(testbed.Patience)
	for len(want) > 0 {
		select {
		case e := <-events:
			want = slices.DeleteFunc(want, func(w plan.PeerEvent) bool { return w == e })
		case <-deadline:
			t.Fatalf("not heard of: %+v", want)
		}
	}
}
