package cli

import (
	"os"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

func repairCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "repair",
		Usage:     "puts back what was applied last, where a restart or a reload has lost it",
		ArgsUsage: " ",
		Description: "Under the approvals that it had, and never what a person cleared or rolled back. With --lists:\n" +
			"your own policies in clients' lists, and the defaults, as they were last seen. Shows the plan,\n" +
			"and asks; with -o the plan is kept for apply.",
		Flags: append(targetFlags(), yesFlag, soakFlag(usualSoak),
			&cli.BoolFlag{Name: "lists", Usage: "put back your own policies and defaults in clients' lists, and " +
				"nothing else"},
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer repair --target rs1", "repair takes no lists: it puts back what was applied last")
			}
			if err := s.answerable(c); err != nil {
				return err
			}
			targets, err := s.targetsOf(c)
			if err != nil {
				return err
			}
			return s.repair(c, targets)
		},
	}
}

// answerable says whether somebody can be asked, where that is needed: what is shown
// before a refusal would look like a result.
func (s *session) answerable(c *cli.Context) error {
	in, ok := s.In.(*os.File)
	if c.Bool("yes") || c.String("output") != "" || ok && term.IsTerminal(int(in.Fd())) {
		return nil
	}
	return usage("depeer "+c.Command.Name+" ... --yes, or -o FILE", "there is no terminal to ask on")
}

// repair makes a plan for each target, shows them, asks, and applies them one after
// another.
func (s *session) repair(c *cli.Context, targets []operate.Target) error {
	plans := operate.Drafts{}
	o, options := s.operator(), operate.RepairOptions{Lists: c.Bool("lists")}
	remedies := make([]operate.Remedy, len(targets))
	for i, t := range targets {
		var err error
		if remedies[i], err = o.Repair(c.Context, t, options); err != nil && len(targets) > 1 {
			return operate.About(t, err)
		} else if err != nil {
			return err
		}
		if remedies[i].Draft.Plan != nil {
			plans.Targets = append(plans.Targets, remedies[i].Draft)
		}
	}
	if c.String("output") != "" && len(plans.Targets) > 0 {
		if err := s.keepRepair(c, plans, len(targets) > 1); err != nil || !c.Bool("yes") {
			return err
		}
	} else if !c.Bool("yes") {
		if err := s.showRepair(plans); err != nil {
			return err
		}
	}
	for _, p := range plans.Targets {
		if p.Nothing() {
			continue
		}
		if err := s.ask(c, p.Plan.Target, p.Plan.Server); err != nil {
			return err
		}
	}
	apply := operate.ApplyOptions{Action: operate.ActionRepair}
	if len(targets) > 1 {
		return s.showResults(o.InOrder(c.Context, targets, func(i int) (*plan.Plan, string, error) {
			return remedies[i].Draft.Plan, remedies[i].Why, nil
		}, operate.OrderOptions{ApplyOptions: apply, Soak: c.Duration("soak")}))
	}
	if p := remedies[0].Draft; p.Plan == nil {
		return s.view.Apply(operate.NothingToDo(targets[0], remedies[0].Why))
	}
	return s.showResult(o.Apply(c.Context, targets[0], remedies[0].Draft.Plan, apply))
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
func (s *session) keepRepair(c *cli.Context, plans operate.Drafts, several bool) error {
	args := planArgs{output: c.String("output")}
	if several {
		return s.finishPlans(plans, args)
	}
	return s.finishPlan(plans.Targets[0], args)
}
