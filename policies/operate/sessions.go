package operate

import (
	"fmt"
	"strings"

	"depeer/policies/guard"
	"depeer/policies/plan"
)

// RememberSessions returns state with the sessions that were shut by what was applied last
// from this machine: a reload wipes the daemon's own notes of them.
func RememberSessions(state *plan.State, last *plan.Plan) *plan.State {
	if last == nil {
		return state
	}
	return state.Remember(last.Change.New.Sessions)
}

// rememberLastSessions is RememberSessions for the off-switch, which works without a history.
func (o *Operator) rememberLastSessions(state *plan.State, address string) *plan.State {
	return RememberSessions(state, o.findLastKnown(address))
}

// findLastKnown returns the plan that was applied last to a target; nil where none was, or the
// history cannot be read.
func (o *Operator) findLastKnown(address string) *plan.Plan {
	store, err := o.Store()
	var last *plan.Plan
	if err == nil {
		last, err = readLastApplied(store, address)
	}
	if err != nil {
		o.Log.Warn("what was applied before is not known", "error", err)
		return nil
	}
	return last
}

// addRoutes fills in how many routes each session cuts off.
func addRoutes(sessions []plan.SessionChange, state *plan.State) []plan.SessionChange {
	for i := range sessions {
		for _, c := range state.Clients {
			if c.Address == sessions[i].Address {
				sessions[i].Routes = c.Accepted
			}
		}
	}
	return sessions
}

// allowSessions notes in a way back how many sessions it shuts again, if that is
// allowed.
func allowSessions(p *plan.Plan, allowed guard.Override, whatever bool) error {
	g := plan.JudgeSessions(&p.Change, allowed, p.Members)
	if whatever {
		allowed = guard.UpTo(g.Value)
	}
	if g.OK || whatever {
		if delete(p.Overrides, guard.AllowSessions); g.Value > 0 {
			if p.Overrides == nil {
				p.Overrides = plan.Overrides{}
			}
			p.Overrides[guard.AllowSessions] = allowed
		}
		return nil
	}
	var members []string
	for _, session := range p.Change.SessionChanges() {
		if session.Change == "shut" {
			members = append(members, fmt.Sprintf("AS%s %s", session.ASN, session.Address))
		}
	}
	return &Error{Kind: Guarded, Name: "guard", Hint: fmt.Sprintf("%s %d, if it is meant", g.Flag, g.Value),
		Err: fmt.Errorf("going back shuts %s again: %s", Count(g.Value, "session"), strings.Join(members, ", "))}
}
