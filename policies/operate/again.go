package operate

import (
	"maps"

	"depeer/policies/guard"
	"depeer/policies/plan"
)

// PutBack makes a plan that puts back what an earlier one has put in, whatever has become of
// it, and whatever lists ask for now.
func (o *Operator) PutBack(t Target, state *plan.State, last *plan.Plan) *plan.Plan {
	want := last.Change.New
	if last.Then != nil {
		want = last.Then
	}
	id := NewID()
	change := plan.To(RememberSessions(state, last), want, id)
	change.KeepPlaces(&last.Change)
	p := o.NewPlan(t, state, id, *change)
	p.Lists, p.Providers, p.At = last.Lists, last.Providers, last.At
	p.Overrides, p.Limits, p.Counted = maps.Clone(last.Overrides), last.Limits, last.Counted
	// The sessions that it shuts again were named when that was allowed: no other ones are.
	if g := plan.JudgeSessions(&p.Change, guard.Override{}, p.Members); g.Value > 0 {
		if p.Overrides == nil {
			p.Overrides = plan.Overrides{}
		}
		p.Overrides[guard.AllowSessions] = guard.UpTo(g.Value)
	}
	return p
}
