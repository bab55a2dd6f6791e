package operate

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// Objects with our names that another hand has made cannot be taken over in one change: an altered set
// has the name that the right one will have. So the first change takes out everything with our names,
// and the second puts the lists in.

// checkFit returns why a target cannot be changed, with or without taking over; nil if it can.
func (o *Operator) checkFit(state *plan.State, t Target, takeOver bool) error {
	obstacles := append(state.Obstacles(), state.ReachObstacles()...)
	if !takeOver {
		return addAnchor(checkObstacles(obstacles, t.Address), state)
	}
	obstacles = slices.DeleteFunc(obstacles, func(o plan.Obstacle) bool {
		return o.Code == plan.NotOurs && !slices.ContainsFunc(state.Conflicts, func(conflict plan.Conflict) bool {
			return conflict.Object.String() == o.Object && survivesClear(state, conflict)
		})
	})
	err := addAnchor(checkObstacles(obstacles, t.Address), state)
	if f := new(Error); errors.As(err, &f) && f.Name == "changed-by-hand" {
		f.Hint = "--take-over leaves policies alone, and what they refer to: take it out by hand"
	}
	return err
}

// survivesClear says whether a clear leaves an object that is in conflict with our names.
func survivesClear(state *plan.State, conflict plan.Conflict) bool {
	switch o := conflict.Object; o.Kind {
	case plan.CommunitySet:
		return conflict.Used || o.Name == session.SetName
	case plan.Policy:
		return o.Name != policies.ImportPolicy && o.Name != policies.ExportPolicy
	case plan.StatementObject:
		_, read := state.Statements[o.Name]
		return conflict.Used || !read
	default:
		return conflict.Used
	}
}

// dropStuck returns the obstacles to choices. Where the plan takes over, none is stuck: it starts from an
// empty target.
func dropStuck(obstacles []plan.Obstacle, takeOver bool) []plan.Obstacle {
	return slices.DeleteFunc(slices.Clone(obstacles),
		func(o plan.Obstacle) bool { return takeOver && o.Code == plan.Stuck })
}

// takeOver makes a plan clear the target first.
// Sessions are left to the second half.
func takeOver(p *plan.Plan, state *plan.State, want *policies.RoutingPolicy) {
	p.Change, p.Clear, p.Then = *plan.Clear(state.WithoutSessions(), p.ID), true, want
}

// applySecondHalf does the second half of p, once the first is done.
func (o *Operator) applySecondHalf(ctx context.Context, client Daemon, t Target, lock *journal.Lock,
	p *plan.Plan, arm func(*journal.Entry) error) (*journal.Entry, apply.Result, error) {
	out := apply.Result{Outcome: apply.Partial,
		Known: "everything with our names was taken out, and the lists are not in force"}
	state, err := client.State(ctx)
	if err != nil {
		return nil, out, err
	}
	id := NewID()
	second := o.NewPlan(t, state, id, *plan.To(state, p.Then, id))
	second.Lists, second.Providers, second.At = p.Lists, p.Providers, p.At
	second.Overrides, second.Limits = p.Overrides, p.Limits
	second.Foreseen, second.Counted = p.Foreseen,
		p.Counted // guards on routes are asked again: it is now that much is refused
	if g := plan.JudgeSessions(&second.Change, p.Overrides[guard.AllowSessions], second.Members); !g.OK {
		return nil, out, fmt.Errorf("it would shut %s now, which is not what the plan allows",
			Count(g.Value, "session"))
	}
	entry, result, err := o.changeArmed(ctx, t, client, lock, second, journal.Start{Action: ActionApply}, arm)
	if err != nil {
		result.Outcome, result.Known = out.Outcome, out.Known
	}
	return entry, result, err
}
