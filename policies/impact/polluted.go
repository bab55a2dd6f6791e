package impact

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// A client that lists an Adj-RIB-In with enable_filtered, as a looking glass may, has
// gobgpd 3.37 write back what policies have made of the routes (osrg/gobgp#3516). From then
// on they are treated twice, and stay treated when the policy is gone, until the member
// announces them again, or its session is reset. Nothing in the daemon tells such a route
// from one that the member announces so itself.

// Polluted is a member with routes that are treated already, or announced so.
type Polluted struct {
	Address  netip.Addr  `json:"address"`
	ASN      filters.ASN `json:"asn"`
	Name     string      `json:"name"`
	Prefixes int         `json:"prefixes"`
}

// Pollution counts such routes of members. The zero value has seen none.
type Pollution struct {
	prefixes map[rib.Peer]map[netip.Prefix]bool
}

// Add notes a route of a peer that is treated already, or announced so.
func (n *Pollution) Add(p rib.Peer, prefix netip.Prefix) {
	if n.prefixes == nil {
		n.prefixes = make(map[rib.Peer]map[netip.Prefix]bool)
	}
	if n.prefixes[p] == nil {
		n.prefixes[p] = make(map[netip.Prefix]bool)
	}
	n.prefixes[p][prefix] = true
}

// Members returns the members with such routes, by ASN and address; never nil.
func (n *Pollution) Members() []Polluted {
	out := make([]Polluted, 0, len(n.prefixes))
	for p, prefixes := range n.prefixes {
		out = append(out, Polluted{Address: p.Address, ASN: p.ASN, Prefixes: len(prefixes)})
	}
	slices.SortFunc(out, func(x, y Polluted) int {
		return rib.Peer{Address: x.Address, ASN: x.ASN}.Compare(rib.Peer{Address: y.Address, ASN: y.ASN})
	})
	return out
}

// FindLeaving returns evaluators of those of some policies that leave anything on routes. Where
// there are none, no route need be looked at.
func FindLeaving(some ...*policies.RoutingPolicy) []*eval.Evaluator {
	var out []*eval.Evaluator
	for _, p := range some {
		if eval.Leaves(p) {
			out = append(out, eval.New(p))
		}
	}
	return out
}

// FindPolluted returns the members whose routes, as they are announced, have what one of these
// policies gives them. An error is one of the source's.
func FindPolluted(by []*eval.Evaluator, routes rib.Source) ([]Polluted, error) {
	var found Pollution
	if len(by) == 0 {
		return found.Members(), nil
	}
	for p, err := range routes {
		if err != nil {
			return nil, err
		}
		if isCarried(by, p) {
			found.Add(p.Announcer(), p.Prefix)
		}
	}
	return found.Members(), nil
}

func isCarried(by []*eval.Evaluator, p *rib.Path) bool {
	return slices.ContainsFunc(by, func(e *eval.Evaluator) bool { return e.Carried(&p.Route) })
}

// notePolluted notes a path that is treated already, or announced so.
func (a *assessment) notePolluted(p *rib.Path, old, new eval.Verdict) {
	if a.old != nil && a.old.Carries(old, &p.Route) || a.new.Carries(new, &p.Route) || isCarried(a.past, p) {
		a.polluted.Add(p.Announcer(), p.Prefix)
	}
}

// leavingOf returns evaluators of all policies of a question that leave anything on routes.
func leavingOf(q Question) []*eval.Evaluator {
	if !q.Live {
		return nil
	}
	all := append([]*policies.RoutingPolicy{q.New}, q.Past...)
	if q.Old != nil {
		all = append(all, q.Old)
	}
	return FindLeaving(all...)
}
