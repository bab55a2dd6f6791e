package plan

import (
	"fmt"
	"slices"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// Side says whether a change that was cut off is before its live call or after it.
type Side uint8

const (
	Whole  Side = iota // no change stands half-way; there may be orphans
	Before             // the gate is closed: the change is undone
	After              // the gate is open, or gone already: the change is finished
)

// String returns what a recovery does.
func (s Side) String() string {
	switch s {
	case Whole:
		return "nothing half-way"
	case Before:
		return "undo"
	case After:
		return "finish"
	default:
		panic(fmt.Sprintf("plan: no side %d", uint8(s)))
	}
}

// Recovery is the calls that lead a route server out of a change that was cut off. None of them is live:
// what is in force stays in force.
type Recovery struct {
	Side  Side
	Calls []Call
}

// Recover finds out from s alone whether a change was cut off before its live call or after it, at any call,
// including those of a recovery. If s fits neither, it returns an error: somebody has edited the policy.
func Recover(s *State) (*Recovery, error) {
	gate, err := s.theGate()
	if err != nil {
		return nil, err
	}
	if gate == "" {
		r := &Recovery{Whole, s.removeOrphans(&policies.RoutingPolicy{})}
		if session.HalfDone(s.Sessions) {
			r.Side, r.Calls = After, append(r.Calls, s.goOnWithSessions()...)
		}
		return r, nil
	}
	open := s.Gates[gate] == Open
	r := &Recovery{Side: Before}
	if open {
		r.Side = After
	}
	var out, held []string
	for _, name := range s.Import {
		switch st := s.Statements[name]; {
		case st.Gate.Set == "":
		case st.Gate.Invert == open:
			out = append(out, name)
		default:
			held = append(held, name)
		}
	}
	r.Calls = s.extricateStatements(gate, out, held)
	if open {
		r.Calls = append(r.Calls, s.goOnWithSessions()...)
	} else {
		r.Calls = append(s.giveUpSessions(), r.Calls...)
	}
	return r, nil
}

// extricateStatements returns the calls that remove the statements, with the export statements that belong to
// them, clean up, and remove the gate from the held ones. Statements in no policy go first, because they can
// refer to sets and to the gate.
func (s *State) extricateStatements(gate string, out, held []string) []Call {
	var calls []Call
	for _, name := range sortedKeys(s.Statements) {
		if !slices.Contains(s.Import, name) && !slices.Contains(s.Export, name) {
			calls = append(calls, Call{Verb: DeleteStatement, Name: name})
		}
	}
	stay := withoutElements(s.Import, out)
	exports := withoutElements(s.exportsOf(s.Import), s.exportsOf(stay))
	exports = append(exports, s.idleExports()...)
	kept := s.statementsNamed(slices.Concat(stay, withoutElements(s.Export, exports)))
	calls = append(calls, s.removeStatements(out, exports, setsOf(kept))...)
	for _, name := range held {
		calls = append(calls, Call{Verb: Release, Name: name, Gate: s.Statements[name].Gate})
	}
	for _, name := range sortedKeys(s.Gates) {
		calls = append(calls, Call{Verb: DeleteGate, Name: name})
	}
	return calls
}

// theGate returns the one gate to which statements of "depeer" refer; "" if there is none.
func (s *State) theGate() (string, error) {
	var gate string
	for _, name := range s.Import {
		g := s.Statements[name].Gate
		switch {
		case g.Set == "":
			continue
		case gate != "" && gate != g.Set:
			return "", fmt.Errorf("statements stand behind two gates, %s and %s", gate, g.Set)
		}
		gate = g.Set
	}
	if gate == "" {
		return "", nil
	}
	state, there := s.Gates[gate]
	if !there || state == Modified {
		return "", fmt.Errorf("gate %s is neither closed nor open: somebody has changed it", gate)
	}
	return gate, nil
}
