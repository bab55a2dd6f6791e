package plan

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// Change leads a route server from the policy that was in force when its state was read to another one.
type Change struct {
	Old *policies.RoutingPolicy `json:"old"` // in force before
	New *policies.RoutingPolicy `json:"new"`

	Prepare []Call `json:"prepare"` // before the live call: nothing changes for members
	Live    []Call `json:"live"`    // one call; none if no import statement changes
	Finish  []Call `json:"finish"`  // after the proof

	// Restore are the calls that put back the lists of policies in an undo.
	Restore []Call `json:"restore"`

	// Unsure says that Old is not all that was in force: statements that are not ours stood in our
	// policies, or our sets had been changed. Then it cannot be computed which routes change, and
	// apply resets all clients that had our policies.
	Unsure bool `json:"unsure,omitempty"`
}

// Empty says whether there is nothing to do.
func (c *Change) Empty() bool { return len(c.Prepare)+len(c.Live)+len(c.Finish) == 0 }

// Calls returns all writing calls of the change, in order, without soft resets: apply finds out after the
// live call which clients to reset.
func (c *Change) Calls() []Call {
	return slices.Concat(c.Prepare, c.Live, c.Finish)
}

// To returns the change from s to want. id names its gate and its mark; it is
// unique for each change. s must be fit: see Obstacles, and ChoiceObstacles for want.
//
// If no policy of ours is in force yet, clients whose lists lack our policies get them first: they do
// nothing until the gate opens. Otherwise these clients get them last, so that the old generation never
// treats their routes. Export lists are an exception: see assignFirst.
func To(s *State, want *policies.RoutingPolicy, id string) *Change {
	c := &Change{Old: s.InForce(), New: want, Unsure: s.isUnsure()}
	assign, restore := s.anchorClients()
	same := slices.Equal(s.Import, statementNames(want.Import))
	c.Prepare = s.removeOrphans(want)
	if exports := s.exportsOf(s.Import); same && !slices.Equal(exports, statementNames(want.Export)) {
		c.Prepare = append(c.Prepare, s.addExports(want)...) // not on a state that fits: see isUnsure
	}
	first, last := s.assignFirst(assign, c.Old)
	c.Prepare = append(c.Prepare, first...)
	if !same {
		gate := GatePrefix + id
		c.Prepare = append(c.Prepare, s.enterGeneration(want, gate)...)
		c.Live = []Call{{Verb: OpenGate, Name: gate}}
		c.Finish = append(c.Finish, s.leaveGeneration(want, gate)...)
	}
	c.Finish = append(c.Finish, last...)
	c.Restore = restore
	c.shutSessions(s, want.Sessions)
	if !c.Empty() {
		c.Finish = append(c.Finish, s.replaceMarks(id, len(want.Import) != 0, false)...)
	}
	return c
}

// Names of our objects that are not part of a policy: the prefix of the names of gates, and the
// community-set of the marker.
const (
	GatePrefix = policies.Prefix + "gate/"
	MarkSet    = policies.Prefix + "applied"
)

// enterGeneration returns the calls that add want behind its gate, where it does nothing.
func (s *State) enterGeneration(want *policies.RoutingPolicy, gate string) []Call {
	calls := []Call{{Verb: AddGate, Name: gate}}
	for _, name := range s.Import {
		calls = append(calls, Call{Verb: Hold, Name: name, Gate: Gate{gate, true}})
	}
	stay := s.setsToKeep(want)
	for _, add := range addSets(want) {
		if !stay[Object{add.Kind, add.Name}] {
			calls = append(calls, add)
		}
	}
	if !slices.Equal(s.exportsOf(s.Import), statementNames(want.Export)) {
		calls = append(calls, s.addExports(want)...)
	}
	if len(want.Import) == 0 {
		return calls
	}
	add := Call{Verb: AddStatements, Policy: policies.ImportPolicy}
	for _, st := range want.Import {
		add.Add = append(add.Add, Statement{st, Gate{Set: gate}})
	}
	return append(calls, add)
}

// addExports returns the call that adds the export statements of want. No route has their tags yet.
func (s *State) addExports(want *policies.RoutingPolicy) []Call {
	add := Call{Verb: AddStatements, Policy: policies.ExportPolicy}
	for _, st := range want.Export {
		if !slices.Contains(s.Export, st.Name) {
			add.Add = append(add.Add, Statement{Statement: st})
		}
	}
	if len(add.Add) == 0 {
		return nil
	}
	return []Call{add}
}

// addSets returns the calls that add all sets of p.
func addSets(p *policies.RoutingPolicy) []Call {
	var calls []Call
	for _, set := range p.Sets {
		calls = append(calls, Call{Verb: AddSet, Kind: KindOf(set.Kind()), Name: set.Name, Elements: set.Elements})
	}
	return calls
}

// leaveGeneration returns the calls that clean up once the gate is open.
func (s *State) leaveGeneration(want *policies.RoutingPolicy, gate string) []Call {
	old := s.exportsOf(s.Import)
	if slices.Equal(old, statementNames(want.Export)) {
		old = nil // stay
	}
	keep, used := setsOf(slices.Concat(want.Import, want.Export, s.statementsNamed(withoutElements(s.Export, old)))),
		s.findUsedSets()
	for set := range s.Sets {
		if !used[set] {
			keep[set] = true // an orphan: gone before
		}
	}
	calls := s.removeStatements(s.Import, old, keep)
	for _, st := range want.Import {
		calls = append(calls, Call{Verb: Release, Name: st.Name, Gate: Gate{Set: gate}})
	}
	return append(calls, Call{Verb: DeleteGate, Name: gate})
}

// removeStatements returns the calls that remove statements from our policies, and all sets of ours
// except those to keep.
func (s *State) removeStatements(imports, exports []string, keep map[Object]bool) []Call {
	calls := slices.Concat(s.takeStatementsOut(policies.ImportPolicy, imports),
		s.takeStatementsOut(policies.ExportPolicy, exports))
	for _, name := range slices.Concat(imports, exports) {
		calls = append(calls, Call{Verb: DeleteStatement, Name: name})
	}
	for _, set := range s.Sets.sortedObjects() {
		if !keep[set] && !s.isLent(set) {
			calls = append(calls, Call{Verb: DeleteSet, Kind: set.Kind, Name: set.Name})
		}
	}
	return calls
}

// removeOrphans returns the calls that remove orphans that want does not need: export statements that
// belong to no import statement, statements in no policy, and sets and gates that no statement refers to.
func (s *State) removeOrphans(want *policies.RoutingPolicy) []Call {
	idle := s.idleExports()
	calls := s.takeStatementsOut(policies.ExportPolicy, idle)
	for _, name := range sortedKeys(s.Statements) {
		if slices.Contains(idle, name) || !slices.Contains(s.Import, name) && !slices.Contains(s.Export, name) {
			calls = append(calls, Call{Verb: DeleteStatement, Name: name})
		}
	}
	stay := s.setsToKeep(want)
	for _, set := range s.Sets.sortedObjects() {
		if !stay[set] {
			calls = append(calls, Call{Verb: DeleteSet, Kind: set.Kind, Name: set.Name})
		}
	}
	for _, gate := range sortedKeys(s.Gates) {
		if !s.isGateUsed(gate) {
			calls = append(calls, Call{Verb: DeleteGate, Name: gate})
		}
	}
	return calls
}

// setsToKeep returns the sets that are no orphans: those that a statement refers to, and those of want
// that the server holds already, element for element.
func (s *State) setsToKeep(want *policies.RoutingPolicy) map[Object]bool {
	stay := s.findUsedSets()
	for set := range s.Sets {
		stay[set] = stay[set] || s.isLent(set)
	}
	for set, same := range s.findEqualSets(want) {
		stay[set] = stay[set] || same
	}
	return stay
}

// findEqualSets returns the sets of want that the server holds, element for element.
func (s *State) findEqualSets(want *policies.RoutingPolicy) map[Object]bool {
	same := make(map[Object]bool)
	for _, set := range want.Sets {
		held, there := s.Sets[ObjectOf(set)]
		same[ObjectOf(set)] = there && held.SameAs(set.Elements)
	}
	return same
}

// findUsedSets returns the sets to which statements in our policies refer, without those of orphans.
func (s *State) findUsedSets() map[Object]bool {
	return setsOf(s.statementsNamed(slices.Concat(s.Import, withoutElements(s.Export, s.idleExports()))))
}

// statementsNamed returns the statements of these names.
func (s *State) statementsNamed(names []string) []policies.Statement {
	out := make([]policies.Statement, len(names))
	for i, name := range names {
		out[i] = s.Statements[name].Statement
	}
	return out
}

// isGateUsed says whether a statement of our policies refers to the gate.
func (s *State) isGateUsed(gate string) bool {
	return slices.ContainsFunc(slices.Concat(s.Import, s.Export), func(name string) bool {
		return s.Statements[name].Gate.Set == gate
	})
}

// String counts what changes, for a log.
func (c *Change) String() string {
	count := func(p *policies.RoutingPolicy) int { return len(p.Import) + len(p.Export) }
	return fmt.Sprintf("%d statements to %d, %d calls", count(c.Old), count(c.New), len(c.Calls()))
}
