package plan

import (
	"slices"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// Clear returns the change from any state s to one with nothing of ours: no statement, no set, no gate, no
// marker, no session that we have shut down, and our policies in no client's list. The definitions of
// our policies stay, because the operator's file has them. Lists lose our policies after nothing is in
// force any more. They must lose them: if a list names a policy that the file no longer defines, the next
// reload rejects all routes of that client.
//
// Export lists lose our policy last: it strips tags as long as routes have any.
//
// Conflicts go as well: all statements in our two policies, and sets with names of ours. Policies called
// depeer/... stay, because only lists that name them use them. Objects that other policies refer to stay.
//
// A statement that has a neighbor-set already cannot stand behind a gate. If there is one, a single call
// removes all statements from the policy. No call reverses that: the undo is To(s, c.Old). See
// Change.Unsure.
func Clear(s *State, id string) *Change {
	nothing := &policies.RoutingPolicy{}
	c := &Change{Old: s.InForce(), New: nothing, Unsure: s.isUnsure()}
	c.Prepare = s.removeOrphans(nothing)
	taken := s.takeStatementsOut(policies.ImportPolicy, s.Import)
	switch gate := GatePrefix + id; {
	case len(s.Import) == 0:
	case s.isGateable():
		c.Prepare = append(c.Prepare, s.enterGeneration(nothing, gate)...)
		c.Live = []Call{{Verb: OpenGate, Name: gate}}
		c.Finish = taken
	default:
		c.Live = taken
	}
	c.Finish = append(c.Finish, s.takeStatementsOut(policies.ExportPolicy,
		withoutElements(s.Export, s.idleExports()))...)
	c.Finish = append(c.Finish, s.deleteObjects()...)
	if gate := c.Gate(); gate != "" {
		c.Finish = append(c.Finish, Call{Verb: DeleteGate, Name: gate})
	}
	assign, restore := s.unanchorClients()
	c.Finish, c.Restore = append(c.Finish, assign...), restore
	c.shutSessions(s, nil)
	c.Finish = append(c.Finish, s.replaceMarks(id, false, false)...)
	return c
}

// Judged returns the part of Old that package eval can judge. It omits statements with a condition on a
// neighbor, or on a set that is empty or not there. If it omits any, the change is Unsure.
func (c *Change) Judged() *policies.RoutingPolicy {
	filled := make(map[Object]bool)
	for _, set := range c.Old.Sets {
		filled[ObjectOf(set)] = set.Elements.Len() > 0
	}
	p := *c.Old
	p.Import = slices.DeleteFunc(slices.Clone(c.Old.Import), func(st policies.Statement) bool {
		return st.Conditions.NeighborSet.Set != "" ||
			slices.ContainsFunc(sortedObjects(setsOf([]policies.Statement{st})),
				func(o Object) bool { return !filled[o] })
	})
	return &p
}

// isGateable says whether every statement of "depeer" can be put behind a gate.
func (s *State) isGateable() bool {
	return !slices.ContainsFunc(s.Import, func(name string) bool {
		return s.Statements[name].Gate.Set != "" || s.isConflict(Object{StatementObject, name})
	})
}

// takeStatementsOut returns the call that removes all statements from a policy of ours.
func (s *State) takeStatementsOut(policy string, statements []string) []Call {
	if len(statements) == 0 {
		return nil
	}
	return []Call{{Verb: TakeStatements, Policy: policy, Take: statements}}
}

// deleteObjects returns the calls that delete the statements of our policies, the objects that only they
// refer to, and all sets that are conflicts.
func (s *State) deleteObjects() []Call {
	var calls []Call
	for _, name := range slices.Concat(s.Import, withoutElements(s.Export, s.idleExports())) {
		calls = append(calls, Call{Verb: DeleteStatement, Name: name})
	}
	used, sets := s.findUsedSets(), make(map[Object]bool)
	for set := range s.Sets {
		if used[set] { // the others were orphans, and are deleted already
			sets[set] = true
		}
	}
	for _, conflict := range s.Conflicts {
		_, gate := s.Gates[conflict.Object.Name]
		notes := conflict.Object == Object{CommunitySet, session.SetName} // ForgetSessions removes our notes one by one
		if conflict.Object.Kind <= LargeCommunitySet && !notes && !(gate && conflict.Object.Kind == NeighborSet) &&
			!s.hasSet(conflict.Object) {
			sets[conflict.Object] = true
		}
	}
	for _, set := range sortedObjects(sets) {
		if !s.isLent(set) {
			calls = append(calls, Call{Verb: DeleteSet, Kind: set.Kind, Name: set.Name})
		}
	}
	for _, gate := range sortedKeys(s.Gates) {
		if s.isGateUsed(gate) {
			calls = append(calls, Call{Verb: DeleteGate, Name: gate})
		}
	}
	return calls
}

// isConflict says whether an object is among the conflicts.
func (s *State) isConflict(o Object) bool {
	return slices.ContainsFunc(s.Conflicts, func(conflict Conflict) bool { return conflict.Object == o })
}

// isLent says whether a policy that is not ours refers to the object, which is a conflict.
func (s *State) isLent(o Object) bool {
	return slices.ContainsFunc(s.Conflicts,
		func(conflict Conflict) bool { return conflict.Object == o && conflict.Used })
}

// isUnsure says whether something is in force that a RoutingPolicy of ours cannot express.
func (s *State) isUnsure() bool {
	return len(s.Conflicts) > 0 && len(s.Import) > 0
}
