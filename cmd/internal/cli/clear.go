package cli

import (
	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

func clearCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "clear",
		Usage:     "the off-switch: takes everything of ours out of a route server",
		ArgsUsage: " ",
		Description: "Needs no list, and works whatever state the target is in. Shows the plan; with --yes it is\n" +
			"done at once, with -o it is kept for apply.",
		Flags: append(targetFlags(), yesFlag, &cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"}),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return usage("depeer clear --target rs1", "clear takes no lists")
			}
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			client, err := s.dial(c.Context, t)
			if err != nil {
				return err
			}
			defer client.Close()
			state, err := client.State(c.Context)
			if err != nil {
				return unreached(c.Context, err)
			}
			id, state := newID(), s.remembered(state, t.options.Address)
			p := s.newPlan(t, state, id, *plan.Clear(state, id))
			p.Clear = true
			if err := obstructed(p.Obstacles(state), t.options.Address); err != nil {
				return err
			}
			if c.Bool("yes") {
				return s.applyPlan(c, p, journal.Start{Action: "clear"})
			}
			server := describeTarget(t, state)
			result := view.Plan{Plan: p, Impact: view.Impact{At: s.now, Server: &server, Lists: p.Lists, Summary: p.Change.Summary()}}
			if err := s.finishPlan(result, planArgs{output: c.String("output")}); err != nil {
				return err
			}
			if c.String("output") == "" && !p.Change.Empty() {
				return usage("depeer clear --target "+t.options.Address+" --yes, or -o FILE", "nothing was changed: clear needs --yes or -o")
			}
			return nil
		},
	}
}
