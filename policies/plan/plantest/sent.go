package plantest

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
)

// What members are sent, as gobgpd 3.37 sends it (propagateUpdateToNeighbors,
// filterpath and sendSecondaryRoutes in its pkg/server/server.go). It keeps no Adj-RIB-
// Out: whether a member holds a path is guessed from the old best one and the export
// policy of this moment. Where the guess is wrong, the member keeps what it has.
// Members who are sent several paths for a prefix are not in the model.

// Sends has members be sent what they get, from now on: who does not ask what they hold
// need not wait for it.
func (m *Model) Sends() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sends = true
	for _, c := range m.clients {
		m.sendAll(c)
	}
}

// Sending says whether members are sent what they get.
func (m *Model) Sending() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sends
}

// Held returns what a member was sent and that was not taken back, by prefix. It panics
// unless members are sent anything: see Sends.
func (m *Model) Held(_ context.Context, by netip.Addr) []policies.Route {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.sends {
		panic("plantest: nobody is sent anything")
	}
	var out []policies.Route
	for _, r := range m.findClient(by).held {
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b policies.Route) int { return a.Prefix.Compare(b.Prefix) })
	return out
}

// changePaths changes paths of one prefix, and sends members what comes of it.
func (m *Model) changePaths(prefix netip.Prefix, change func()) {
	if !m.sends {
		change()
		return
	}
	old := m.knownPaths(prefix)
	change()
	known := m.knownPaths(prefix)
	for _, c := range m.clients {
		if c.RouteServer && c.Up {
			m.sendBest(c, prefix, old, known)
		}
	}
}

// knownPaths returns the paths of the table to a prefix, best first.
func (m *Model) knownPaths(prefix netip.Prefix) []policies.Route {
	var out []policies.Route
	for _, c := range m.clients {
		for i := range c.paths {
			if p := &c.paths[i]; c.RouteServer && p.left != nil && p.left.Prefix == prefix {
				out = append(out, *p.left)
			}
		}
	}
	preference := func(r policies.Route) uint32 { return cmp.Or(r.LocalPref, 100) }
	slices.SortStableFunc(out, func(a, b policies.Route) int {
		return cmp.Or(cmp.Compare(preference(b), preference(a)), cmp.Compare(len(a.Path), len(b.Path)),
			a.Peer.Compare(b.Peer))
	})
	return out
}

func (m *Model) sendBest(c *client, prefix netip.Prefix, old, known []policies.Route) {
	if c.held == nil {
		c.held = make(map[netip.Prefix]policies.Route)
	}
	if c.SecondaryRoute {
		m.sendSecondary(c, prefix, old, known)
		return
	}
	best, was := c.bestPath(known), c.bestPath(old)
	switch {
	case best == nil && was == nil, best != nil && was != nil && printRoute(*best) == printRoute(*was):
		return
	case best == nil: // a withdrawal bypasses policy
		delete(c.held, prefix)
		return
	}
	if out, ok := m.exportRoute(c, *best); ok {
		c.holdRoute(out)
	} else if was != nil {
		if _, ok := m.exportRoute(c, *was); ok {
			delete(c.held, prefix)
		}
	}
}

func (m *Model) sendSecondary(c *client, prefix netip.Prefix, old, known []policies.Route) {
	first := func(paths []policies.Route) *policies.Route {
		for _, r := range paths {
			if r.Peer == c.Address {
				continue
			}
			if out, ok := m.exportRoute(c, r); ok {
				return &out
			}
		}
		return nil
	}
	if out := first(known); out != nil {
		c.holdRoute(*out)
	} else if first(old) != nil {
		delete(c.held, prefix)
	}
}

// sendAll is what a member gets when its session comes up.
func (m *Model) sendAll(c *client) {
	c.held = nil
	if !c.RouteServer || !c.Up || !m.sends {
		return
	}
	done := make(map[netip.Prefix]bool)
	for _, other := range m.clients {
		for _, p := range other.paths {
			if prefix := p.announced.Prefix; !done[prefix] {
				done[prefix] = true
				m.sendBest(c, prefix, nil, m.knownPaths(prefix))
			}
		}
	}
}

// bestPath returns the best path that is neither the client's own nor through it.
func (c *client) bestPath(paths []policies.Route) *policies.Route {
	for i, r := range paths {
		if r.Peer != c.Address && !slices.Contains(r.Path, c.ASN) {
			return &paths[i]
		}
	}
	return nil
}

// holdRoute is the member's own doing: it takes no path through itself.
func (c *client) holdRoute(r policies.Route) {
	if slices.Contains(r.Path, c.ASN) {
		delete(c.held, r.Prefix)
		return
	}
	c.held[r.Prefix] = r
}

// printRoute tells paths apart by what goes into an UPDATE.
func printRoute(r policies.Route) string {
	med := "-"
	if r.MED != nil {
		med = fmt.Sprint(*r.MED)
	}
	return fmt.Sprint(r.Peer, r.Prefix, r.Path, r.LocalPref, med, r.Communities, r.LargeCommunities)
}

// exportRoute walks a client's export list.
func (m *Model) exportRoute(c *client, r policies.Route) (policies.Route, bool) {
	for _, name := range c.Export.Policies {
		if name == policies.ExportPolicy {
			for _, statement := range m.objects.Policies[name] {
				s := m.objects.Statements[statement]
				if !m.matchesExport(s, c.Address, r) {
					continue
				}
				if s.Actions.Reject {
					return r, false
				}
				r = applyActions(s.Actions, r)
			}
			continue
		}
		policy := m.objects.Operators[name]
		if policy.Community != 0 {
			r.Communities = append(slices.Clone(r.Communities), policy.Community)
		}
		if policy.Decision != plan.None {
			return r, policy.Decision == plan.Accept
		}
	}
	return r, c.Export.Default == plan.Accept
}

// matchesExport says whether an export statement matches. An empty neighbor-set is everybody.
func (m *Model) matchesExport(s plan.Statement, to netip.Addr, r policies.Route) bool {
	set, _ := m.objects.Sets[plan.Object{Kind: plan.NeighborSet,
		Name: s.Conditions.NeighborSet.Set}].(policies.Neighbors)
	if len(set) > 0 && !slices.Contains(set, to) {
		return false
	}
	large := s.Conditions.LargeCommunitySet.Set
	return large == "" || slices.ContainsFunc(m.largeCommunities(large),
		func(p policies.LargeCommunityPattern) bool {
			return slices.ContainsFunc(r.LargeCommunities, p.Matches)
		})
}

// applyActions does what an export statement of ours can do.
func applyActions(a policies.Actions, r policies.Route) policies.Route {
	if a.MED != nil {
		r.MED = a.MED
	}
	if len(r.Path) > 0 {
		r.Path = append(slices.Repeat([]filters.ASN{r.Path[0]}, int(a.Prepend)), r.Path...)
	}
	r.Communities = slices.DeleteFunc(slices.Clone(r.Communities),
		func(c policies.Community) bool { return slices.Contains(a.DropCommunities, c) })
	r.Communities = slices.Concat(r.Communities, a.Communities)
	r.LargeCommunities = slices.Concat(r.LargeCommunities, a.AddLargeCommunities)
	for _, p := range a.DropLargeCommunities {
		r.LargeCommunities = slices.DeleteFunc(r.LargeCommunities, p.Matches)
	}
	return r
}

// largeCommunities returns the patterns of a set.
func (m *Model) largeCommunities(name string) policies.LargeCommunities {
	patterns, _ := m.objects.Sets[plan.Object{Kind: plan.LargeCommunitySet, Name: name}].(policies.LargeCommunities)
	return patterns
}
