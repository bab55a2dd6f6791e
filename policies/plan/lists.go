package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
)

// Clients' lists hold the operator's own policies beside ours. If a reload finds a policy in a list that the
// file does not define, gobgpd 3.37 loses the whole list and its default. The next reload that defines the
// policy leaves the list empty, with the default accept (TestFactReloadLosesLists). So the lists are
// compared with what was last seen of them:
//
//	last seen        now              it is
//	[in]  reject     [depeer in] rej  as it was: ours do not count
//	[in]  reject     [new in]    rej  as it was: the operator may add policies
//	[in]  reject     []          acc  lost: policy in, and the default
//	[]    accept     []          rej  as it was: nothing is let through by it
//	[]    accept     []          none lost: gobgpd rejects, and no file asks for it
//
// A client that is gone, or is new, has lost nothing.

// Lists are the operator's policies of route-server clients, in order and without ours, and
// the clients' defaults. nil: nothing is known.
type Lists map[netip.Addr]ClientLists

// ClientLists are the lists of one client.
type ClientLists struct {
	Import Assignment `json:"import"`
	Export Assignment `json:"export"`
}

// listOf returns the list of one direction.
func (c ClientLists) listOf(isImport bool) Assignment {
	if isImport {
		return c.Import
	}
	return c.Export
}

// assignmentOf returns the list of one direction, ours included.
func (c Client) assignmentOf(isImport bool) Assignment {
	return ClientLists{c.Import, c.Export}.listOf(isImport)
}

// withoutOurs returns an assignment without our policies.
func (a Assignment) withoutOurs() Assignment {
	a.Policies = slices.DeleteFunc(append([]string{}, a.Policies...), isOurs)
	return a
}

func isOurs(policy string) bool {
	return policy == policies.ImportPolicy || policy == policies.ExportPolicy
}

// equal compares two assignments, in order.
func (a Assignment) equal(b Assignment) bool {
	return a.Default == b.Default && slices.Equal(a.Policies, b.Policies)
}

// Equal says whether two are the same.
func (l Lists) Equal(other Lists) bool {
	if len(l) != len(other) || (l == nil) != (other == nil) {
		return false
	}
	for client, lists := range l {
		o, there := other[client]
		if !there || !lists.Import.equal(o.Import) || !lists.Export.equal(o.Export) {
			return false
		}
	}
	return true
}

// Rejected returns the clients whose lists named an undefined policy when gobgpd read its file, one
// obstacle for each direction. Only then is a client's default None, and all its routes are rejected. These
// obstacles come before all others.
func (s *State) Rejected() []Obstacle {
	var out []Obstacle
	for _, d := range []struct {
		isImport bool
		what     string
	}{{true, "every route of %s is rejected"}, {false, "every route to %s is rejected"}} {
		var members []string
		for _, c := range s.Clients {
			if c.RouteServer && c.assignmentOf(d.isImport).Default == None {
				members = append(members, c.Address.String())
			}
		}
		if n := len(members); n == 1 {
			out = append(out, Obstacle{Rejecting, fmt.Sprintf(d.what, "1 member"),
				"a policy of its lists is not defined (" + members[0] + ")"})
		} else if n > 1 {
			out = append(out, Obstacle{Rejecting, fmt.Sprintf(d.what, fmt.Sprintf("%d members", n)),
				"a policy of their lists is not defined (" + FirstOf(members) + ")"})
		}
	}
	return out
}

// FirstOf writes the first three of names, and how many more there are.
func FirstOf(names []string) string {
	const few = 3
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// Lists returns the operator's lists as s has them. It omits a client whose default is None: no file sets
// that, so that its list was lost before.
func (s *State) Lists() Lists {
	lists := Lists{}
	for _, c := range s.Clients {
		if c.RouteServer && c.Import.Default != None && c.Export.Default != None {
			lists[c.Address] = ClientLists{c.Import.withoutOurs(), c.Export.withoutOurs()}
		}
	}
	return lists
}

// Recalling returns s with the operator's lists as they were last seen. LostLists, Obstacles and Drift
// compare the lists of s with these.
func (s *State) Recalling(lists Lists) *State {
	with := *s
	with.LastSeen = lists
	return &with
}

// LostList is what one list of a client has lost since it was last seen.
type LostList struct {
	Client   netip.Addr  `json:"client"`
	Import   bool        `json:"import"`             // the direction
	Policies []string    `json:"policies,omitempty"` // that stood in it
	Was      Disposition `json:"was"`                // its default
	Now      Disposition `json:"now"`
}

// String says what is lost, as a clause about the client.
func (l LostList) String() string {
	direction := directionOf(l.Import)
	var parts []string
	switch len(l.Policies) {
	case 0:
	case 1:
		parts = append(parts, fmt.Sprintf("policy %s is gone from its %s list", l.Policies[0], direction))
	default:
		parts = append(parts, fmt.Sprintf("policies %s are gone from its %s list", strings.Join(l.Policies, ", "),
			direction))
	}
	if l.Was != l.Now {
		parts = append(parts, fmt.Sprintf("its %s default was %s, and is %s", direction, l.Was, l.Now))
	}
	return strings.Join(parts, "; ")
}

func directionOf(isImport bool) string {
	if isImport {
		return "import"
	}
	return "export"
}

// LostLists returns what the clients' lists have lost since they were last seen, by client,
// import before export.
func (s *State) LostLists() []LostList {
	var out []LostList
	for _, c := range s.Clients {
		seen, known := s.LastSeen[c.Address]
		if !known || !c.RouteServer {
			continue
		}
		for _, isImport := range []bool{true, false} {
			was, now := seen.listOf(isImport), c.assignmentOf(isImport)
			lost := LostList{Client: c.Address, Import: isImport, Policies: withoutElements(was.Policies, now.Policies),
				Was: was.Default, Now: now.Default}
			if now.Default == Reject { // the operator has set that: a reload does not
				lost.Was = Reject
			}
			if len(lost.Policies) > 0 || lost.Was != lost.Now {
				out = append(out, lost)
			}
		}
	}
	return out
}

// toObstacle returns a lost list as an obstacle.
func (l LostList) toObstacle() Obstacle {
	return Obstacle{ListsLost, l.Client.String(), l.String()}
}

// ListDrift returns the lost lists of s as drift.
func ListDrift(s *State) []Drifted {
	var out []Drifted
	for _, l := range s.LostLists() {
		kind := ExportAssignment
		if l.Import {
			kind = ImportAssignment
		}
		out = append(out, Drifted{Object{kind, l.Client.String()}, l.Client, l.String()})
	}
	return out
}

// ListChange assigns a client another list of policies in one direction, and another default. One call
// assigns both, so that the client never has one without the other.
type ListChange struct {
	Client netip.Addr `json:"client"`
	Import bool       `json:"import"` // the direction
	Before Assignment `json:"before"`
	After  Assignment `json:"after"`
}

// Call returns the call that makes the change.
func (c ListChange) Call() Call {
	return Call{Verb: Assign, Client: c.Client, Import: c.Import, Policies: c.After.Policies, Default: c.After.Default}
}

// String describes the change in a line.
func (c ListChange) String() string {
	return fmt.Sprintf("%s of %s: %v, default %s -> %v, default %s", directionOf(c.Import), c.Client, c.Before.Policies,
		c.Before.Default, c.After.Policies, c.After.Default)
}

// Made says whether the client has the list and the default of the change, or no longer exists.
func (c ListChange) Made(s *State) bool {
	now, there := s.assignmentOf(c.Client, c.Import)
	return !there || now.equal(c.After)
}

// Possible says whether the client still has the list that the change was planned for, and the server
// defines all policies of the new list.
func (c ListChange) Possible(s *State) bool {
	return c.checkReplaceable(s) == nil && !slices.ContainsFunc(c.After.Policies,
		func(name string) bool { return !s.hasPolicy(name) })
}

// checkReplaceable says whether the client has what the change was planned for, or has what it
// gives already.
func (c ListChange) checkReplaceable(s *State) error {
	now, there := s.assignmentOf(c.Client, c.Import)
	if there && !now.equal(c.Before) && !now.equal(c.After) {
		return fmt.Errorf("the %s list of client %s is %q, default %s, now", directionOf(c.Import), c.Client,
			now.Policies, now.Default)
	}
	return nil
}

// assignmentOf returns the list of a client in one direction, if that is there.
func (s *State) assignmentOf(client netip.Addr, isImport bool) (Assignment, bool) {
	i := slices.IndexFunc(s.Clients, func(c Client) bool { return c.Address == client && c.RouteServer })
	if i < 0 {
		return Assignment{}, false
	}
	return s.Clients[i].assignmentOf(isImport), true
}

// PutBack returns the changes that put lost lists back as they were last seen. Export lists come first, so
// that they filter what import lets in again. Our policies are put in front of a list that has them now, and
// of any list if applied is not nil and nothing but its statements is in our policies. undefined are the policies,
// in order, that the lists need and s does not define: then nothing can be put back.
func (s *State) PutBack(applied *policies.RoutingPolicy) (changes []ListChange, undefined []string) {
	ours := applied != nil && len(applied.Import) > 0 && s.Import != nil && s.Export != nil &&
		(len(s.Import)+len(s.Export) == 0 || s.runsPolicy(applied))
	lost := s.LostLists()
	slices.SortStableFunc(lost, func(a, b LostList) int {
		switch {
		case a.Import == b.Import:
			return 0
		case a.Import:
			return 1
		default:
			return -1
		}
	})
	for _, l := range lost {
		now, _ := s.assignmentOf(l.Client, l.Import)
		back := s.LastSeen[l.Client].listOf(l.Import)
		our := policies.ExportPolicy
		if l.Import {
			our = policies.ImportPolicy
		}
		if ours || slices.Contains(now.Policies, our) {
			back.Policies = append([]string{our}, back.Policies...)
		}
		for _, name := range back.Policies {
			if !s.hasPolicy(name) && !slices.Contains(undefined, name) {
				undefined = append(undefined, name)
			}
		}
		now.Policies = append([]string{}, now.Policies...)
		changes = append(changes, ListChange{Client: l.Client, Import: l.Import, Before: now, After: back})
	}
	slices.Sort(undefined)
	return changes, undefined
}

// hasPolicy says whether the server has a policy.
func (s *State) hasPolicy(policy string) bool {
	switch policy {
	case policies.ImportPolicy:
		return s.Import != nil
	case policies.ExportPolicy:
		return s.Export != nil
	default:
		_, there := s.Theirs[Object{Policy, policy}]
		return there
	}
}

// Replaceable returns an error if the lists that p puts back are no longer those that it was planned for.
// gobgpd has no compare-and-swap: apply asks just before it assigns.
func (p *Plan) Replaceable(s *State) error {
	for _, c := range p.PolicyLists {
		if err := c.checkReplaceable(s); err != nil {
			return err
		}
	}
	return nil
}

// AsSeen returns an error unless p puts back exactly the lists that were last seen, as s recalls them: a
// person cannot assign other lists by writing a plan.
func (p *Plan) AsSeen(s *State) error {
	for _, c := range p.PolicyLists {
		seen, known := s.LastSeen[c.Client]
		if !known || !c.After.withoutOurs().equal(seen.listOf(c.Import)) {
			return fmt.Errorf("the %s list of client %s was last seen otherwise than the plan has it",
				directionOf(c.Import), c.Client)
		}
	}
	return nil
}

// acceptsObstacle says whether an obstacle is a lost list that a person has accepted with p.
func (p *Plan) acceptsObstacle(o Obstacle) bool {
	return slices.ContainsFunc(p.AcceptedLists, func(l LostList) bool { return l.toObstacle() == o })
}
