package plan

import (
	"slices"

	"depeer/policies"
)

// givesPlace says whether c, an Assign, gives a client our place in its list; else it takes that.
func (c Call) givesPlace() bool {
	ours := policies.ExportPolicy
	if c.Import {
		ours = policies.ImportPolicy
	}
	return slices.Contains(c.Policies, ours)
}

// TakePlaces has the change, a way back that was made by To from s, take back the places in
// clients' lists that an earlier change, which is undone by it, has given: these clients obeyed
// nothing of ours before. It gives no such place, and none at all where it leads to nothing.
func (c *Change) TakePlaces(s *State, undone *Change) {
	given := func(call Call) bool {
		return call.Verb == Assign && slices.ContainsFunc(undone.Calls(), func(other Call) bool {
			return call.Replaces(other) && other.givesPlace()
		})
	}
	giving := func(call Call) bool { return call.Verb == Assign && (given(call) || len(c.New.Import) == 0) }
	c.Prepare = slices.DeleteFunc(slices.Clone(c.Prepare), giving)
	c.Finish = slices.DeleteFunc(slices.Clone(c.Finish), giving)
	assign, restore := s.unanchorClients()
	other := func(call Call) bool { return !given(call) }
	c.Finish = append(slices.DeleteFunc(assign, other), c.Finish...)
	c.Restore = append(slices.DeleteFunc(slices.Clone(c.Restore), giving), slices.DeleteFunc(restore, other)...)
}

// KeepPlaces has the change, which puts back what an earlier one has put in, give no place in
// clients' lists that the earlier one has taken.
func (c *Change) KeepPlaces(earlier *Change) {
	taken := func(call Call) bool { return call.Verb == Assign && call.givesPlace() && earlier.takesPlace(call) }
	c.Prepare = slices.DeleteFunc(slices.Clone(c.Prepare), taken)
	c.Finish = slices.DeleteFunc(slices.Clone(c.Finish), taken)
	c.Restore = slices.DeleteFunc(slices.Clone(c.Restore),
		func(restore Call) bool { return earlier.takesPlace(restore) })
}

// takesPlace says whether c takes the place that other, an Assign, is about.
func (c *Change) takesPlace(other Call) bool {
	return slices.ContainsFunc(c.Calls(), func(call Call) bool { return call.Replaces(other) && !call.givesPlace() })
}

// leadsTo says whether s needs no call to be as p leads to: a place that p has taken is none to
// give.
func (p *Plan) leadsTo(s *State) bool {
	return !slices.ContainsFunc(To(s, p.Change.New, p.ID).Calls(), func(call Call) bool {
		return call.Verb != Mark && call.Verb != Unmark && (call.Verb != Assign || !p.Change.takesPlace(call))
	})
}
