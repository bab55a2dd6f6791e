package plan

import (
	"net/netip"
	"slices"
)

// Gate returns the name of the change's gate; "" if it has none.
func (c *Change) Gate() string {
	if len(c.Live) == 0 {
		return ""
	}
	return c.Live[0].Name
}

// Assignments returns the calls after the live one that members notice: clients
// get their lists, or lose our place in them.
func (c *Change) Assignments() []Call { return c.finishing(true) }

// Cleaning returns the calls that no member notices, once all others are made.
func (c *Change) Cleaning() []Call { return c.finishing(false) }

func (c *Change) finishing(assign bool) []Call {
	return slices.DeleteFunc(slices.Clone(c.Finish), func(call Call) bool { return (call.Verb == Assign) != assign })
}

// Closing returns the call that takes the new generation out and lets the old one
// in again, if s says that the gate is open.
func (c *Change) Closing(s *State) []Call {
	if gate := c.Gate(); gate != "" && s.Gates[gate] == Open {
		return []Call{{Verb: CloseGate, Name: gate}}
	}
	return nil
}

// Restoring returns the calls that put back the lists that the change has
// assigned. What somebody has changed since stays as it is.
func (c *Change) Restoring(s *State) []Call {
	var calls []Call
	for _, restore := range c.Restore {
		assigned := slices.IndexFunc(c.Calls(), func(call Call) bool {
			return call.Verb == Assign && call.Client == restore.Client && call.Import == restore.Import
		})
		if assigned >= 0 && slices.Equal(s.list(restore.Client, restore.Import), c.Calls()[assigned].Policies) {
			calls = append(calls, restore)
		}
	}
	return calls
}

// list returns a client's policies in one direction.
func (s *State) list(client netip.Addr, isImport bool) []string {
	for _, c := range s.Clients {
		if c.Address == client && isImport {
			return c.Import.Policies
		} else if c.Address == client {
			return c.Export.Policies
		}
	}
	return nil
}

// Holds says whether s is what the plan leads to, whoever brought it there.
func (p *Plan) Holds(s *State) bool {
	if p.Clear {
		return Clear(s, p.ID).Empty()
	}
	return s.Import != nil && slices.Equal(s.Import, names(p.Change.New.Import)) &&
		len(s.Strange) == 0 && len(s.Gates) == 0 && len(s.Unanchored()) == 0
}

// Obstacles returns why p cannot be applied to s: nothing but a lock, or a change
// that was cut off and can be recovered, keeps a plan from taking everything of ours
// out.
func (p *Plan) Obstacles(s *State) []Obstacle {
	all := s.Obstacles()
	if !p.Clear {
		return all
	}
	_, err := Recover(s)
	return slices.DeleteFunc(all, func(o Obstacle) bool { return o.Code != Locked && (o.Code != CutOff || err != nil) })
}

// Marking returns the calls that leave the mark of p in s, and no other.
func (p *Plan) Marking(s *State) []Call {
	if p.ID == "" {
		return nil
	}
	return s.remark(p.ID, len(p.Change.New.Import) != 0)
}

// HalfWay returns the change that s stands in the middle of, as far as the
// statements tell: those that go when the gate opens, and those that come.
func (s *State) HalfWay() *Change {
	return &Change{
		Old: s.generation(func(st Statement) bool { return st.Gate.Set == "" || st.Gate.Invert }),
		New: s.generation(func(st Statement) bool { return st.Gate.Set == "" || !st.Gate.Invert }),
	}
}

// CutOff says whether a change stands half-way in s.
func (s *State) CutOff() bool {
	return slices.ContainsFunc(s.Obstacles(), func(o Obstacle) bool { return o.Code == CutOff })
}
