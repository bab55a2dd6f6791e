package plantest

import (
	"context"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
)

// evaluators keeps what statements mean, by their names, until one of them or a
// set is deleted or changed.
type evaluators map[string]*eval.Evaluator

// Announce adds routes to what a client announces; one of the same prefix replaces
// the other. They meet the policy that is in force now.
func (m *Model) Announce(from netip.Addr, routes ...policies.Route) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.findClient(from)
	for _, r := range routes {
		r.Peer = from
		m.changePaths(r.Prefix, func() {
			c.paths = slices.DeleteFunc(c.paths, func(p path) bool { return p.announced.Prefix == r.Prefix })
			c.paths = append(c.paths, path{r, m.routeLeft(c, r)})
		})
	}
}

// AnnounceMore adds paths beside those of the same prefix, as a client with add-path
// does.
func (m *Model) AnnounceMore(from netip.Addr, routes ...policies.Route) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.findClient(from)
	for _, r := range routes {
		r.Peer = from
		m.changePaths(r.Prefix, func() {
			c.paths = append(c.paths, path{r, m.routeLeft(c, r)})
			slices.SortStableFunc(c.paths, func(a,
				b path) int {
				return a.announced.Prefix.Compare(b.announced.Prefix)
			})
		})
	}
}

// Withdraw takes a route back. No policy is asked.
func (m *Model) Withdraw(from netip.Addr, prefix netip.Prefix) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.withdrawRoute(m.findClient(from), prefix)
}

func (m *Model) withdrawRoute(c *client, prefix netip.Prefix) {
	m.changePaths(prefix, func() {
		c.paths = slices.DeleteFunc(slices.Clone(c.paths), func(p path) bool { return p.announced.Prefix == prefix })
	})
}

// Spoil has resets leave a route in the table as announce returns it, where that says
// so, whatever policies say; nil ends it. It stands for whatever goes wrong in a daemon.
func (m *Model) Spoil(announce func(policies.Route) (policies.Route, bool)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.spoil = announce
}

// resetClient looks at all routes of c again, one after another.
func (m *Model) resetClient(c *client) {
	for i, p := range c.paths {
		m.changePaths(p.announced.Prefix, func() {
			if m.spoil != nil {
				if out, spoilt := m.spoil(p.announced); spoilt {
					c.paths[i].left = &out
					return
				}
			}
			c.paths[i].left = m.routeLeft(c, p.announced)
		})
	}
}

// routeLeft returns what the policy in force leaves of a route; nil for nothing. A session
// that is down leaves none.
func (m *Model) routeLeft(c *client, r policies.Route) *policies.Route {
	if out, ok := m.treatRoute(c, r); ok && !c.AdminDown {
		return &out
	}
	return nil
}

// tableOf returns what is left of a client's routes.
func (c *client) tableOf() []policies.Route {
	var out []policies.Route
	for _, p := range c.paths {
		if p.left != nil {
			out = append(out, *p.left)
		}
	}
	return out
}

// Received yields what a client announces.
func (m *Model) Received(_ context.Context, from netip.Addr) iter.Seq2[policies.Route, error] {
	return func(yield func(policies.Route, error) bool) {
		m.mu.Lock()
		c := m.findClient(from)
		var routes []policies.Route
		if c != nil && !c.AdminDown {
			for _, p := range c.paths {
				routes = append(routes, p.announced)
			}
		}
		m.mu.Unlock()
		if c == nil {
			yield(policies.Route{}, fmt.Errorf("neighbor %s: %w: not found", from, plan.ErrRefused))
		}
		for _, r := range routes {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Table yields what import policies have left of all routes, as of when each was
// last looked at.
func (m *Model) Table(context.Context) iter.Seq2[policies.Route, error] {
	return func(yield func(policies.Route, error) bool) {
		m.mu.Lock()
		var routes []policies.Route
		for _, c := range m.clients {
			routes = append(routes, c.tableOf()...)
		}
		m.mu.Unlock()
		for _, r := range routes {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Seen yields the paths of the table to these prefixes, as far as a client is shown
// them: without its own, and those through its ASN.
func (m *Model) Seen(_ context.Context, by netip.Addr, prefixes []netip.Prefix) iter.Seq2[policies.Route, error] {
	return func(yield func(policies.Route, error) bool) {
		m.mu.Lock()
		viewer := m.findClient(by)
		var routes []policies.Route
		for _, c := range m.clients {
			for _, r := range c.tableOf() {
				if viewer != nil && c != viewer && slices.Contains(prefixes, r.Prefix) &&
					!slices.Contains(r.Path, viewer.ASN) {
					routes = append(routes, r)
				}
			}
		}
		m.mu.Unlock()
		if viewer == nil {
			yield(policies.Route{}, fmt.Errorf("neighbor %s: %w: not found", by, plan.ErrRefused))
		}
		for _, r := range routes {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Treat returns what the policy that is in force now makes of a route of a
// client, and false if it is refused.
func (m *Model) Treat(from netip.Addr, r policies.Route) (policies.Route, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r.Peer = from
	return m.treatRoute(m.findClient(from), r)
}

// treatRoute walks a client's import list.
func (m *Model) treatRoute(c *client, r policies.Route) (policies.Route, bool) {
	for _, name := range c.Import.Policies {
		if name == policies.ExportPolicy {
			continue // without effect on import, as its statements have none here
		}
		if name == policies.ImportPolicy {
			var ok bool
			if r, ok = m.makeEvaluator(c.Address).Apply(r); !ok {
				return r, false
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
	return r, c.Import.Default == plan.Accept
}

// makeEvaluator returns the meaning of the statements of "depeer" that are not held
// off by a gate, for one client.
func (m *Model) makeEvaluator(from netip.Addr) *eval.Evaluator {
	var p policies.RoutingPolicy
	var names []string
	for _, name := range m.objects.Policies[policies.ImportPolicy] {
		if s := m.objects.Statements[name]; m.passesGate(s.Gate, from) {
			p.Import = append(p.Import, s.Statement)
			names = append(names, name)
		}
	}
	key := strings.Join(names, " ")
	if e, made := m.made[key]; made {
		return e
	}
	for set, elements := range m.objects.Sets {
		p.Sets = append(p.Sets, policies.Set{Name: set.Name, Elements: elements})
	}
	if m.made == nil {
		m.made = make(evaluators)
	}
	m.made[key] = eval.New(&p)
	return m.made[key]
}

// passesGate is gobgpd's neighbor condition: an empty set matches everybody, under
// INVERT as well.
func (m *Model) passesGate(g plan.Gate, from netip.Addr) bool {
	elements := m.objects.Gates[g.Set]
	if g.Set == "" || len(elements) == 0 {
		return true
	}
	within := slices.ContainsFunc(elements, func(p netip.Prefix) bool { return p.Contains(from) })
	return within != g.Invert
}
