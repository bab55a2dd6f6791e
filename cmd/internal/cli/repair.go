package cli

import (
	"context"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// repairArgs are the flags of repair.
type repairArgs struct {
	targetFlags
	askFlags
	options operate.RepairOptions
	soak    time.Duration
	output  string
}

func repairCommand(s *session) *cli.Command {
	args := repairArgs{targetFlags: targetFlags{command: "repair", several: true}, askFlags: askFlags{command: "repair"}}
	return &cli.Command{
		Name:      "repair",
		Usage:     "puts back what was applied last, where a restart or a reload has lost it",
		ArgsUsage: " ",
		Description: "Under the approvals that it had, and never what a person cleared or rolled back. With --lists:\n" +
			"your own policies in clients' lists, and the defaults, as they were last seen. Shows the plan,\n" +
			"and asks; with -o the plan is kept for apply.",
		Flags: append(args.bindFlags(), args.bindYes(), bindSoak(&args.soak, usualSoak),
			&cli.BoolFlag{Name: "lists", Destination: &args.options.Lists,
				Usage: "put back your own policies and defaults in clients' lists, and " +
					"nothing else"},
			bindOutput(&args.output, keepPlan),
		),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return cmdline.NewUsageError("depeer repair --target rs1",
					"repair takes no lists: it puts back what was applied last")
			}
			if err := s.checkAnswerable(args.askFlags, args.output != ""); err != nil {
				return err
			}
			targets, err := s.findTargets(args.targetFlags)
			if err != nil {
				return err
			}
			return s.repairTargets(c.Context, targets, &args)
		},
	}
}

// checkAnswerable returns an error where somebody must be asked, and there is no terminal. It comes first:
// a plan shown before the refusal would look like a result. kept: a plan goes to a file, and nobody is
// asked.
func (s *session) checkAnswerable(f askFlags, kept bool) error {
	in, ok := s.In.(*os.File)
	if f.yes || kept || ok && term.IsTerminal(int(in.Fd())) {
		return nil
	}
	return cmdline.NewUsageError("depeer "+f.command+" ... --yes, or -o FILE", "there is no terminal to ask on")
}

// repairTargets makes a plan for each target, shows them, asks, and applies them one after
// another.
func (s *session) repairTargets(ctx context.Context, targets []operate.Target, args *repairArgs) error {
	plans := operate.Drafts{}
	o := s.newOperator()
	remedies := make([]operate.Remedy, len(targets))
	for i, t := range targets {
		var err error
		if remedies[i], err = o.Repair(ctx, t, args.options); err != nil && len(targets) > 1 {
			return operate.About(t, err)
		} else if err != nil {
			return err
		}
		if remedies[i].Draft.Plan != nil {
			plans.Targets = append(plans.Targets, remedies[i].Draft)
		}
	}
	if args.output != "" && len(plans.Targets) > 0 {
		if err := s.keepRepair(args.output, plans, len(targets) > 1); err != nil || !args.yes {
			return err
		}
	} else if !args.yes {
		if err := s.showRepair(plans); err != nil {
			return err
		}
	}
	for _, p := range plans.Targets {
		if p.Nothing() {
			continue
		}
		if err := s.askForRouterID(args.askFlags, p.Plan.Target, p.Plan.Server); err != nil {
			return err
		}
	}
	apply := operate.ApplyOptions{Action: operate.ActionRepair}
	if len(targets) > 1 {
		return s.showResults(o.InOrder(ctx, targets, func(i int) (*plan.Plan, string, error) {
			return remedies[i].Draft.Plan, remedies[i].Why, nil
		}, operate.OrderOptions{ApplyOptions: apply, Soak: args.soak}))
	}
	if p := remedies[0].Draft; p.Plan == nil {
		return s.view.Apply(operate.NothingToDo(targets[0], remedies[0].Why))
	}
	return s.showResult(o.Apply(ctx, targets[0], remedies[0].Draft.Plan, apply))
}

// showRepair shows what is about to be asked for.
func (s *session) showRepair(plans operate.Drafts) error {
	for _, p := range plans.Targets {
		if p.Begins = true; p.Nothing() {
			continue
		}
		if err := s.view.Plan(p); err != nil {
			return err
		}
	}
	return nil
}

// keepRepair keeps plans for apply, and shows them.
func (s *session) keepRepair(output string, plans operate.Drafts, several bool) error {
	args := keepArgs{output: output}
	if several {
		return s.finishPlans(plans, args)
	}
	return s.finishPlan(plans.Targets[0], args)
}
