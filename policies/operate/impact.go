package operate

import (
	"context"
	"errors"
	"time"

	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// ImpactOfDumps says what lists do to the routes of dumps, where nothing is in force.
func (o *Operator) ImpactOfDumps(ctx context.Context, in *wanted.Input, args RouteOptions) (Impact, error) {
	result := o.newImpact(in, args)
	want := in.Policy()
	nothing := plan.Change{Old: &policies.RoutingPolicy{}, New: want}
	result.Summary = nothing.Summary()
	if err := o.lookAtImpact(ctx, in, impact.Question{Lists: in.Compiled, New: want, Protect: in.Exchange.Protect,
		Treatments: in.Exchange.Treatments}, args, nil, &result); err != nil {
		return Impact{}, err
	}
	return finishImpact(in, result), nil
}

// Impact says what lists do to the routes of a target, given what is in force there.
func (o *Operator) Impact(ctx context.Context, in *wanted.Input, t Target, args RouteOptions) (Impact, error) {
	result := o.newImpact(in, args)
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Impact{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return Impact{}, NotReached(ctx, err)
	}
	if err := CompileFor(in, o.Now, t, state); err != nil {
		return Impact{}, err
	}
	if err := checkClients(state, t); err != nil {
		return Impact{}, err
	}
	want := in.Policy()
	change := plan.To(state, want, "impact")
	server := describeTarget(t, state)
	result.Server, result.OutOfReach, result.Operator, result.Summary = &server, listOutOfReach(state),
		state.Interferences(want), change.Summary()
	q := impact.Question{Lists: in.Compiled, Old: change.Old, New: want, Members: ListSessions(state, in.Exchange),
		Protect: in.Exchange.Protect, Treatments: in.Exchange.Treatments}
	q.Past = o.FindPast(t.Address, q.Old)
	setCounted(&q, o.findLastKnown(t.Address))
	q.Passages = newPassages(ctx, client, state, q.Old)
	if err := o.LookAtRoutes(ctx, in, q, args, client, state, &result); err != nil {
		return Impact{}, err
	}
	return finishImpact(in, result), nil
}

// ImpactUnasked returns what is known of lists that a guard refuses, without a call to any target.
func (o *Operator) ImpactUnasked(in *wanted.Input) Impact {
	result := o.newImpact(in, RouteOptions{})
	none := plan.Change{Old: &policies.RoutingPolicy{}, New: &policies.RoutingPolicy{}}
	result.Summary = none.Summary()
	result.Guards, result.Diagnostics = ListGuards(in), in.Diagnostics
	return result
}

func (o *Operator) newImpact(in *wanted.Input, args RouteOptions) Impact {
	return Impact{At: o.Now, Full: args.Full, Lists: plan.Refs(in.Lists)}
}

// finishImpact adds the results of guards on lists, and the diagnostics of files.
func finishImpact(in *wanted.Input, result Impact) Impact {
	result.Guards = append(ListGuards(in), result.Guards...)
	guard.Suggest(result.Guards)
	result.Diagnostics = in.Diagnostics
	return result
}

// setCounted gives a question the routes that the plan applied last has counted, and its day. last
// is nil where none is known.
func setCounted(q *impact.Question, last *plan.Plan) {
	if last != nil {
		q.Counted, q.CountedOn = last.Counted, last.Made.Format(time.DateOnly)
	}
}

// lookAtImpact looks at all routes, of dumps or else of live. It notes in result what becomes of them,
// and what guards say.
func (o *Operator) lookAtImpact(ctx context.Context, in *wanted.Input, q impact.Question, args RouteOptions,
	live rib.Source,
	result *Impact) error {
	d := &dumps{names: args.Dumps}
	q.Details = args.Details
	source := live
	if len(args.Dumps) > 0 {
		source = d.readPaths()
	}
	if q.Live = len(args.Dumps) == 0 && live != nil; !q.Live {
		q.Passages, q.OutOfReach = nil, nil
	}
	var report *impact.Report
	err := d.readAgainIfAppended(func() (err error) {
		report, err = o.assessRoutes(ctx, q, in.Exchange, source, d.describeProgress)
		return err
	})
	switch {
	case errors.As(err, new(*Error)):
		return err
	case err != nil:
		return NotReached(ctx, err)
	}
	if len(args.Dumps) > 0 {
		result.Rib = &d.into
		in.Diagnostics = append(in.Diagnostics, d.diags...)
	}
	if report.Choices != nil {
		result.Choices = describeChoices(in.Exchange, report)
	}
	limits := collectLimits(in.Exchange, args.Overrides)
	result.Report, result.Alerts, result.Full = report, report.Alerts(limits), args.Full
	result.Guards = append(result.Guards, report.Guards(limits)...)
	result.Summary.Resets = append(result.Summary.Resets, report.Effort.Resets...)
	return nil
}
