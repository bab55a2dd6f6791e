package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
)

// Gate returns the name of the change's gate; "" if it has none.
func (c *Change) Gate() string {
	if len(c.Live) == 0 {
		return ""
	}
	return c.Live[0].Name
}

// Assigning returns the calls after the live call that change routes: they put our policies into clients'
// lists, or remove our policy from import lists.
func (c *Change) Assigning() []Call { return c.finishingCalls(true) }

// Cleaning returns the other calls of Finish, which come after the proof. Among them are those that remove our
// policy from export lists: until then it strips tags, which routes lose only by the resets.
func (c *Change) Cleaning() []Call { return c.finishingCalls(false) }

func (c *Change) finishingCalls(assign bool) []Call {
	return slices.DeleteFunc(slices.Clone(c.Finish), func(call Call) bool { return call.isNoticed() != assign })
}

// isNoticed says whether c puts our policy into a client's list, or removes it from an import list.
func (c Call) isNoticed() bool {
	return c.Verb == Assign && (c.Import || slices.Contains(c.Policies, policies.ExportPolicy))
}

// Assignable returns an error if the lists that Assigning replaces are no longer those that the change was
// planned for. gobgpd has no compare-and-swap: apply asks just before it assigns.
func (c *Change) Assignable(s *State) error { return c.checkReplaceable(s, c.Assigning()) }

// Leavable is Assignable for the lists that Cleaning replaces.
func (c *Change) Leavable(s *State) error { return c.checkReplaceable(s, c.Cleaning()) }

func (c *Change) checkReplaceable(s *State, calls []Call) error {
	for _, call := range calls {
		now, there := s.findClient(call.Client)
		if !there || s.asItsGroup(now, call.Import) {
			continue // a dynamic neighbor whose session has ended, or a new session of it
		}
		for _, restore := range c.Restore {
			if list := now.listOf(call.Import); restore.Replaces(call) && !slices.Equal(list, restore.Policies) {
				return fmt.Errorf("the list of client %s is %q now, and not %q", call.Client, list, restore.Policies)
			}
		}
	}
	return nil
}

// Anchoring returns the calls of Assigning that are left, by the lists of s. It includes lists that got our
// policies while preparing.
func (p *Plan) Anchoring(s *State) []Call { return p.placingCalls(s, true) }

// Leaving returns the assignments of Cleaning that are left.
func (p *Plan) Leaving(s *State) []Call { return p.placingCalls(s, false) }

func (p *Plan) placingCalls(s *State, noticed bool) []Call {
	give, _ := s.anchorClients()
	take, _ := s.unanchorClients()
	planned := p.Change.Calls()
	return slices.DeleteFunc(slices.Concat(give, take), func(call Call) bool {
		c, _ := s.findClient(call.Client)
		again := !call.givesPlace() && noticed && s.asItsGroup(c, call.Import) // its session is a new one
		return call.isNoticed() != noticed || again || !slices.ContainsFunc(planned, func(other Call) bool {
			return call.Replaces(other) && call.givesPlace() == other.givesPlace()
		})
	})
}

// Replaces says whether c assigns the list that other does.
func (c Call) Replaces(other Call) bool {
	return c.Verb == Assign && other.Verb == Assign && c.Client == other.Client && c.Import == other.Import
}

// Before says whether exactly the old policy is in force, and After the new one, with all sets. Both are
// true if the change changes no policy.
func (c *Change) Before(s *State) bool { return s.runsPolicy(c.Old) }

// After: see Before.
func (c *Change) After(s *State) bool { return s.runsPolicy(c.New) }

func (s *State) runsPolicy(p *policies.RoutingPolicy) bool {
	now := s.InForce()
	return slices.EqualFunc(now.Import, p.Import, sameStatement) &&
		slices.EqualFunc(now.Export, p.Export, sameStatement) && s.hasSets(p) == nil
}

// Undone returns an error unless s is as it was before the change: the old policy without a gate, clients'
// lists and sessions as they were, and no leftovers. cut is as in SessionsBack.
func (c *Change) Undone(s *State, cut ...netip.Addr) error {
	if len(c.Old.Import) > 0 || s.Import != nil { // without a definition nothing is in force
		if err := s.checkStatements(c.Old.Import, nil, "", c.Old); err != nil {
			return err
		}
	}
	if s.Export != nil {
		if err := s.holdsExports(c.Old); err != nil {
			return err
		}
	}
	if calls := c.Restoring(s); len(calls) > 0 {
		return fmt.Errorf("client %s has not got its list back", calls[0].Client)
	}
	if calls := c.SessionsBack(s, cut...); len(calls) > 0 {
		return fmt.Errorf("sessions are not as they were: %s", calls[0])
	}
	if left := s.removeOrphans(c.Old); len(left) > 0 {
		return fmt.Errorf("%d objects are left over", len(left))
	}
	return nil
}

// Closing returns the call that closes the gate, if it is open in s: it puts the old generation in force
// again, and the new one out of force.
func (c *Change) Closing(s *State) []Call {
	if gate := c.Gate(); gate != "" && s.Gates[gate] == Open {
		return []Call{{Verb: CloseGate, Name: gate}}
	}
	return nil
}

// Restoring returns the calls that put back the lists that the change has assigned. It leaves lists that
// were changed since.
func (c *Change) Restoring(s *State) []Call {
	var calls []Call
	for _, assigned := range c.Calls() {
		if assigned.Verb != Assign {
			continue
		}
		now, there := s.findClient(assigned.Client)
		if !there || !slices.Equal(now.listOf(assigned.Import), assigned.Policies) {
			continue
		}
		if i := slices.IndexFunc(c.Restore, assigned.Replaces); i >= 0 {
			calls = append(calls, c.Restore[i])
		}
	}
	return calls
}

// findClient returns the neighbor of an address, if there is one.
func (s *State) findClient(address netip.Addr) (Client, bool) {
	i := slices.IndexFunc(s.Clients, func(c Client) bool { return c.Address == address })
	if i < 0 {
		return Client{}, false
	}
	return s.Clients[i], true
}

// WayBack says whether the plan only removes everything of ours.
func (p *Plan) WayBack() bool { return p.Clear && p.Then == nil }

// Wanted returns the policy that the plan leads to in the end.
func (p *Plan) Wanted() *policies.RoutingPolicy {
	if p.Then != nil {
		return p.Then
	}
	return p.Change.New
}

// Holds says whether s is what the plan leads to, whichever change has led there.
func (p *Plan) Holds(s *State) bool {
	switch {
	case len(p.PolicyLists) > 0:
		return !slices.ContainsFunc(p.PolicyLists, func(c ListChange) bool { return !c.Made(s) })
	case len(s.Conflicts) > 0:
		return false
	case p.Then != nil:
		return s.Import != nil && To(s, p.Then, p.ID).Empty()
	case p.Clear:
		return !slices.ContainsFunc(Clear(s, p.ID).Calls(), func(call Call) bool {
			c, _ := s.findClient(call.Client)
			if call.Verb == Unmark {
				return !strings.HasPrefix(call.Mark, RollbackMark) // another machine went back to nothing
			}
			return call.Verb != Assign || !s.asItsGroup(c, call.Import) // new sessions have ours again: it does nothing
		})
	default:
		return s.Import != nil && p.leadsTo(s)
	}
}

// Obstacles returns why p cannot be applied to s. Only a lock, or a change that was cut off and can be
// recovered, stops a plan that removes everything of ours, or that puts lists back. If a policy is to be
// put in after a Clear, lost lists stop it, too.
func (p *Plan) Obstacles(s *State) []Obstacle {
	all := slices.DeleteFunc(s.Obstacles(), p.acceptsObstacle)
	if !p.Clear && len(p.PolicyLists) == 0 {
		all = append(all, ChoiceObstacles(s, p.Change.New)...)
		for _, g := range JudgeAddPath(s, p.Change.New) {
			all = append(all, Obstacle{Stuck, g.Member.String(),
				"has chosen, and is sent several paths for a prefix (add-path): nothing would be taken back from it"})
		}
		return all
	}
	_, err := Recover(s)
	return slices.DeleteFunc(all, func(o Obstacle) bool {
		return o.Code != Locked && (o.Code != CutOff || err != nil) &&
			(o.Code != ListsLost && o.Code != Rejecting || p.Then == nil)
	})
}

// Empty says whether p has nothing to do.
func (p *Plan) Empty() bool { return p.Change.Empty() && len(p.PolicyLists) == 0 }

// HalfWay returns the plan of the change that s stands in the middle of, as far as s tells: the old and the
// new statements, and the gate's name. Its only calls set the marker, and put our policies into the lists
// that lack them.
func (s *State) HalfWay() *Plan {
	p := &Plan{Server: s.Server, Change: Change{
		Old: s.selectGeneration(func(st Statement) bool { return st.Gate.Set == "" || st.Gate.Invert }),
		New: s.selectGeneration(func(st Statement) bool { return st.Gate.Set == "" || !st.Gate.Invert }),
	}}
	if gate, err := s.theGate(); err == nil && gate != "" {
		p.ID = strings.TrimPrefix(gate, GatePrefix)
		if len(p.Change.New.Import) > 0 {
			p.Change.Finish, _ = s.anchorClients()
		}
		p.Change.Finish = append(p.Change.Finish, Call{Verb: Mark, Mark: p.ID})
	}
	return p
}
