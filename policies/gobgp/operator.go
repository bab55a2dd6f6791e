package gobgp

import (
	"net/netip"
	"slices"

	api "github.com/osrg/gobgp/v3/api"
	"google.golang.org/protobuf/proto"

	"depeer/policies/plan"
)

// keepElements keeps those of a set of the operator's that statements of ours may meet:
// neighbors, and what communities are matched by. Prefix sets may be large.
func (r *reader) keepElements(s *api.DefinedSet) {
	switch r.kind {
	case plan.NeighborSet, plan.CommunitySet, plan.LargeCommunitySet:
		r.elements[plan.Object{Kind: r.kind, Name: s.Name}] = s.List
	}
}

// readOperatorPolicy reads what a policy that is not ours does to the attributes that ours give. Its
// sets have been read before.
func (r *reader) readOperatorPolicy(p *api.Policy) {
	statements := make([]plan.OperatorStatement, len(p.Statements))
	for i, s := range p.Statements {
		statements[i] = r.operatorStatement(s)
	}
	r.Operator[p.Name] = statements
}

func (r *reader) operatorStatement(s *api.Statement) plan.OperatorStatement {
	c, a := s.GetConditions(), s.GetActions()
	o := plan.OperatorStatement{
		Name:           s.Name,
		AsksNeighbor:   matchOf(c.GetNeighborSet()),
		AsksCommunity:  matchOf(c.GetCommunitySet()),
		AsksLarge:      matchOf(c.GetLargeCommunitySet()),
		Communities:    r.elements[plan.Object{Kind: plan.CommunitySet, Name: c.GetCommunitySet().GetName()}],
		Large:          r.elements[plan.Object{Kind: plan.LargeCommunitySet, Name: c.GetLargeCommunitySet().GetName()}],
		AsksPathLength: c.GetAsPathLength() != nil,
		Conditional:    !proto.Equal(c, &api.Conditions{RpkiResult: noRPKI}),
		OnCommunities:  communityChange(a.GetCommunity()),
		OnLarge:        communityChange(a.GetLargeCommunity()),
	}
	for _, element := range r.elements[plan.Object{Kind: plan.NeighborSet, Name: c.GetNeighborSet().GetName()}] {
		if prefix, err := netip.ParsePrefix(element); err == nil {
			o.Neighbors = append(o.Neighbors, prefix)
		}
	}
	switch a.GetRouteAction() {
	case api.RouteAction_ACCEPT:
		o.Decision = plan.Accept
	case api.RouteAction_REJECT:
		o.Decision = plan.Reject
	}
	if value := a.GetLocalPref().GetValue(); value != 0 { // gobgpd drops a 0
		o.LocalPref = &value
	}
	if med := a.GetMed(); med != nil {
		o.MED = plan.MEDChange{Replaces: med.Type == api.MedAction_REPLACE, Value: med.Value}
	}
	if p := a.GetAsPrepend(); p.GetUseLeftMost() {
		o.PrependLeftmost = true
	} else {
		o.Prepend = p.GetAsn()
	}
	return o
}

func matchOf(m *api.MatchSet) plan.Match {
	switch {
	case m == nil:
		return plan.NotAsked
	case m.Type == api.MatchSet_ALL:
		return plan.AllOf
	case m.Type == api.MatchSet_INVERT:
		return plan.NoneOf
	default:
		return plan.AnyOf
	}
}

func communityChange(a *api.CommunityAction) plan.CommunityChange {
	switch {
	case a == nil:
		return plan.CommunityChange{}
	case a.Type == api.CommunityAction_REMOVE:
		return plan.CommunityChange{Removes: a.Communities}
	default:
		return plan.CommunityChange{Adds: a.Communities, Replaces: a.Type == api.CommunityAction_REPLACE}
	}
}

// dropUnlisted keeps the operator's policies that stand in a list of a route-server client, or
// of a peer group: no other is asked about their routes.
func (r *reader) dropUnlisted() {
	listed := make(map[string]bool)
	note := func(lists ...[]string) {
		for _, name := range slices.Concat(lists...) {
			listed[name] = true
		}
	}
	for _, c := range r.Clients {
		if c.RouteServer {
			note(c.Import.Policies, c.Export.Policies)
		}
	}
	for _, g := range r.Groups {
		note(g.Import, g.Export)
	}
	for name := range r.Operator {
		if !listed[name] {
			delete(r.Operator, name)
		}
	}
}
