package plan

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// Ready returns an error unless the live call may be made. s was read after the preparing calls. It must have
// the gate of p, closed, and behind it the old generation and the new one, with exactly the planned
// contents. A reload or an edit in between gives an error.
func (p *Plan) Ready(s *State) error { return p.Change.checkGate(s, Closed) }

// Stands returns an error unless cleaning up may begin: everything must be as in Ready, with the gate open.
// After a reload, the live call still answers OK, on a gate to which no statement refers. Deleting the old
// generation then would delete what the file has loaded.
func (p *Plan) Stands(s *State) error { return p.Change.checkGate(s, Open) }

func (c *Change) checkGate(s *State, want GateState) error {
	if err := c.checkNoted(s); err != nil {
		return err
	}
	gate := c.Gate()
	old, new := c.Old.Import, c.New.Import
	generations := []*policies.RoutingPolicy{c.Old, c.New}
	if len(c.Live) == 0 {
		generations = generations[:1]
	}
	if err := s.holdsExports(generations...); err != nil {
		return err
	}
	switch {
	case gate == "" && len(c.Live) == 0:
		return s.checkStatements(old, nil, "", c.Old)
	case gate == "" && want == Closed:
		return nil // the live call removes whatever is there
	case gate == "":
		return s.checkStatements(nil, new, "", c.New)
	}
	state, there := s.Gates[gate]
	if !there {
		return fmt.Errorf("gate %s is gone", gate)
	}
	if state != want {
		return fmt.Errorf("gate %s is %s, not %s", gate, state, want)
	}
	return s.checkStatements(old, new, gate, c.Old, c.New)
}

// checkNoted returns an error unless the daemon has notes of all that c will do to sessions.
func (c *Change) checkNoted(s *State) error {
	for _, call := range c.Prepare {
		for _, n := range call.Notes {
			if !slices.Contains(s.Sessions, n) {
				return fmt.Errorf("it is not noted any more that the session of %s is %s", n.Member, n.Kind)
			}
		}
	}
	return nil
}

// checkStatements returns an error unless "depeer" has exactly the old and the new statements, each on its
// side of the gate, and the server has the sets of both generations.
func (s *State) checkStatements(old, new []policies.Statement, gate string,
	generations ...*policies.RoutingPolicy) error {
	if s.Import == nil && len(old)+len(new) > 0 {
		return fmt.Errorf("policy %s is not defined any more", policies.ImportPolicy)
	}
	if want := slices.Concat(statementNames(old), statementNames(new)); !slices.Equal(s.Import, want) {
		return fmt.Errorf("policy %s has %d statements, %q, and not the %d that are planned, %q", policies.ImportPolicy,
			len(s.Import), s.Import, len(want), want)
	}
	for i, st := range slices.Concat(old, new) {
		want := Gate{Set: gate, Invert: gate != "" && i < len(old)}
		got := s.Statements[st.Name]
		if got.Gate != want {
			return fmt.Errorf("statement %s is behind %+v, not %+v", st.Name, got.Gate, want)
		}
		if !sameStatement(got.Statement, st) {
			return fmt.Errorf("statement %s has been changed", st.Name)
		}
	}
	for _, p := range generations {
		if err := s.hasSets(p); err != nil {
			return err
		}
	}
	return nil
}

func sameStatement(a, b policies.Statement) bool {
	return a.Name == b.Name && a.Conditions == b.Conditions && actionsText(a.Actions) == actionsText(b.Actions)
}

// hasSets says whether the server holds the sets of p, element for element.
func (s *State) hasSets(p *policies.RoutingPolicy) error {
	same := s.findEqualSets(p)
	for _, s := range p.Sets {
		if set := ObjectOf(s); !same[set] {
			return fmt.Errorf("%s is not what is planned", set)
		}
	}
	return nil
}
