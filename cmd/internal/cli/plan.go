package cli

import (
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/filters/diag"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
)

// planArgs are the flags of plan.
type planArgs struct {
	targetFlags
	routeFlags
	draft operate.DraftOptions
	keepArgs
}

// keepArgs say what is done with a plan that was made.
type keepArgs struct {
	output   string // the file that it is kept in; "": it is not kept
	detailed bool   // that there is something to do is exit 2
}

func planCommand(s *session) *cli.Command {
	args := planArgs{targetFlags: targetFlags{command: "plan", several: true}}
	return &cli.Command{
		Name:      "plan",
		Usage:     "shows what would change on a route server; changes nothing",
		ArgsUsage: "[LISTING...]",
		Description: "Reads the target's policy, and says which objects would be added and removed. -o keeps the\n" +
			"plan, for apply. A plan that a guard refuses is shown, and not kept.\n" + describeGuards(),
		Flags: append(append(args.targetFlags.bindFlags(), args.routeFlags.bindFlags()...),
			bindOutput(&args.output, keepPlan),
			&cli.BoolFlag{Name: "detailed-exitcode", Destination: &args.detailed,
				Usage: "exit 2 if there is something to do"},
			&cli.BoolFlag{Name: "take-over", Destination: &args.draft.TakeOver,
				Usage: "replace objects with our names that somebody else made or changed"},
			&cli.BoolFlag{Name: "accept-lists", Destination: &args.draft.AcceptLists,
				Usage: "your own policies that are gone from clients' lists were " +
					"taken out on purpose"},
		),
		Action: func(c *cli.Context) error {
			in, err := s.loadInput(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			args.draft.RouteOptions = args.readOptions()
			if err := s.useCSV(args.csv); err != nil {
				return err
			}
			if args.target == "" && len(args.draft.Dumps) > 0 {
				return s.planForFile(c.Context, in, &args)
			}
			if f := operate.CheckAskable(in.Diagnostics); f != nil && args.target != "" {
				return s.showRefused(in, f) // before a target is looked for in a file that is wrong
			}
			if args.isAll() {
				return s.planAll(c.Context, in, &args)
			}
			t, err := s.findTarget(args.targetFlags, in.Exchange)
			if err != nil {
				return err
			}
			return s.planTarget(c.Context, in, t, &args)
		},
	}
}

func (s *session) planTarget(ctx context.Context, in *wanted.Input, t operate.Target, args *planArgs) error {
	// What is wrong with the lists is said without a call to the target.
	if f := operate.CheckAskable(in.Diagnostics); f != nil {
		return s.showRefused(in, f)
	}
	result, err := s.newOperator().Draft(ctx, in, t, args.draft)
	if err != nil {
		return s.showWithoutTarget(in, err)
	}
	return s.finishPlan(result, args.keepArgs)
}

// planForFile shows what lists do to the routes of a file, without a target.
func (s *session) planForFile(ctx context.Context, in *wanted.Input, args *planArgs) error {
	if args.output != "" || args.draft.TakeOver || args.draft.AcceptLists {
		return cmdline.NewUsageError("depeer plan LISTING.yaml --rib FILE --target rs1 -o plan.depeer",
			"a plan is kept for a target, and none is named")
	}
	if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
		return f
	}
	return s.showImpact(s.newOperator().ImpactOfDumps(ctx, in, args.draft.RouteOptions))
}

// showRefused shows a result that a guard refuses without a call to the target. Invalid lists have no
// result.
func (s *session) showRefused(in *wanted.Input, f *operate.Error) error {
	if f.Kind != operate.Guarded {
		return f
	}
	if err := s.view.Impact(s.newOperator().ImpactUnasked(in)); err != nil {
		return err
	}
	f.Diagnostics = nil // they are shown
	return f
}

// finishPlan keeps a plan that no guard refuses, and shows it.
func (s *session) finishPlan(result operate.Draft, args keepArgs) error {
	refused := operate.CheckGuards(result.Guards)
	result.Refused = refused != nil
	if args.output != "" && refused == nil {
		if err := s.writePlan(args.output, result.Plan); err != nil {
			return err
		}
		result.File = args.output
	}
	if err := s.view.Plan(result); err != nil {
		return err
	}
	if refused == nil && args.detailed && !result.Nothing() {
		return shownError{&operate.Error{Kind: operate.Differs, Name: "differs",
			Err: errors.New("there is something to do")}}
	}
	return refused
}

// showWithoutTarget shows what a guard refuses even where the target was not reached.
func (s *session) showWithoutTarget(in *wanted.Input, err error) error {
	refused, f := operate.Verdict(in.Diagnostics), new(operate.Error)
	if refused == nil || !errors.As(err, &f) || f.Kind != operate.Unreached {
		return err
	}
	in.Diagnostics.Warnf(diag.Position{}, "target-unreached", "", "the result is without the target: %v", f.Err)
	return s.showRefused(in, refused)
}
