package cli

import (
	"context"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/operate"
)

// clearArgs are the flags of clear.
type clearArgs struct {
	targetFlags
	askFlags
	soak   time.Duration
	output string
}

func clearCommand(s *session) *cli.Command {
	args := clearArgs{targetFlags: targetFlags{command: "clear", several: true}, askFlags: askFlags{command: "clear"}}
	return &cli.Command{
		Name:      "clear",
		Usage:     "the off-switch: takes everything of ours out of a route server",
		ArgsUsage: " ",
		Description: "Needs no list, and works whatever state the target is in. Shows the plan; with --yes it is\n" +
			"done at once, with -o it is kept for apply.",
		Flags: append(args.bindFlags(), args.bindYes(), bindSoak(&args.soak, 0), bindOutput(&args.output, keepPlan)),
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return cmdline.NewUsageError("depeer clear --target rs1", "clear takes no lists")
			}
			if args.isAll() {
				return s.clearAll(c.Context, &args)
			}
			t, err := s.findTarget(args.targetFlags, s.readExchange())
			if err != nil {
				return err
			}
			return s.clearTarget(c.Context, t, &args)
		},
	}
}

func (s *session) clearTarget(ctx context.Context, t operate.Target, args *clearArgs) error {
	result, err := s.newOperator().Clear(ctx, t, !args.yes)
	if err != nil {
		return err
	}
	if args.yes {
		return s.applyPlan(ctx, args.targetFlags, args.askFlags, result.Plan,
			operate.ApplyOptions{Action: operate.ActionClear})
	}
	if err := s.finishPlan(result, keepArgs{output: args.output}); err != nil {
		return err
	}
	if args.output == "" && !result.Nothing() {
		return cmdline.NewUsageError("depeer clear --target "+t.Address+" --yes, or -o FILE",
			"nothing was changed: clear needs --yes or -o")
	}
	return nil
}
