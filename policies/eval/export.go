package eval

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
)

// Exporter is the export half of a RoutingPolicy: the members' own choices. It takes routes as
// import has left them. It is immutable, and safe for concurrent use.
type Exporter struct {
	statements []exportStatement
}

// exportStatement is a compiled statement of the export policy.
type exportStatement struct {
	receivers map[netip.Addr]bool // nil: every member
	tags      []policies.LargeCommunityPattern
	actions   policies.Actions
	effect    string
}

// NewExporter compiles the export policy of p, which must not be changed afterwards. It
// panics on conditions that build.Policy does not make.
func NewExporter(p *policies.RoutingPolicy) *Exporter {
	x := &Exporter{}
	for _, s := range p.Export {
		c := s.Conditions
		if !s.OnTags() {
			panic(fmt.Sprintf("eval: export statement %s is not about tags", s.Name))
		}
		compiled := exportStatement{actions: s.Actions,
			effect: describeEffect(s.Actions, func(policies.LargeCommunity) bool { return false })}
		compiled.tags = policies.ElementsOf[policies.LargeCommunities](p, c.LargeCommunitySet.Set)
		if members := policies.ElementsOf[policies.Neighbors](p, c.NeighborSet.Set); members != nil {
			compiled.receivers = make(map[netip.Addr]bool)
			for _, a := range members {
				compiled.receivers[a] = true
			}
		}
		if len(compiled.tags) == 0 || c.NeighborSet.Set != "" && len(compiled.receivers) == 0 {
			panic(fmt.Sprintf("eval: export statement %s has a condition on a set that is empty or not there", s.Name))
		}
		x.statements = append(x.statements, compiled)
	}
	return x
}

// Apply returns r as it is sent to a member, and false if it is not sent. The result shares no
// memory with r that the policy changes.
func (x *Exporter) Apply(to netip.Addr, r policies.Route) (policies.Route, bool) {
	for i := range x.statements {
		s := &x.statements[i]
		if !s.matchesRoute(to, &r) {
			continue
		}
		if s.actions.Reject {
			return policies.Route{}, false
		}
		applyActions(&r, s.actions)
	}
	return r, true
}

// Effect returns what is done to r for one member only, in the words of Evaluator.Effect. It is
// empty if nothing is done.
func (x *Exporter) Effect(to netip.Addr, r policies.Route) string {
	var parts []string
	for i := range x.statements {
		s := &x.statements[i]
		if !s.matchesRoute(to, &r) {
			continue
		}
		if s.effect != "" {
			parts = append(parts, s.effect)
		}
		if s.actions.Reject {
			break
		}
		applyActions(&r, s.actions)
	}
	return strings.Join(parts, ", ")
}

func (s *exportStatement) matchesRoute(to netip.Addr, r *policies.Route) bool {
	if s.receivers != nil && !s.receivers[to] {
		return false
	}
	return slices.ContainsFunc(r.LargeCommunities, func(c policies.LargeCommunity) bool {
		return slices.ContainsFunc(s.tags, func(p policies.LargeCommunityPattern) bool { return p.Matches(c) })
	})
}

// GivesTags says whether the policy gives routes any tag: a member has chosen something.
func (e *Evaluator) GivesTags() bool { return len(e.tags) > 0 }

// Tags returns the tags (large communities of the tag space) that r has when it leaves import,
// sorted: what export sees. They are the policy's own, and those that a member has sent and no
// statement scrubs.
func (e *Evaluator) Tags(r *policies.Route) []policies.LargeCommunity {
	if len(e.tags) == 0 && !slices.ContainsFunc(r.LargeCommunities, policies.LargeCommunity.IsTag) {
		return nil
	}
	out, accepted := e.Apply(*r)
	if !accepted {
		return nil
	}
	tags := slices.DeleteFunc(slices.Clone(out.LargeCommunities),
		func(c policies.LargeCommunity) bool { return !c.IsTag() })
	slices.SortFunc(tags, policies.LargeCommunity.Compare)
	return tags
}
