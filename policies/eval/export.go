package eval

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
)

// Exporter is the export half of a RoutingPolicy: what members have chosen for
// themselves. It is for routes as import has left them. Immutable, and safe for
// concurrent use.
type Exporter struct {
	statements []exportStatement
}

// exportStatement is a statement of the export policy, ready to be asked.
type exportStatement struct {
	towards map[netip.Addr]bool // nil: everybody
	tags    []policies.LargeCommunityPattern
	actions policies.Actions
	effect  string
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
			effect: effect(s.Actions, func(policies.LargeCommunity) bool { return false })}
		compiled.tags = policies.ElementsOf[policies.LargeCommunities](p, c.LargeCommunitySet.Set)
		if members := policies.ElementsOf[policies.Neighbors](p, c.NeighborSet.Set); members != nil {
			compiled.towards = make(map[netip.Addr]bool)
			for _, a := range members {
				compiled.towards[a] = true
			}
		}
		if len(compiled.tags) == 0 || c.NeighborSet.Set != "" && len(compiled.towards) == 0 {
			panic(fmt.Sprintf("eval: export statement %s has a condition on a set that is empty or not there", s.Name))
		}
		x.statements = append(x.statements, compiled)
	}
	return x
}

// Apply returns r as it is sent to a member, and false if it is not. It shares no
// memory with r that the policy changes.
func (x *Exporter) Apply(to netip.Addr, r policies.Route) (policies.Route, bool) {
	for i := range x.statements {
		s := &x.statements[i]
		if !s.matches(to, &r) {
			continue
		}
		if s.actions.Reject {
			return policies.Route{}, false
		}
		change(&r, s.actions)
	}
	return r, true
}

// Effect returns what is done to r for a member alone, in the words of
// Evaluator.Effect; empty for nothing.
func (x *Exporter) Effect(to netip.Addr, r policies.Route) string {
	var parts []string
	for i := range x.statements {
		s := &x.statements[i]
		if !s.matches(to, &r) {
			continue
		}
		if s.effect != "" {
			parts = append(parts, s.effect)
		}
		if s.actions.Reject {
			break
		}
		change(&r, s.actions)
	}
	return strings.Join(parts, ", ")
}

func (s *exportStatement) matches(to netip.Addr, r *policies.Route) bool {
	if s.towards != nil && !s.towards[to] {
		return false
	}
	return slices.ContainsFunc(r.LargeCommunities, func(c policies.LargeCommunity) bool {
		return slices.ContainsFunc(s.tags, func(p policies.LargeCommunityPattern) bool { return p.Matches(c) })
	})
}

// Tags returns the large communities of the space of tags that r leaves import with,
// sorted: what export sees. They are the policy's own, and what a member has sent where
// nothing scrubs that.
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
