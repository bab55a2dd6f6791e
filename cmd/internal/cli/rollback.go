package cli

import (
	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/guard"
	"depeer/policies/operate"
)

func rollbackCommand(s *session) *cli.Command {
	var sessions override
	args := struct {
		targetFlags
		askFlags
	}{targetFlags{command: "rollback"}, askFlags{command: "rollback"}}
	return &cli.Command{
		Name:      "rollback",
		Usage:     "goes back to what was in force before a change",
		ArgsUsage: "[ID]",
		Description: "Without an ID, one step back each time: a rollback, an expiry, a recovery and a repair are no\n" +
			"steps. IDs may be shortened. Shows what would change, and asks. Refuses if somebody has\n" +
			"changed ours since.",
		Flags: append(args.bindFlags(), args.bindYes(),
			&cli.GenericFlag{Name: guard.AllowSessions, Value: &sessions,
				Usage: "shut up to `N` sessions of members again, or N% of the members"},
		),
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return cmdline.NewUsageError("depeer rollback [ID] --target rs1", "rollback takes one ID")
			}
			t, err := s.findTarget(args.targetFlags, s.readExchange())
			if err != nil {
				return err
			}
			options := operate.RollbackOptions{ID: c.Args().First(), Why: "rolled back",
				Sessions: sessions.Override}
			if !args.yes {
				options.Approve = func(d operate.Draft) error { return s.approveBack(args.askFlags, d) }
			}
			return s.showResult(s.newOperator().Rollback(c.Context, t, options))
		},
	}
}

// approveBack shows what going back changes, and asks.
func (s *session) approveBack(f askFlags, d operate.Draft) error {
	if err := s.checkAnswerable(f, false); err != nil {
		return err
	}
	if err := s.view.Plan(d); err != nil {
		return err
	}
	return s.askForRouterID(f, d.Plan.Target, d.Plan.Server)
}
