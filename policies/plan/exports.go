package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/guard"
)

// Members' choices in a change. Import statements tag routes, behind the gate. Statements of
// "depeer-export" act on the tags, towards the members that have chosen. These have a neighbor-set of
// their own, so that they cannot stand behind the gate. They need not: two generations of choices have no
// tag in common (build.Choices), and a statement does nothing while no route has its tags.
//
//	           export statements                routes in the table
//	before     old ones                         old tags
//	add        old and new ones                 old tags: the new ones do nothing
//	open       old and new ones                 routes announced from now on: new tags
//	resets     old and new ones                 one announcer after another: new tags
//	(proof)                                     no old tag is left
//	take       new ones                         new tags
//
// So at any time each path is treated towards each member by either the old choices or the new ones. (A
// member with secondary-route that refuses the new best path may be sent the second one, as it was
// before, until the announcer of that one is reset as well.)
//
// gobgpd 3.37 needs this order, and new tags, to withdraw a route from a member: it does so if export
// refuses the new path and passes the old one (TestFactTagOnImportActOnExport). A member that ends its
// choices needs nothing else: with new tags, or none, its path is a new one, and gobgpd sends it. If a
// change only removed the member from a neighbor-set, it would need a soft reset out, which no
// change makes.
//
// The daemon stores no state for this except the tags. That is enough: an export statement belongs to the
// import statements that add its tags. The gate says which import statements stay, and so which export
// statements stay. An export statement that belongs to no import statement is an orphan: no route has
// its tags.
//
//	cut off                  the gate     export statements
//	while preparing          closed       remove the new ones: no route has had their tags
//	after the live call      open         remove the old ones, after resets were made again
//	while undoing            closed       remove the new ones, after resets were made again
//	while cleaning up        open, gone   remove what is left of the old ones
//
// A generation scrubs tags that members send only if it adds tags itself. So while the first choices are
// added, or the last ones removed, a member that has guessed a tag (gobgpd shows none to members) has its
// own route treated as if it were listed.
//
// If export statements are removed while routes have their tags, members keep routes that they refuse, for
// good. The same happens if statements are added for tags that routes have already. So tags on routes
// that no export statement handles are an obstacle. The way out is to remove everything and begin anew
// (--take-over).

// A client that gets our export policy has tags stripped from the routes that are sent to it from then
// on. If choices do not change, the routes that it holds stay as they are, and keep their tags until
// they are sent again. (Only a soft reset out would send them.)

// exportsOf returns the statements of "depeer-export" that act on a tag of one of the import statements,
// in order.
func (s *State) exportsOf(imports []string) []string {
	given := s.givenTags(imports)
	var out []string
	for _, name := range s.Export {
		if slices.ContainsFunc(s.actsOn(name),
			func(p policies.LargeCommunityPattern) bool { return given[p.LargeCommunity] }) {
			out = append(out, name)
		}
	}
	return out
}

// givenTags returns the tags that import statements add to routes.
func (s *State) givenTags(imports []string) map[policies.LargeCommunity]bool {
	tags := make(map[policies.LargeCommunity]bool)
	for _, name := range imports {
		for _, c := range s.Statements[name].Actions.AddLargeCommunities {
			if c.IsTag() {
				tags[c] = true
			}
		}
	}
	return tags
}

func (s *State) actsOn(export string) []policies.LargeCommunityPattern {
	set := Object{LargeCommunitySet, s.Statements[export].Conditions.LargeCommunitySet.Set}
	patterns, _ := s.Sets[set].(policies.LargeCommunities)
	return patterns
}

// idleExports returns the orphans among export statements: those that belong to no import statement, and
// that no policy except ours refers to.
func (s *State) idleExports() []string {
	if s.isConflict(Object{Policy, policies.ExportPolicy}) {
		return nil
	}
	used := s.exportsOf(s.Import)
	return slices.DeleteFunc(slices.Clone(s.Export), func(name string) bool {
		return slices.Contains(used, name) || s.isConflict(Object{StatementObject, name})
	})
}

// unhandledTag returns a tag that import adds and no export statement handles.
func (s *State) unhandledTag() (policies.LargeCommunity, bool) {
	tags := s.givenTags(s.Import)
	for _, name := range s.Export {
		for _, p := range s.actsOn(name) {
			delete(tags, p.LargeCommunity)
		}
	}
	for tag := range tags {
		return tag, true
	}
	return policies.LargeCommunity{}, false
}

// holdsExports says whether "depeer-export" has exactly the statements of these generations, one after
// the other. Conflicts belong to neither: only a Clear leaves them there until its end.
func (s *State) holdsExports(generations ...*policies.RoutingPolicy) error {
	var want []policies.Statement
	for _, p := range generations {
		for _, st := range p.Export {
			if !slices.ContainsFunc(want, func(other policies.Statement) bool { return other.Name == st.Name }) {
				want = append(want, st)
			}
		}
	}
	got := slices.DeleteFunc(slices.Clone(s.Export), func(name string) bool {
		return s.isConflict(Object{StatementObject, name}) && !slices.Contains(statementNames(want), name)
	})
	if !slices.Equal(got, statementNames(want)) {
		return fmt.Errorf("policy %s has %d statements, %q, and not the %d that are planned, %q", policies.ExportPolicy,
			len(got), got, len(want), statementNames(want))
	}
	for _, st := range want {
		if got := s.Statements[st.Name]; got.Gate != (Gate{}) || !sameStatement(got.Statement, st) {
			return fmt.Errorf("statement %s has been changed", st.Name)
		}
	}
	return nil
}

// ChoiceObstacles returns why s cannot be brought to want because of members' choices, new or old. No call
// resolves these obstacles: see the rules above.
func ChoiceObstacles(s *State, want *policies.RoutingPolicy) []Obstacle {
	var out []Obstacle
	old, tags := s.InForce(), want.Tags()
	same := slices.Equal(statementNames(old.Export), statementNames(want.Export)) // no route gets a new tag
	for _, tag := range old.Tags() {
		if !same && slices.Contains(tags, tag) {
			out = append(out, Obstacle{Stuck, tag.String(),
				"is a tag of the choices in force, and by chance one of the new ones: give the members in another order"})
		}
	}
	for _, c := range s.Clients {
		if !c.RouteServer || slices.Contains(c.Export.Policies, policies.ExportPolicy) || len(want.Export) == 0 {
			continue
		}
		_, ok := s.placeOurs(c, false)
		switch {
		case !ok:
			out = append(out, Obstacle{GroupLacks, c.Address.String(),
				s.describeLacking(c.Group, false) + "; without it, it sees the tags of members' choices"})
		case refusesAny(want, c.Address) && refusesAny(old, c.Address), same && want.Chooses(c.Address):
			out = append(out, Obstacle{Stuck, c.Address.String(),
				"holds routes as if it had chosen nothing, as its export list has lost " + policies.ExportPolicy +
					": gobgpd sends it others, or none, only when it chooses anew"})
		}
	}
	return out
}

// refusesAny says whether a policy refuses anything towards a member.
func refusesAny(p *policies.RoutingPolicy, member netip.Addr) bool {
	return slices.ContainsFunc(p.Export, func(st policies.Statement) bool {
		return st.Actions.Reject &&
			slices.Contains(policies.ElementsOf[policies.Neighbors](p, st.Conditions.NeighborSet.Set), member)
	})
}

// Choosers returns the clients for which want has choices.
func (s *State) Choosers(want *policies.RoutingPolicy) []Client {
	return slices.DeleteFunc(slices.Clone(s.Clients),
		func(c Client) bool { return !c.RouteServer || !want.Chooses(c.Address) })
}

// JudgeAddPath returns the guard's result for each member that has made choices and is sent several paths
// for a prefix. It always refuses, and has no override: gobgpd 3.37 withdraws nothing from these members
// (TestFactAddPathReceiverKeeps).
func JudgeAddPath(s *State, want *policies.RoutingPolicy) []guard.Result {
	var out []guard.Result
	for _, c := range s.Choosers(want) {
		if c.AddPath {
			result := guard.Get(guard.AddPath).Judge(guard.Measure{Value: 1})
			result.Member = &c.Address
			out = append(out, result)
		}
	}
	return out
}
