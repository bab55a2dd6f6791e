package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/guard"
)

// Members' choices in a change. Import tags routes, behind the gate like all that it
// does; statements of "depeer-export" act on tags, towards members who have chosen.
// These have a neighbor-set of their own, so they cannot take the gate, and need not: the
// tags of two programs of choices have no value in common (build.Choices), and a
// statement does nothing before import gives its tags to routes, nor afterwards.
//
//	           export statements                routes in the table
//	before     old ones                         old tags
//	add        old and new ones                 old tags: the new ones do nothing
//	open       old and new ones                 what is announced from now on: new tags
//	resets     old and new ones                 one announcer after another: new tags
//	(proof)                                     no old tag is left
//	take       new ones                         new tags
//
// So each path is treated for each member as before or as after, whichever tags it has. (A
// member with secondary-route that refuses the best one already may be sent the next one,
// as it was before, until that one's announcer is reset as well.)
// That order, and new values, is also what gobgpd 3.37 needs to take back what a
// member holds: it does so where export refuses the new path, and lets the old one through
// (TestFactTagOnImportActOnExport). A member that chooses no more needs nothing else:
// under new tags, or none, its path is another one, and is sent to it. Were it only taken
// off a neighbor-set, it would need a soft reset outbound, which no change makes.
//
// Nothing of this is written down in the daemon but by the tags themselves, and that is
// enough: export statements belong to the import statements that give their tags. So
// where the gate says which import statements stay, it says which export statements do.
// What belongs to none is an orphan: no route has its tags.
//
//	cut off                  the gate     export statements
//	while preparing          closed       the new ones go: no route has had their tags
//	after the live call      open         the old ones go, once resets were made again
//	while undoing            closed       the new ones go, once resets were made again
//	while cleaning up        open, gone   what is left of the old ones goes
//
// Members' own tags are scrubbed by a generation that gives some, and only by such. So
// while the first choices come, or the last ones go, a member that has guessed a tag
// (nobody is shown one) has its own route treated as if it were listed.
//
// Whoever takes export statements out while routes still have their tags leaves routes
// with members who refuse them, for good; and who puts statements back for tags that
// routes have already, likewise. So tags in force that no export statement knows are an
// obstacle, and the way out is to take everything out and begin anew (--take-over).

// A client that gets its place in time meets the tags of routes that are sent to it from then
// on. Where the program stays, so do the routes that it holds, and their tags: it sees these
// until something else is made of them. (It would take a soft reset outbound.)

// exportsOf returns the statements of "depeer-export" that act on a tag which one of
// the import statements gives, in order.
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

// givenTags returns the tags that import statements give to routes.
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

// idleExports returns the export statements that belong to no import statement, and are
// not kept by a policy that is not ours: orphans.
func (s *State) idleExports() []string {
	if s.isConflict(Object{Policy, policies.ExportPolicy}) {
		return nil
	}
	used := s.exportsOf(s.Import)
	return slices.DeleteFunc(slices.Clone(s.Export), func(name string) bool {
		return slices.Contains(used, name) || s.isConflict(Object{StatementObject, name})
	})
}

// unhandledTag returns a tag that import gives and no export statement knows.
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

// holdsExports says whether "depeer-export" has just these generations, one behind
// the other. What is strange belongs to neither: it is there only where all goes.
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

// ChoiceObstacles returns why s cannot be brought to want for what members have
// chosen, or once had. What it finds has no call that would help: see the rules above.
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

// refusesAny says whether a program of choices refuses anything for a member.
func refusesAny(p *policies.RoutingPolicy, member netip.Addr) bool {
	return slices.ContainsFunc(p.Export, func(st policies.Statement) bool {
		return st.Actions.Reject &&
			slices.Contains(policies.ElementsOf[policies.Neighbors](p, st.Conditions.NeighborSet.Set), member)
	})
}

// Choosers returns the clients that have chosen anything, as want says.
func (s *State) Choosers(want *policies.RoutingPolicy) []Client {
	return slices.DeleteFunc(slices.Clone(s.Clients),
		func(c Client) bool { return !c.RouteServer || !want.Chooses(c.Address) })
}

// JudgeAddPath returns what the guard says of each member that has chosen and is sent several
// paths for a prefix: it always refuses. It has no override: gobgpd 3.37 takes nothing back
// from them (TestFactAddPathReceiverKeeps).
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
