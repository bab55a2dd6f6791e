package eval

import (
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// An Adj-RIB-In holds what members announce, until a client lists it with enable_filtered:
// then gobgpd 3.37 writes back what its policies have made of each route
// (osrg/gobgp#3516; testbed.TestFactFilteredListingWritesBack). A member can announce all
// of it itself, so what carries it is treated already, or announced so.

// given is what a statement gives to routes, without the scratch communities.
type given struct {
	localPref   uint32
	med         *uint32 // these two, and reasons: only where nothing of the others is given
	prepend     int
	communities []policies.Community
	large       []policies.LargeCommunity
}

// givenBy returns what each statement gives. Statements that refuse, or only mark, give nothing.
func givenBy(p *policies.RoutingPolicy, effects []string) []given {
	out, scrubs := make([]given, len(p.Import)), scrubsOf(p)
	isReason := func(c policies.LargeCommunity) bool {
		return slices.ContainsFunc(scrubs, func(s policies.LargeCommunityPattern) bool { return s.Matches(c) })
	}
	for i, s := range p.Import {
		if s.Actions.Reject || effects[i] == "" {
			continue
		}
		g := given{localPref: s.Actions.LocalPref, communities: s.Actions.Communities}
		large := slices.DeleteFunc(slices.Clone(s.Actions.AddLargeCommunities), policies.LargeCommunity.IsScratch)
		g.large = slices.DeleteFunc(slices.Clone(large), isReason)
		if g.localPref == 0 && len(g.communities)+len(g.large) == 0 {
			g.med, g.prepend, g.large = s.Actions.MED, int(s.Actions.Prepend), large
		}
		out[i] = g
	}
	return out
}

// Leaves says whether p leaves anything on routes: some statement changes them and lets them pass,
// or tags them. If not, no route carries anything.
func Leaves(p *policies.RoutingPolicy) bool {
	leaves := len(p.Tags()) > 0
	for i, effect := range listEffects(p) {
		leaves = leaves || effect != "" && !p.Import[i].Actions.Reject
	}
	return leaves
}

// Carries says whether r, which v is the verdict of, has what e gives it before e has
// looked at it: the local preference, a community, a large community, or a tag. Reasons are
// scrubbed, and many members send prepends and a MED of their own: these tell only where
// nothing else is given. A route that e refuses carries nothing.
func (e *Evaluator) Carries(v Verdict, r *policies.Route) bool {
	if v.Refused() {
		return false
	}
	return v.Treated() && e.given[v.statement()-1].isOn(r) || e.carriesTag(r)
}

// Carried is Carries for a route whose verdict is not known. It judges only routes that show
// something that a statement gives; most show nothing.
func (e *Evaluator) Carried(r *policies.Route) bool {
	for i := range e.given {
		if e.given[i].isOn(r) {
			return e.Carries(e.Verdict(r), r)
		}
	}
	return e.carriesTag(r)
}

// carriesTag says whether r has a tag that e gives it.
func (e *Evaluator) carriesTag(r *policies.Route) bool {
	return len(e.tags) > 0 && slices.ContainsFunc(r.LargeCommunities, policies.LargeCommunity.IsTag) &&
		containsAny(e.Tags(r), r.LargeCommunities)
}

// isOn says whether a route has part of what is given.
func (g *given) isOn(r *policies.Route) bool {
	return g.localPref != 0 && r.LocalPref == g.localPref ||
		containsAny(g.communities, r.Communities) ||
		containsAny(g.large, r.LargeCommunities) ||
		g.prepend != 0 && countLeading(r.Path) > g.prepend ||
		g.med != nil && r.MED != nil && *g.med == *r.MED
}

// countLeading counts how often the leftmost AS is repeated at the start of path. An AS_SET (0)
// counts as none.
func countLeading(path []filters.ASN) int {
	n := 0
	for n < len(path) && path[n] == path[0] && path[0] != 0 {
		n++
	}
	return n
}

func containsAny[E comparable](any, list []E) bool {
	return slices.ContainsFunc(any, func(e E) bool { return slices.Contains(list, e) })
}
