package operate

import (
	"context"

	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// Package length measures routes and judges their lengths. Only live routes tell their lengths.

// LookAtRoutes looks at all routes of a target, or of dumps, if args name some. It notes in result what
// becomes of them, and which are too long to be sent.
func (o *Operator) LookAtRoutes(ctx context.Context, in *wanted.Input, q impact.Question, args RouteOptions,
	client Daemon,
	state *plan.State, result *Impact) error {
	if len(state.OutOfReach()) > 0 {
		q.OutOfReach = client.AnnouncedByOthers(ctx, state.OutOfReach())
	}
	lengths := length.New(length.Question{Policy: q.New, Members: length.AfterChange(state)})
	if err := o.lookAtImpact(ctx, in, q, args, lengths.Over(client.Announced(ctx, state.Clients)), result); err != nil {
		return err
	}
	result.Lengths = lengths.Report()
	result.Guards = append(result.Guards, result.Lengths.Guards()...)
	return nil
}

// findNearLimit returns the routes that the policy in force changes and whose length is near the limit.
// It looks at no route where that policy makes none longer.
func findNearLimit(ctx context.Context, client Daemon, state *plan.State) ([]length.Route, error) {
	inForce := state.InForce()
	if length.Adds(inForce) == 0 {
		return nil, nil
	}
	lengths := length.New(length.Question{Policy: inForce, Members: length.InForce(state)})
	for _, err := range lengths.Over(client.Announced(ctx, state.Clients)) {
		if err != nil {
			return nil, err
		}
	}
	return lengths.Report().Near, nil
}
