package gobgp

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
)

// readNeighbor reads a neighbor. The configuration of a dynamic neighbor has no address, because gobgpd made
// it from a peer group.
func (r *reader) readNeighbor(p *api.Peer) {
	name := p.GetState().GetNeighborAddress()
	address, err := netip.ParseAddr(name)
	if err != nil {
		return // no address yet: an interface on which no peer was heard
	}
	n := plan.Client{
		Address:        address,
		ASN:            filters.ASN(cmp.Or(p.GetConf().GetPeerAsn(), p.GetState().GetPeerAsn())),
		RouteServer:    p.GetRouteServer().GetRouteServerClient(),
		Dynamic:        p.GetConf().GetNeighborAddress() == "" && p.GetConf().GetNeighborInterface() == "",
		Up:             p.GetState().GetSessionState() == api.PeerState_ESTABLISHED,
		AdminDown:      p.GetState().GetAdminState() == api.PeerState_DOWN,
		DownInFile:     p.GetConf().GetAdminDown(),
		Description:    p.GetConf().GetDescription(),
		SecondaryRoute: p.GetRouteServer().GetSecondaryRoute(),
		Agreed:         readAgreed(p),
	}
	if n.Dynamic {
		n.Group = cmp.Or(p.GetConf().GetPeerGroup(), p.GetState().GetPeerGroup())
	}
	for _, family := range p.GetAfiSafis() {
		n.Accepted += family.GetState().GetAccepted()
		switch family.GetConfig().GetFamily().GetAfi() {
		case api.Family_AFI_IP:
			n.IPv4 = true
		case api.Family_AFI_IP6:
			n.IPv6 = true
		}
		n.AddPath = n.AddPath || family.GetAddPaths().GetConfig().GetSendMax() > 0
	}
	r.clients[name] = &client{Client: n}
}

// readGroups reads the peer groups with ranges for dynamic neighbors, and those with one that is up.
func (c *Client) readGroups(ctx context.Context, r *reader) error {
	taking := map[string]bool{}
	for _, n := range r.clients {
		taking[n.Group] = n.Dynamic
	}
	err := listStream(ctx, c, c.api.ListDynamicNeighbor, &api.ListDynamicNeighborRequest{},
		func(a *api.ListDynamicNeighborResponse) {
			taking[a.GetDynamicNeighbor().GetPeerGroup()] = true
		})
	if err != nil {
		return err
	}
	return listStream(ctx, c, c.api.ListPeerGroup, &api.ListPeerGroupRequest{}, func(a *api.ListPeerGroupResponse) {
		g := a.GetPeerGroup()
		if name := g.GetConf().GetPeerGroupName(); taking[name] {
			r.Groups[name] = plan.Group{
				RouteServer: g.GetRouteServer().GetRouteServerClient(),
				Import:      namesIn(g.GetApplyPolicy().GetImportPolicy()),
				Export:      namesIn(g.GetApplyPolicy().GetExportPolicy()),
			}
		}
	})
}

// namesIn returns the names of the policies of a list, in order.
func namesIn(a *api.PolicyAssignment) []string {
	var names []string
	for _, p := range a.GetPolicies() {
		names = append(names, p.GetName())
	}
	return names
}

var dispositions = map[api.RouteAction]plan.Disposition{
	api.RouteAction_NONE: plan.None, api.RouteAction_ACCEPT: plan.Accept, api.RouteAction_REJECT: plan.Reject,
}

var routeActions = map[plan.Disposition]api.RouteAction{
	plan.None: api.RouteAction_NONE, plan.Accept: api.RouteAction_ACCEPT, plan.Reject: api.RouteAction_REJECT,
}

// readAssignment reads the policies of a client, or of "global", in one direction. It counts a list without
// our policies as the operator's, and "global" with them: that list does not act on route-server clients.
func (r *reader) readAssignment(a *api.PolicyAssignment) {
	kind, isImport := plan.ExportAssignment, a.Direction == api.PolicyDirection_IMPORT
	if isImport {
		kind = plan.ImportAssignment
	}
	out := plan.Assignment{Policies: namesIn(a), Default: dispositions[a.DefaultAction]}
	their := slices.Clone(out.Policies)
	if a.Name != plan.GlobalName {
		their = slices.DeleteFunc(their, func(name string) bool {
			return name == policies.ImportPolicy ||
				name == policies.ExportPolicy
		})
	}
	r.noteTheirs(kind, a.Name, digestLines(fmt.Sprintf("%q default %s", their, out.Default)))
	c, ok := r.clients[a.Name]
	switch {
	case a.Name == plan.GlobalName && isImport:
		r.GlobalImport = out
		return
	case a.Name == plan.GlobalName:
		r.GlobalExport = out
		return
	case !ok: // the neighbor was added after the reading of neighbors
		c = &client{}
		r.clients[a.Name] = c
	case isImport:
		c.Import = out
	default:
		c.Export = out
	}
	c.directions++
}

// isAssignedComplete says whether each client has its assignments. A neighbor can be added or removed between
// the two readings.
func (r *reader) isAssignedComplete() bool {
	for _, c := range r.clients {
		if c.RouteServer && c.directions != 2 || !c.Address.IsValid() {
			return false
		}
	}
	return true
}
