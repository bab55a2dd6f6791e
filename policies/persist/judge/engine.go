package judge

import (
	"context"
	"fmt"
	"net/netip"
	"os"

	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/config"
	"github.com/osrg/gobgp/v3/pkg/config/oc"
	"github.com/osrg/gobgp/v3/pkg/server"

	"depeer/policies/gobgp"
	"depeer/policies/plan"
)

// engine is a route server as gobgpd runs one, without a network.
type engine struct {
	bgp     *server.BgpServer
	log     *logger
	current *oc.BgpConfigSet // what was loaded last, whatever became of it
}

func newEngine() *engine {
	log := &logger{}
	e := &engine{bgp: server.NewBgpServer(server.LoggerOption(log)), log: log}
	go e.bgp.Serve()
	return e
}

// readFile reads a file as gobgpd does. It passes the text through a pipe and writes it nowhere: it
// may hold passwords.
func readFile(text []byte) (c *oc.BgpConfigSet, err error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	go func() {
		w.Write(text)
		w.Close()
	}()
	defer func() {
		if p := recover(); p != nil { // as for a neighbor of a group whose address is a number
			c, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return config.ReadConfigFile(fmt.Sprintf("/dev/fd/%d", r.Fd()), "toml")
}

// cannotListen says why a start fails because of the addresses to listen on, which makeQuiet
// removes. It does not check whether this machine has them.
func cannotListen(c *oc.BgpConfigSet) string {
	if c.Global.Config.Port < 0 {
		return ""
	}
	for _, a := range c.Global.Config.LocalAddressList {
		if _, err := netip.ParseAddr(a); err != nil && a != "" {
			return fmt.Sprintf("%q in local-address-list is no address", a)
		}
	}
	return ""
}

// makeQuiet removes everything from a configuration that would use the network or the disk. excerpt
// says whether the file has no ASN and no router ID: it is then judged as a part of a file.
func makeQuiet(c *oc.BgpConfigSet) (excerpt bool) {
	if excerpt = c.Global.Config.As == 0 && c.Global.Config.RouterId == ""; excerpt {
		c.Global.Config.As, c.Global.Config.RouterId = 64512, "192.0.2.1"
	}
	c.Global.Config.Port = -1
	c.Zebra.Config.Enabled = false
	c.RpkiServers, c.BmpServers, c.MrtDump = nil, nil, nil
	for i := range c.Neighbors {
		n := &c.Neighbors[i].Config
		if n.AdminDown { // so that a change of it is one here, too
			n.Description += " (down)"
		}
		n.AdminDown = true
	}
	return excerpt
}

// loadConfig starts with a configuration, or reloads it. Its error says why gobgpd would end.
func (e *engine) loadConfig(ctx context.Context, c *oc.BgpConfigSet) (lines []line, err error) {
	defer func() {
		lines = e.log.takeLines()
		switch p := recover().(type) {
		case nil:
		case fatalExit:
			err = fmt.Errorf("%s", p.why)
		default:
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	before := e.current
	e.current = c
	if before == nil {
		_, err = config.InitialConfig(ctx, e.bgp, c, false)
	} else {
		_, err = config.UpdateConfig(ctx, e.bgp, before, c)
	}
	return nil, err
}

// readState reads what the engine holds.
func (e *engine) readState(ctx context.Context) (*plan.State, error) {
	return gobgp.Over("judge", inProcess{bgp: e.bgp}).State(ctx)
}

// applyLive gives the engine the neighbors of a running gobgpd: those added over gRPC, and their
// lists. It defines policies that only exist there, empty.
func (e *engine) applyLive(ctx context.Context, clients []plan.Client) error {
	state, err := e.readState(ctx)
	if err != nil {
		return err
	}
	defined := map[string]bool{}
	if err := e.bgp.ListPolicy(ctx, &api.ListPolicyRequest{},
		func(p *api.Policy) { defined[p.Name] = true }); err != nil {
		return err
	}
	known := map[netip.Addr]plan.Client{}
	for _, c := range state.Clients {
		known[c.Address] = c
	}
	for _, c := range clients {
		if c.Address.Zone() != "" { // whose interface may not be on this machine
			continue
		}
		for _, a := range []plan.Assignment{c.Import, c.Export} {
			for _, name := range a.Policies {
				if defined[name] {
					continue
				}
				defined[name] = true
				if err := e.bgp.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: name}}); err != nil {
					return fmt.Errorf("policy %s: %w", name, err)
				}
			}
		}
		has, ok := known[c.Address]
		delete(known, c.Address)
		if ok && has.RouteServer != c.RouteServer {
			if err := e.bgp.DeletePeer(ctx, &api.DeletePeerRequest{Address: c.Address.String()}); err != nil {
				return fmt.Errorf("neighbor %s: %w", c.Address, err)
			}
			ok = false
		}
		if !ok {
			if err := e.bgp.AddPeer(ctx, &api.AddPeerRequest{Peer: downPeer(c)}); err != nil {
				return fmt.Errorf("neighbor %s: %w", c.Address, err)
			}
		}
		if !c.RouteServer {
			continue
		}
		for _, a := range []*api.PolicyAssignment{toAssignment(c.Import, api.PolicyDirection_IMPORT),
			toAssignment(c.Export, api.PolicyDirection_EXPORT)} {
			a.Name = c.Address.String()
			if err := e.bgp.SetPolicyAssignment(ctx, &api.SetPolicyAssignmentRequest{Assignment: a}); err != nil {
				return fmt.Errorf("neighbor %s: %w", c.Address, err)
			}
		}
	}
	for address := range known {
		if err := e.bgp.DeletePeer(ctx, &api.DeletePeerRequest{Address: address.String()}); err != nil {
			return fmt.Errorf("neighbor %s: %w", address, err)
		}
	}
	e.log.takeLines()
	return nil
}

func downPeer(c plan.Client) *api.Peer {
	return &api.Peer{
		Conf:        &api.PeerConf{NeighborAddress: c.Address.String(), PeerAsn: uint32(c.ASN), AdminDown: true},
		RouteServer: &api.RouteServer{RouteServerClient: c.RouteServer},
	}
}

func toAssignment(a plan.Assignment, direction api.PolicyDirection) *api.PolicyAssignment {
	actions := map[plan.Disposition]api.RouteAction{plan.None: api.RouteAction_NONE,
		plan.Accept: api.RouteAction_ACCEPT, plan.Reject: api.RouteAction_REJECT}
	out := &api.PolicyAssignment{Direction: direction, DefaultAction: actions[a.Default]}
	for _, name := range a.Policies {
		out.Policies = append(out.Policies, &api.Policy{Name: name})
	}
	return out
}
