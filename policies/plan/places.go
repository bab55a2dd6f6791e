package plan

import (
	"slices"

	"depeer/policies"
)

// givesPlace says whether c, an Assign, puts our policy into a client's list. Otherwise it removes it.
func (c Call) givesPlace() bool {
	ours := policies.ExportPolicy
	if c.Import {
		ours = policies.ImportPolicy
	}
	return slices.Contains(c.Policies, ours)
}

// TakePlaces makes the change, a rollback that To has made from s, remove our policies from the lists into
// which the change that it undoes has put them: these clients had no policy of ours before. The change puts
// our policies into none of these lists, and into no list at all if it leads to no policy.
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

// KeepPlaces makes the change, which repeats an earlier one, put our policies into no list from which the
// earlier one has removed them.
func (c *Change) KeepPlaces(earlier *Change) {
	taken := func(call Call) bool { return call.Verb == Assign && call.givesPlace() && earlier.takesPlace(call) }
	c.Prepare = slices.DeleteFunc(slices.Clone(c.Prepare), taken)
	c.Finish = slices.DeleteFunc(slices.Clone(c.Finish), taken)
	c.Restore = slices.DeleteFunc(slices.Clone(c.Restore),
		func(restore Call) bool { return earlier.takesPlace(restore) })
}

// takesPlace says whether c removes our policy from the list that other, an Assign, is about.
func (c *Change) takesPlace(other Call) bool {
	return slices.ContainsFunc(c.Calls(), func(call Call) bool { return call.Replaces(other) && !call.givesPlace() })
}

// leadsTo says whether s is as p leads to, so that no call is needed. A list from which p has removed our
// policy does not need it.
func (p *Plan) leadsTo(s *State) bool {
	return !slices.ContainsFunc(To(s, p.Change.New, p.ID).Calls(), func(call Call) bool {
		return call.Verb != Mark && call.Verb != Unmark && (call.Verb != Assign || !p.Change.takesPlace(call))
	})
}
