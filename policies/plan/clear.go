package plan

import (
	"slices"

	"depeer/policies"
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
	c := &Change{Old: s.InForce(), New: nothing, Unsure: s.unsure()}
	c.Prepare = s.litter(nothing)
	taken := s.taking(policies.ImportPolicy, s.Import)
	switch gate := GatePrefix + id; {
	case len(s.Import) == 0:
	case s.gateable():
		c.Prepare = append(c.Prepare, s.enter(nothing, gate)...)
		c.Live = []Call{{Verb: OpenGate, Name: gate}}
		c.Finish = taken
	default:
		c.Live = taken
	}
	c.Finish = append(c.Finish, s.taking(policies.ExportPolicy, without(s.Export, s.idle()))...)
	c.Finish = append(c.Finish, s.deleting()...)
	if gate := c.Gate(); gate != "" {
		c.Finish = append(c.Finish, Call{Verb: DeleteGate, Name: gate})
	}
	assign, restore := s.unanchor()
	c.Finish, c.Restore = append(c.Finish, assign...), restore
	c.shutSessions(s, nil)
	c.Finish = append(c.Finish, s.remark(id, false, false)...)
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

// gateable says whether every statement of "depeer" can be put behind a gate.
func (s *State) gateable() bool {
	return !slices.ContainsFunc(s.Import, func(name string) bool {
		return s.Statements[name].Gate.Set != "" || s.strange(Object{StatementObject, name})
	})
}

// taking returns the call that takes the statements out of a policy of ours.
func (s *State) taking(policy string, statements []string) []Call {
	if len(statements) == 0 {
		return nil
	}
	return []Call{{Verb: TakeStatements, Policy: policy, Take: statements}}
}

// deleting returns the calls that delete the statements of our policies and what
// only they refer to, and all strange sets.
func (s *State) deleting() []Call {
	var calls []Call
	for _, name := range slices.Concat(s.Import, without(s.Export, s.idle())) {
		calls = append(calls, Call{Verb: DeleteStatement, Name: name})
	}
	used, sets := s.used(), make(map[Object]bool)
	for set := range s.Sets {
		if used[set] { // others are litter, and gone
			sets[set] = true
		}
	}
	for _, strange := range s.Strange {
		_, gate := s.Gates[strange.Object.Name]
		notes := strange.Object == Object{CommunitySet, SessionSet} // ours are forgotten one by one
		if strange.Object.Kind <= LargeCommunitySet && !notes && !(gate && strange.Object.Kind == NeighborSet) &&
			!s.hasSet(strange.Object) {
			sets[strange.Object] = true
		}
	}
	for _, set := range sortedObjects(sets) {
		if !s.lent(set) {
			calls = append(calls, Call{Verb: DeleteSet, Kind: set.Kind, Name: set.Name})
		}
	}
	for _, gate := range sorted(s.Gates) {
		if s.guards(gate) {
			calls = append(calls, Call{Verb: DeleteGate, Name: gate})
		}
	}
	return calls
}

// strange says whether an object is not what we make.
func (s *State) strange(o Object) bool {
	return slices.ContainsFunc(s.Strange, func(strange Strange) bool { return strange.Object == o })
}

// lent says whether somebody else's policy refers to an object of ours.
func (s *State) lent(o Object) bool {
	return slices.ContainsFunc(s.Strange, func(strange Strange) bool { return strange.Object == o && strange.Used })
}

// unsure says whether something is in force that our words do not tell.
func (s *State) unsure() bool {
	return len(s.Strange) > 0 && len(s.Import) > 0
}
