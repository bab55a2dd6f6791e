package testbed

import (
	"context"
	"net/netip"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
)

// A beacon shows when nothing is on its way to a member any more. It is a route of a neighbor that
// the route server has only for this, without policies of its own. gobgpd handles one message after
// another, and sessions keep their order. So a member that holds the beacon holds everything that
// gobgpd handled before it.

// beacons are from space for benchmarks (RFC 2544); each is used only once.
var beacons = netip.MustParsePrefix("198.18.0.0/15")

const beaconASN = 4294967294

func isBeacon(p netip.Prefix) bool { return p.Bits() == 32 && beacons.Contains(p.Addr()) }

// lightBeacon announces the x.beacons-th beacon, waits until all members hold it, and withdraws it.
func lightBeacon(x *Running) {
	x.t.Helper()
	from := x.Daemon.Site.hostAddress(250)
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	if _, err := x.Daemon.API().AddPeer(ctx, &api.AddPeerRequest{Peer: beaconPeer(from)}); err != nil {
		x.t.Fatalf("beacon: %v", err)
	}
	s := Speak(x.t, x.Daemon, from, beaconASN)
	defer s.Close()
	beacon := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(x.beacons >> 8), byte(x.beacons)}), 32)
	s.Say(Update(beacon, from, bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, []uint32{beaconASN})))
	for _, m := range x.Members {
		Eventually(x.t, Patience, func() error { return m.Has(beacon) })
	}
	if _, err := x.Daemon.API().DeletePeer(ctx, &api.DeletePeerRequest{Address: from.String()}); err != nil {
		x.t.Fatalf("beacon: %v", err)
	}
}

func beaconPeer(address netip.Addr) *api.Peer {
	accept := func(d api.PolicyDirection) *api.PolicyAssignment {
		return &api.PolicyAssignment{Name: address.String(), Direction: d, DefaultAction: api.RouteAction_ACCEPT}
	}
	return &api.Peer{
		Conf:        &api.PeerConf{NeighborAddress: address.String(), PeerAsn: beaconASN},
		Transport:   &api.Transport{PassiveMode: true},
		RouteServer: &api.RouteServer{RouteServerClient: true},
		ApplyPolicy: &api.ApplyPolicy{
			ImportPolicy: accept(api.PolicyDirection_IMPORT),
			ExportPolicy: accept(api.PolicyDirection_EXPORT),
		},
	}
}
