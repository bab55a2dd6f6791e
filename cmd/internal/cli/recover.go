package cli

import (
	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

func recoverCommand(s *session) *cli.Command {
	args := struct {
		targetFlags
		askFlags
		options operate.RecoverOptions
	}{targetFlags: targetFlags{command: "recover"}, askFlags: askFlags{command: "recover"}}
	return &cli.Command{
		Name:      "recover",
		Usage:     "finishes or undoes what was cut off",
		ArgsUsage: " ",
		Description: "Exits 0 if it was finished, or there was nothing to do, and 9 if it was undone. Takes over the\n" +
			"lock of a dead process of this machine; --break-lock is for other machines.",
		Flags: append(args.bindFlags(), args.bindYes(),
			&cli.StringFlag{Name: "break-lock", Destination: &args.options.BreakLock,
				Usage: "take the lock of `ID`, whose process is dead on another machine"}),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return cmdline.NewUsageError("depeer recover --target rs1", "recover takes no files")
			}
			t, err := s.findTarget(args.targetFlags, s.readExchange())
			if err != nil {
				return err
			}
			args.options.Approve = func(server plan.Server) error {
				return s.askForRouterID(args.askFlags, t.Address,
					server)
			}
			return s.showResult(s.newOperator().Recover(c.Context, t, args.options))
		},
	}
}
