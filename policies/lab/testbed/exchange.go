package testbed

import (
	"fmt"
	"net/netip"
	"testing"

	"depeer/policies"
)

// Running is a route server and its members, in the order of the configuration.
type Running struct {
	Daemon  *Daemon
	Members []*Member

	t       testing.TB
	beacons int // lit so far
}

// Exchange starts a route server and its members. It returns when all sessions are established and
// all announcements have arrived everywhere (see Settle).
func Exchange(t testing.TB, c Config) *Running {
	t.Helper()
	x := &Running{t: t, Daemon: Gobgpd(t, c)}
	for i, m := range c.Members {
		x.Members = append(x.Members, Bird(t, x.Daemon, i, m))
	}
	for _, m := range x.Members {
		m.WaitEstablished()
	}
	x.Settle()
	return x
}

// Settle returns when every announcement so far has arrived wherever it will: what a member does
// not hold now was refused. (It does not work if an export policy refuses everything.)
func (x *Running) Settle() {
	x.t.Helper()
	x.waitArrived()
	x.beacons++
	lightBeacon(x)
}

// waitArrived waits until the route server's Adj-RIB-In holds every announcement.
func (x *Running) waitArrived() {
	x.t.Helper()
	Eventually(x.t, Patience, func() error {
		peers, err := x.Daemon.Peers()
		if err != nil {
			return err
		}
		received := map[string]int{}
		for _, p := range peers {
			for _, family := range p.AfiSafis {
				received[p.State.NeighborAddress] += int(family.State.GetReceived())
			}
		}
		for _, m := range x.Members {
			if got, want := received[m.Address.String()], len(m.announced); got != want {
				return fmt.Errorf("gobgpd holds %d routes of %v, which announces %d", got, m.Address, want)
			}
		}
		return nil
	})
}

// Holds fails the test unless the member soon holds routes to exactly these prefixes.
func (m *Member) Holds(want ...netip.Prefix) {
	m.t.Helper()
	Eventually(m.t, Patience, func() error {
		routes, err := m.readHeld()
		if err != nil {
			return err
		}
		return compareRoutes(routes, want)
	})
}

func compareRoutes(routes []policies.Route, want []netip.Prefix) error {
	left := map[netip.Prefix]bool{}
	for _, p := range want {
		left[p] = true
	}
	for _, r := range routes {
		if !isBeacon(r.Prefix) && !left[r.Prefix] {
			return fmt.Errorf("%v is held, and should not be", r.Prefix)
		}
		delete(left, r.Prefix)
	}
	for p := range left {
		return fmt.Errorf("%v is not held (%d of %d are missing)", p, len(left), len(want))
	}
	return nil
}
