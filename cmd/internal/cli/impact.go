package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/choice"
	"depeer/policies/counted"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

func impactCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "impact",
		Usage:     "shows what listings do to real routes: of an MRT file, or of a route server",
		ArgsUsage: "[LISTING...]",
		Description: "Says which routes of which members would be refused or changed, what would be left without\n" +
			"a path, by what listed prefixes are still reached, which have moved, and who else loses.\n" +
			"Changes nothing. With --target and --rib, routes are those of the file, and what is in\n" +
			"force is the target's.",
		Flags: append(targetFlags(), routesFlags()...),
		Action: func(c *cli.Context) error {
			args := routesArgsOf(c)
			if c.String("target") == "" && len(args.ribs) == 0 {
				return usage("depeer impact LISTING.yaml --rib FILE, or --target rs1",
					"no routes: neither --rib nor --target")
			}
			in, err := s.load(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
				return f
			}
			result := view.Impact{At: s.now, Full: args.full, Lists: plan.Refs(in.Lists)}
			if c.String("target") == "" {
				return s.impactOfFile(c.Context, in, args, result)
			}
			t, err := s.targetOf(c, in.Exchange)
			if err != nil {
				return err
			}
			return s.impactOnTarget(c.Context, in, t, args, result)
		},
	}
}

// impactOfFile is about the routes of dumps, where nothing is in force.
func (s *session) impactOfFile(ctx context.Context, in *wanted.Input, args routesArgs, result view.Impact) error {
	want := in.Policy()
	nothing := plan.Change{Old: &policies.RoutingPolicy{}, New: want}
	result.Summary = nothing.Summary()
	if err := s.look(ctx, in, impact.Question{Lists: in.Compiled, New: want, Protect: in.Exchange.Protect,
		Treatments: in.Exchange.Treatments}, args, nil, &result); err != nil {
		return err
	}
	return s.showImpact(in, result)
}

// impactOnTarget is about a target, and what is in force there.
func (s *session) impactOnTarget(ctx context.Context, in *wanted.Input, t operate.Target, args routesArgs,
	result view.Impact) error {
	if f := unaskable(in.Diagnostics); f != nil {
		return s.refusedUnasked(in, f)
	}
	client, err := s.dial(ctx, t)
	if err != nil {
		return s.withoutTarget(in, err)
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return s.withoutTarget(in, unreached(ctx, err))
	}
	if err := compileFor(in, s.now, t, state); err != nil {
		return err
	}
	if err := needClients(state, t); err != nil {
		return err
	}
	want := in.Policy()
	change := plan.To(state, want, "impact")
	server := describeTarget(t, state)
	result.Server, result.OutOfReach, result.Operator, result.Summary = &server, outOfReach(state),
		state.Interferences(want), change.Summary()
	q := impact.Question{Lists: in.Compiled, Old: change.Old, New: want, Members: sessionsOf(state, in.Exchange),
		Protect: in.Exchange.Protect, Treatments: in.Exchange.Treatments}
	q.Past, q.Counted = s.pastOf(t.Address, q.Old), s.countedAt(t.Address)
	if err := s.lookAtTarget(ctx, in, q, args, client, state, &result); err != nil {
		return err
	}
	return s.showImpact(in, result)
}

// countedAt returns what the plan that was applied last to a target has counted, or nil.
func (s *session) countedAt(address string) *counted.Routes {
	if last := s.lastKnown(address); last != nil {
		return last.Counted
	}
	return nil
}

// look looks at all routes, of dumps or else of live, and notes in result what becomes
// of them, and what guards say.
func (s *session) look(ctx context.Context, in *wanted.Input, q impact.Question, args routesArgs, live rib.Source,
	result *view.Impact) error {
	d := &dumps{names: args.ribs}
	source := live
	if len(args.ribs) > 0 {
		source = d.paths()
	}
	q.Live = len(args.ribs) == 0 && live != nil
	var chosen *choice.Foresight
	var report *impact.Report
	err := d.attempt(func() (err error) {
		over := source
		if chosen = foresight(q); chosen != nil {
			over = chosen.Over(source)
		}
		report, err = s.assess(ctx, q, in.Exchange, over, d.done)
		return err
	})
	switch {
	case errors.As(err, new(*operate.Error)):
		return err
	case err != nil:
		return unreached(ctx, err)
	}
	if len(args.ribs) > 0 {
		result.Rib = &d.into
		in.Diagnostics = append(in.Diagnostics, d.diags...)
	}
	if chosen != nil {
		foreseen, err := looksAgain(chosen, func() rib.Source {
			if len(args.ribs) > 0 {
				return (&dumps{names: args.ribs, last: d.last}).paths()
			}
			return s.watched(ctx, live, d.done)
		})
		if err != nil {
			return unreached(ctx, err)
		}
		toldAnew(report, foreseen, q.Members)
		result.Choices = chosenOf(in.Exchange, foreseen)
	}
	limits := limitsOf(in.Exchange, args.overrides)
	result.Report, result.Alerts, result.Full = report, report.Alerts(limits), args.full
	result.Guards = append(result.Guards, report.Guards(limits)...)
	result.Summary.Resets = append(result.Summary.Resets, report.Effort.Resets...)
	return nil
}

func (s *session) showImpact(in *wanted.Input, result view.Impact) error {
	result.Guards = append(listGuards(in), result.Guards...)
	guard.Suggest(result.Guards)
	result.Diagnostics = in.Diagnostics
	if err := s.view.Impact(result); err != nil {
		return err
	}
	return refusals(result.Guards)
}
