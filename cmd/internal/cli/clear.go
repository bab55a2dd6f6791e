package cli

import (
	"github.com/urfave/cli/v2"

	"depeer/policies/operate"
)

func clearCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "clear",
		Usage:     "the off-switch: takes everything of ours out of a route server",
		ArgsUsage: " ",
		Description: "Needs no list, and works whatever state the target is in. Shows the plan; with --yes it is\n" +
			"done at once, with -o it is kept for apply.",
		Flags: append(targetFlags(), yesFlag, soakFlag(0),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"}),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer clear --target rs1", "clear takes no lists")
			}
			if isAll(c) {
				return s.clearAll(c)
			}
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			return s.clear(c, t)
		},
	}
}

func (s *session) clear(c *cli.Context, t operate.Target) error {
	result, err := s.operator().Clear(c.Context, t, !c.Bool("yes"))
	if err != nil {
		return err
	}
	if c.Bool("yes") {
		return s.applyPlan(c, result.Plan, operate.ApplyOptions{Action: operate.ActionClear})
	}
	if err := s.finishPlan(result, planArgs{output: c.String("output")}); err != nil {
		return err
	}
	if c.String("output") == "" && !result.Nothing() {
		return usage("depeer clear --target "+t.Address+" --yes, or -o FILE",
			"nothing was changed: clear needs --yes or -o")
	}
	return nil
}
