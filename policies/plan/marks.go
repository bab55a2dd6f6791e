package plan

import (
	"slices"
	"strings"
)

// The marker set tells every machine what was done last: the ID of the plan that is in force,
// and, where that went back to an earlier policy, the ID once more behind RollbackMark. It
// tells so also where the way back leads to nothing. Versions that know no RollbackMark read
// it as the ID of a plan that they do not know, and take it out with the next change. A clear
// leaves no mark.

// RollbackMark is what the mark of a way back begins with; IDs do not.
const RollbackMark = "rollback-"

// ReadMarks sorts the marks of the marker set into plans that were applied, and those of them
// that went back.
func ReadMarks(marks []string) (applied, rolledBack []string) {
	for _, mark := range marks {
		if id, back := strings.CutPrefix(mark, RollbackMark); back {
			rolledBack = append(rolledBack, id)
		} else {
			applied = append(applied, mark)
		}
	}
	return applied, rolledBack
}

// replaceMarks returns the calls that leave the marks of the plan id, and no other.
func (s *State) replaceMarks(id string, applied, back bool) []Call {
	var want []string
	if applied {
		want = append(want, id)
	}
	if back {
		want = append(want, RollbackMark+id)
	}
	now := slices.Clone(s.Applied)
	for _, id := range s.RolledBack {
		now = append(now, RollbackMark+id)
	}
	var calls []Call
	for _, mark := range withoutElements(want, now) {
		calls = append(calls, Call{Verb: Mark, Mark: mark})
	}
	for _, mark := range withoutElements(now, want) {
		calls = append(calls, Call{Verb: Unmark, Mark: mark})
	}
	return calls
}

// MarkRollback has the change leave a mark of its own that it is a way back, for other machines.
// It was made by To, from the same s and id.
func (c *Change) MarkRollback(s *State, id string) {
	c.Finish = slices.DeleteFunc(c.Finish, func(call Call) bool { return call.Verb == Mark || call.Verb == Unmark })
	c.Finish = append(c.Finish, s.replaceMarks(id, len(c.New.Import) != 0, true)...)
}

// Unmarking returns the calls that take off the marks of ways back, and keep all others: what
// is in force is to be so.
func (s *State) Unmarking() []Call {
	var calls []Call
	for _, id := range s.RolledBack {
		calls = append(calls, Call{Verb: Unmark, Mark: RollbackMark + id})
	}
	return calls
}

// Marking returns the calls that leave the marks of p in s, and no other.
func (p *Plan) Marking(s *State) []Call {
	if p.ID == "" || !slices.ContainsFunc(p.Change.Finish,
		func(c Call) bool { return c.Verb == Mark || c.Verb == Unmark }) {
		return nil
	}
	back := slices.ContainsFunc(p.Change.Finish,
		func(c Call) bool { return c.Verb == Mark && strings.HasPrefix(c.Mark, RollbackMark) })
	return s.replaceMarks(p.ID, len(p.Change.New.Import) != 0, back)
}

// Follows returns the mark of what was applied before p; "" if there was none.
func (p *Plan) Follows() string {
	for _, call := range p.Change.Finish {
		if call.Verb == Unmark && !strings.HasPrefix(call.Mark, RollbackMark) {
			return call.Mark
		}
	}
	return ""
}
