package plan

import (
	"fmt"
	"slices"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// anchorClients returns the calls that put our policies in front of the lists of clients that lack them,
// and the calls that undo this. The other policies of a list stay, in their order, and so does the default.
// A dynamic neighbor gets our policies in the place that its peer group gives them: see placeOurs.
func (s *State) anchorClients() (assign, restore []Call) {
	for _, c := range s.Clients {
		if !c.RouteServer {
			continue
		}
		for _, d := range []struct {
			list     []string
			ours     string
			isImport bool
		}{{c.Import.Policies, policies.ImportPolicy, true}, {c.Export.Policies, policies.ExportPolicy, false}} {
			if slices.Contains(d.list, d.ours) {
				continue
			}
			with, ok := s.placeOurs(c, d.isImport)
			if !ok {
				continue // see GroupLacks
			}
			assign = append(assign, Call{Verb: Assign, Client: c.Address, Import: d.isImport, Policies: with})
			restore = append(restore, Call{Verb: Assign, Client: c.Address, Import: d.isImport,
				Policies: slices.Clone(d.list)})
		}
	}
	return assign, restore
}

// assignFirst splits assignments into those made before the live call and those made after it.
// Export lists come first. Without our policy in its export list, a client is sent the tags of choices,
// and a tag makes a route longer by 15 bytes (see policies.AddedBytes). Until the live call, the old
// generation acts for that client: it removes tags, and applies the client's old choices. If these refuse
// anything, the client's export list comes last, like import lists: otherwise gobgpd would not withdraw a
// route that is refused meanwhile.
func (s *State) assignFirst(assign []Call, old *policies.RoutingPolicy) (first, last []Call) {
	for _, call := range assign {
		if len(s.Import) == 0 || !call.Import && !refusesAny(old, call.Client) {
			first = append(first, call)
		} else {
			last = append(last, call)
		}
	}
	return first, last
}

// unanchorClients returns the calls that remove our policies from all lists, and the calls that put them
// back. If nothing else is in a list, it becomes empty, and the default decides.
func (s *State) unanchorClients() (assign, restore []Call) {
	ours := func(name string) bool { return name == policies.ImportPolicy || name == policies.ExportPolicy }
	for _, c := range s.Clients {
		if !c.RouteServer {
			continue // has no lists of its own
		}
		for _, d := range []struct {
			list     []string
			isImport bool
		}{{c.Import.Policies, true}, {c.Export.Policies, false}} {
			if !slices.ContainsFunc(d.list, ours) {
				continue
			}
			without := slices.DeleteFunc(slices.Clone(d.list), ours)
			assign = append(assign, Call{Verb: Assign, Client: c.Address, Import: d.isImport, Policies: without})
			restore = append(restore, Call{Verb: Assign, Client: c.Address, Import: d.isImport,
				Policies: slices.Clone(d.list)})
		}
	}
	return assign, restore
}

// Unanchored returns the route-server clients whose import lists lack our policy.
func (s *State) Unanchored() []Client {
	var out []Client
	for _, c := range s.Clients {
		if c.RouteServer && !slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			out = append(out, c)
		}
	}
	return out
}

// Obstacle is a reason why a route server cannot be changed.
type Obstacle struct {
	Code   ObstacleCode
	Object string // what the obstacle is about
	Why    string
}

// ObstacleCode is the kind of an obstacle. The exit code follows from it.
type ObstacleCode uint8

const (
	NotAnchored   ObstacleCode = iota // a definition is missing; peers that lists cannot be given to
	DecidesBefore                     // a policy of the operator's may accept before ours
	NotOurs                           // an object has a name of ours, and we cannot have made it
	CutOff                            // a change stands half-way: recover first
	Locked                            // another process holds the lock
	Stuck                             // gobgpd would not withdraw from a member what it has chosen to refuse
	GroupLacks                        // a dynamic neighbor whose peer group does not list ours
	NoClient                          // no neighbor is a route-server client
	GlobalList                        // a policy of ours is in a list of neighbors that are no route-server clients
	ListsLost                         // the operator's policies are gone from a client's list
	Rejecting                         // gobgpd rejects all routes of clients: a policy of their lists is not defined
)

// Obstacles returns all reasons why s cannot be changed, in a fixed order.
func (s *State) Obstacles() []Obstacle {
	out := s.Rejected()
	if s.Import == nil {
		out = append(out, Obstacle{NotAnchored, policies.ImportPolicy, "the policy is not defined"})
	}
	if s.Export == nil {
		out = append(out, Obstacle{NotAnchored, policies.ExportPolicy, "the policy is not defined"})
	}
	for _, c := range s.Clients {
		out = append(out, s.findListObstacles(c)...)
	}
	for _, conflict := range s.Conflicts {
		out = append(out, Obstacle{NotOurs, conflict.Object.String(), conflict.Why})
	}
	if tag, is := s.unhandledTag(); is {
		out = append(out, Obstacle{NotOurs, policies.ExportPolicy,
			fmt.Sprintf("has no statement about the tag %s, which routes have: it was taken out by hand, or the "+
				"file has one half of ours", tag)})
	}
	for _, gate := range sortedKeys(s.Gates) {
		if s.isGateUsed(gate) {
			out = append(out, Obstacle{CutOff, gate,
				"a change was cut off here; its gate is " + s.Gates[gate].String()})
		}
	}
	if gate, err := s.theGate(); err == nil && gate == "" && session.HalfDone(s.Sessions) {
		out = append(out, Obstacle{CutOff, session.SetName, "a change was cut off while it shut or opened sessions"})
	}
	for _, holder := range s.Holders {
		out = append(out, Obstacle{Locked, holder, "holds the lock"})
	}
	for _, lost := range s.LostLists() {
		out = append(out, lost.toObstacle())
	}
	return out
}

// findListObstacles returns what in a client's lists keeps gobgpd from evaluating our policies.
func (s *State) findListObstacles(c Client) []Obstacle {
	var out []Obstacle
	for _, d := range []struct {
		word, ours string
		isImport   bool
	}{{"import", policies.ImportPolicy, true}, {"export", policies.ExportPolicy, false}} {
		list, whose := c.listOf(d.isImport), ""
		if with, ok := s.placeOurs(c, d.isImport); c.Dynamic && ok && !slices.Contains(list, d.ours) {
			list, whose = with, "with its peer group's place for ours, "
		}
		for _, name := range list[:max(0, slices.Index(list, d.ours))] {
			if s.Accepting[name] {
				out = append(out, Obstacle{DecidesBefore, c.Address.String(),
					fmt.Sprintf("policy %s may accept before %s: %sits %s list is %v", name, d.ours, whose, d.word,
						list)})
			}
		}
	}
	if _, ok := s.placeOurs(c, true); c.RouteServer && !ok &&
		!slices.Contains(c.Import.Policies, policies.ImportPolicy) {
		out = append(out, Obstacle{GroupLacks, c.Address.String(), s.describeLacking(c.Group, true)})
	}
	return out
}
