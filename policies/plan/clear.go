package plan

import (
	"slices"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// Clear returns the change from s, in whatever state it is, to nothing of ours: no
// statement, no set, no gate, no mark, no session shut by us, and our policies in no
// client's list (they stay defined, as the operator's file has them). The clients lose their places once
// nothing is in force, because what may come next is that the definitions are taken
// out of the file, and a policy that a list names and no file defines has the next
// reload reject all of that client's routes.
//
// Our place in lists of export goes last: it is to strip tags while routes have any.
//
// What has our names and is not ours goes as well: statements in our two policies,
// whatever they are, and sets. Policies called depeer/... stay, as nothing asks
// them but who has assigned them, and so does what somebody else's policies refer to.
//
// Statements that cannot take a gate, because they have a neighbor-set already, all go
// in one call that takes them out of the policy. That has no reverse call: the way
// back is To(s, c.Old). See Change.Unsure.
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

// Judged returns what of Old can be judged: without the statements that refer to a
// set which is not there or was emptied by hand, or ask for a neighbor. Wherever that leaves any out, the
// change is Unsure.
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

// takeStatementsOut returns the call that takes the statements out of a policy of ours.
func (s *State) takeStatementsOut(policy string, statements []string) []Call {
	if len(statements) == 0 {
		return nil
	}
	return []Call{{Verb: TakeStatements, Policy: policy, Take: statements}}
}

// deleteObjects returns the calls that delete the statements of our policies and what
// only they refer to, and all strange sets.
func (s *State) deleteObjects() []Call {
	var calls []Call
	for _, name := range slices.Concat(s.Import, withoutElements(s.Export, s.idleExports())) {
		calls = append(calls, Call{Verb: DeleteStatement, Name: name})
	}
	used, sets := s.findUsedSets(), make(map[Object]bool)
	for set := range s.Sets {
		if used[set] { // others are orphans, and gone
			sets[set] = true
		}
	}
	for _, conflict := range s.Conflicts {
		_, gate := s.Gates[conflict.Object.Name]
		notes := conflict.Object == Object{CommunitySet, session.SetName} // ours are forgotten one by one
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

// isConflict says whether an object is not what we make.
func (s *State) isConflict(o Object) bool {
	return slices.ContainsFunc(s.Conflicts, func(conflict Conflict) bool { return conflict.Object == o })
}

// isLent says whether a policy that is not ours refers to an object of ours.
func (s *State) isLent(o Object) bool {
	return slices.ContainsFunc(s.Conflicts, func(conflict Conflict) bool { return conflict.Object == o && conflict.Used })
}

// isUnsure says whether something is in force that a policy of ours cannot express.
func (s *State) isUnsure() bool {
	return len(s.Conflicts) > 0 && len(s.Import) > 0
}
