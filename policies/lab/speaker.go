package lab

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/server"

	"depeer/policies"
)

// speaker is an embedded member: a BGP speaker that dials the route server.
type speaker struct {
	Member
	bgp     *server.BgpServer
	dialled string // the neighbor's address
}

var families = []*api.Family{
	{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST},
	{Afi: api.Family_AFI_IP6, Safi: api.Family_SAFI_UNICAST},
}

// newSpeaker starts a speaker without a session, with its routes in its table.
func newSpeaker(ctx context.Context, m Member, log *slog.Logger) (*speaker, error) {
	s := &speaker{Member: m, bgp: server.NewBgpServer(server.LoggerOption(newLogger(log, "AS"+m.ASN.String())))}
	go s.bgp.Serve()
	err := s.bgp.StartBgp(ctx, &api.StartBgpRequest{Global: &api.Global{
		Asn:        uint32(m.ASN),
		RouterId:   m.Address.String(),
		ListenPort: -1, // it dials
	}})
	if err != nil {
		return nil, fmt.Errorf("member AS%s: %w", m.ASN, err)
	}
	for _, r := range m.Announces {
		if err := s.addRoute(ctx, r); err != nil {
			s.stop()
			return nil, fmt.Errorf("member AS%s: %s: %w", m.ASN, r.Prefix, err)
		}
	}
	return s, nil
}

// addRoute puts r into the speaker's table; its own ASN is prepended when it is sent.
func (s *speaker) addRoute(ctx context.Context, r policies.Route) error {
	path, err := toPath(r, s.Address)
	if err != nil {
		return err
	}
	_, err = s.bgp.AddPath(ctx, &api.AddPathRequest{TableType: api.TableType_GLOBAL, Path: path})
	return err
}

// openSession opens the session to the route server, and keeps trying.
func (s *speaker) openSession(ctx context.Context, to netip.AddrPort, asn uint32) error {
	peer := &api.Peer{
		Conf: &api.PeerConf{NeighborAddress: to.Addr().String(), PeerAsn: asn},
		Transport: &api.Transport{
			LocalAddress: s.Address.String(),
			RemotePort:   uint32(to.Port()),
		},
		Timers: &api.Timers{Config: &api.TimersConfig{ConnectRetry: 1}}, // seconds; 120 by default
	}
	for _, f := range families {
		peer.AfiSafis = append(peer.AfiSafis, &api.AfiSafi{Config: &api.AfiSafiConfig{Family: f, Enabled: true}})
	}
	if err := s.bgp.AddPeer(ctx, &api.AddPeerRequest{Peer: peer}); err != nil {
		return fmt.Errorf("member AS%s: %w", s.ASN, err)
	}
	s.dialled = peer.Conf.NeighborAddress
	return nil
}

// readHeld returns what the speaker's own table has from the route server.
func (s *speaker) readHeld(ctx context.Context, routeServer netip.Addr) ([]policies.Route, error) {
	return readTable(ctx, s.bgp, &api.ListPathRequest{TableType: api.TableType_GLOBAL}, func(p *api.Path) bool {
		return p.NeighborIp == routeServer.String()
	})
}

// stop ends the session, which is all that a speaker has open: it does not listen.
// Stopping the server as a whole would race with the session's own goroutines,
// which read the configuration that StopBgp wipes (GoBGP 3.37).
func (s *speaker) stop() {
	if s.dialled != "" {
		_ = s.bgp.DeletePeer(context.Background(), &api.DeletePeerRequest{Address: s.dialled})
	}
}
