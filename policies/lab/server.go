package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/config"
	"github.com/osrg/gobgp/v3/pkg/config/oc"
	"github.com/osrg/gobgp/v3/pkg/server"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgpconf"
)

// routeServer is the embedded route server. It is configured as gobgpd is: by a file, and by
// reading a changed file again.
type routeServer struct {
	asn        filters.ASN
	bgpAddress netip.AddrPort
	apiAddress netip.AddrPort

	bgp     *server.BgpServer
	log     *logger
	base    []byte           // its configuration without policies
	current *oc.BgpConfigSet // what was loaded last
}

// newRouteServer starts the route server on free ports, anchored. It tries again if another process
// takes a port between finding it free and listening on it.
func newRouteServer(ctx context.Context, asn filters.ASN, members []Member, log *slog.Logger) (*routeServer, error) {
	var errs error
	for range 5 {
		bgpAddress, apiAddress, err := freePorts()
		if err != nil {
			return nil, err
		}
		rs, err := tryRouteServer(ctx, asn, members, bgpAddress, apiAddress, log)
		if err == nil || ctx.Err() != nil {
			return rs, err
		}
		errs = errors.Join(errs, err)
	}
	return nil, errs
}

func tryRouteServer(ctx context.Context, asn filters.ASN, members []Member, bgpAddress, apiAddress netip.AddrPort,
	log *slog.Logger) (*routeServer, error) {
	rs := &routeServer{asn: asn, bgpAddress: bgpAddress, apiAddress: apiAddress, log: newLogger(log, "route server")}
	rs.base = baseConfiguration(asn, bgpAddress, members)
	message := 256 << 20 // as gobgpd has it
	rs.bgp = server.NewBgpServer(
		server.GrpcListenAddress(apiAddress.String()),
		server.GrpcOption([]grpc.ServerOption{grpc.MaxRecvMsgSize(message), grpc.MaxSendMsgSize(message)}),
		server.LoggerOption(rs.log),
	)
	go rs.bgp.Serve()
	if err := rs.loadConfig(ctx, gobgpconf.Anchor(gobgpconf.TOML)); err != nil {
		rs.stop()
		return nil, err
	}
	if err := rs.waitForAPI(ctx); err != nil {
		rs.stop()
		return nil, err
	}
	return rs, nil
}

// freePorts returns two addresses on which no process listens.
func freePorts() (a, b netip.AddrPort, err error) {
	var found [2]netip.AddrPort
	for i := range found {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return a, b, err
		}
		defer l.Close()
		found[i] = l.Addr().(*net.TCPAddr).AddrPort()
	}
	return found[0], found[1], nil
}

// loadConfig loads policies, the policy part of a configuration in TOML, through the same code and
// in the same file format as gobgpd. The error is a fatal message of that code, or a policy that it
// lost.
func (rs *routeServer) loadConfig(ctx context.Context, policies []byte) error {
	dir, err := os.MkdirTemp("", "depeer-lab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "gobgpd.conf")
	if err := os.WriteFile(file, append(rs.base[:len(rs.base):len(rs.base)], policies...), 0o600); err != nil {
		return err
	}
	wanted, err := config.ReadConfigFile(file, "toml")
	if err != nil {
		return err
	}
	if rs.current == nil {
		_, err = config.InitialConfig(ctx, rs.bgp, wanted, false)
	} else {
		_, err = config.UpdateConfig(ctx, rs.bgp, rs.current, wanted)
	}
	rs.current = wanted
	return errors.Join(err, rs.log.takeFailure(), rs.checkPolicies(ctx, wanted))
}

// checkPolicies names a policy of c that the route server does not have in full: GoBGP's
// configuration code does not check that its policies were accepted.
func (rs *routeServer) checkPolicies(ctx context.Context, c *oc.BgpConfigSet) error {
	has := map[string]int{}
	err := rs.bgp.ListPolicy(ctx, &api.ListPolicyRequest{}, func(p *api.Policy) { has[p.Name] = len(p.Statements) })
	if err != nil {
		return err
	}
	for _, p := range c.PolicyDefinitions {
		if got, ok := has[p.Name]; !ok || got != len(p.Statements) {
			return fmt.Errorf("policy %s was not taken: %d of %d statements", p.Name, got, len(p.Statements))
		}
	}
	return nil
}

// waitForAPI waits until the API listens, and checks that it is this route server's: another
// process may have taken its port.
func (rs *routeServer) waitForAPI(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := grpc.NewClient(rs.apiAddress.String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	reply, err := api.NewGobgpApiClient(conn).GetBgp(ctx, &api.GetBgpRequest{}, grpc.WaitForReady(true))
	if err := errors.Join(rs.log.takeFailure(), err); err != nil {
		return fmt.Errorf("API at %s: %w", rs.apiAddress, err)
	}
	if reply.Global.ListenPort != int32(rs.bgpAddress.Port()) {
		return fmt.Errorf("API at %s: another gobgpd answers", rs.apiAddress)
	}
	return nil
}

// readReceived returns what a member has announced, before any policy.
func (rs *routeServer) readReceived(ctx context.Context, member netip.Addr) ([]policies.Route, error) {
	return rs.readAdjacent(ctx, api.TableType_ADJ_IN, member)
}

// readSent returns what is for a member, after all policies. The route server computes it; it does
// not remember what it has sent.
func (rs *routeServer) readSent(ctx context.Context, member netip.Addr) ([]policies.Route, error) {
	return rs.readAdjacent(ctx, api.TableType_ADJ_OUT, member)
}

func (rs *routeServer) readAdjacent(ctx context.Context, t api.TableType, member netip.Addr) ([]policies.Route, error) {
	all := func(*api.Path) bool { return true }
	return readTable(ctx, rs.bgp, &api.ListPathRequest{TableType: t, Name: member.String()}, all)
}

// isEstablished says whether the session with a member is established.
func (rs *routeServer) isEstablished(ctx context.Context, member netip.Addr) bool {
	stands := false
	err := rs.bgp.ListPeer(ctx, &api.ListPeerRequest{Address: member.String()}, func(p *api.Peer) {
		stands = p.State.SessionState == api.PeerState_ESTABLISHED
	})
	return err == nil && stands
}

// stop closes the sessions, then both ports. The sessions go first, and down to
// idle: those that stand read the configuration that Stop wipes (GoBGP 3.37).
func (rs *routeServer) stop() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for open := true; open && ctx.Err() == nil; <-tick.C {
		open = false
		_ = rs.bgp.ListPeer(ctx, &api.ListPeerRequest{}, func(p *api.Peer) {
			if p.State.SessionState != api.PeerState_IDLE || p.State.AdminState != api.PeerState_DOWN {
				open = true
				_ = rs.bgp.DisablePeer(ctx, &api.DisablePeerRequest{Address: p.State.NeighborAddress})
			}
		})
	}
	rs.bgp.Stop()
}
