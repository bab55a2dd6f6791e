package plan

import (
	"slices"
	"strings"
)

// The marker set tells every machine which plan is in force: it holds the plan's ID. If that plan was a
// rollback, it also holds the ID after RollbackMark, even if the rollback leads to no policy. Versions
// without RollbackMark take that for the ID of an unknown plan, and remove it with the next change. A clear
// leaves no marker.

// RollbackMark is the prefix of the mark of a rollback. No ID begins with it.
const RollbackMark = "rollback-"

// ReadMarks returns the IDs of applied plans in the marker set, and the IDs of those that were rollbacks.
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

// replaceMarks returns the calls that leave only the marks of the plan with this id.
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

// MarkRollback makes the change mark itself as a rollback, for other machines. To has made the change, from
// the same s and id.
func (c *Change) MarkRollback(s *State, id string) {
	c.Finish = slices.DeleteFunc(c.Finish, func(call Call) bool { return call.Verb == Mark || call.Verb == Unmark })
	c.Finish = append(c.Finish, s.replaceMarks(id, len(c.New.Import) != 0, true)...)
}

// Unmarking returns the calls that remove the marks of rollbacks, and keep all others: the policy in force
// is then what is wanted.
func (s *State) Unmarking() []Call {
	var calls []Call
	for _, id := range s.RolledBack {
		calls = append(calls, Call{Verb: Unmark, Mark: RollbackMark + id})
	}
	return calls
}

// Marking returns the calls that leave only the marks of p in s.
func (p *Plan) Marking(s *State) []Call {
	if p.ID == "" || !slices.ContainsFunc(p.Change.Finish,
		func(c Call) bool { return c.Verb == Mark || c.Verb == Unmark }) {
		return nil
	}
	back := slices.ContainsFunc(p.Change.Finish,
		func(c Call) bool { return c.Verb == Mark && strings.HasPrefix(c.Mark, RollbackMark) })
	return s.replaceMarks(p.ID, len(p.Change.New.Import) != 0, back)
}

// Follows returns the mark of the plan that was applied before p; "" if there was none.
func (p *Plan) Follows() string {
	for _, call := range p.Change.Finish {
		if call.Verb == Unmark && !strings.HasPrefix(call.Mark, RollbackMark) {
			return call.Mark
		}
	}
	return ""
}
