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

	t testing.TB
}

// Exchange starts a route server and its members, and returns when all sessions
// stand and all announcements have gone everywhere (see Settle).
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

// Settle returns when everything that was announced so far has arrived wherever
// it will: what a member does not hold now was refused. First the route server
// has to hold all announcements; then each member announces a beacon, a route of
// its own, and everybody else waits for it. Since sessions keep their order,
// nothing that was announced before can still be on its way.
//
// Policies must let 198.18.0.0/15 pass for members from which they let anything
// pass; the tests that refuse everything cannot use Settle.
func (x *Running) Settle() {
	x.t.Helper()
	x.arrived()
	for _, m := range x.Members {
		m.beacon++
		m.configure()
	}
	for _, from := range x.Members {
		for _, to := range x.Members {
			if from != to {
				Eventually(x.t, Patience, func() error { return to.sees(from) })
			}
		}
	}
}

// arrived waits until the route server's Adj-RIB-In holds every announcement.
func (x *Running) arrived() {
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
			want := len(m.announced) + min(1, m.beacon)
			if got := received[m.Address.String()]; got != want {
				return fmt.Errorf("gobgpd holds %d routes of %v, which announces %d", got, m.Address, want)
			}
		}
		return nil
	})
}

// beacons are from space for benchmarks (RFC 2544), with the member and a
// generation in the address.
var beacons = netip.MustParsePrefix("198.18.0.0/15")

func isBeacon(p netip.Prefix) bool { return p.Bits() == 32 && beacons.Contains(p.Addr()) }

func (m *Member) beaconPrefix() netip.Prefix {
	host := m.Address.As4()[3]
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18 + byte(m.beacon>>8)&1, byte(m.beacon), host}), 32)
}

// sees says whether the member holds the beacon of another.
func (m *Member) sees(other *Member) error {
	text, err := m.ask(fmt.Sprintf("show route all for %v", other.beaconPrefix()))
	if err != nil {
		return err
	}
	routes, err := parseRoutes(text)
	if err != nil {
		return err
	}
	for _, r := range routes {
		if r.Prefix == other.beaconPrefix() {
			return nil
		}
	}
	return fmt.Errorf("%v has no route to the beacon %v of %v", m.Address, other.beaconPrefix(), other.Address)
}

// Holds fails the test unless the member holds routes to exactly these prefixes
// soon.
func (m *Member) Holds(want ...netip.Prefix) {
	m.t.Helper()
	Eventually(m.t, Patience, func() error {
		routes, err := m.hold()
		if err != nil {
			return err
		}
		return same(routes, want)
	})
}

func same(routes []policies.Route, want []netip.Prefix) error {
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
