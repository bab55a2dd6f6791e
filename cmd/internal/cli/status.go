package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

func statusCommand(s *session) *cli.Command {
	args := struct {
		targetFlags
		options operate.StatusOptions
	}{targetFlags{command: "status", several: true}, operate.StatusOptions{Read: s.openConfiguration}}
	return &cli.Command{
		Name:      "status",
		Usage:     "says what is in force on a route server, and whether it is as lists say",
		ArgsUsage: "[LISTING...]",
		Description: "Compares with these lists; without any, with those of the exchange file; where it has none,\n" +
			"with what was applied last. Says what is in force, as read from the route server, what history\n" +
			"expected, and what lists ask for.\n" +
			"Exits 0 if it is in sync, else 2; 5 if it has no route-server client, or the exchange file is\n" +
			"about another route server. Says what members are expected to get from what is in force;\n" +
			"what they really got cannot be read from this daemon. Where treatments change routes, it\n" +
			"looks through what members announce for routes that are treated already. Names your own\n" +
			"policies that undo what is in force, or act on it, and members whose routes lack something.",
		Flags: append(args.bindFlags(), &cli.StringFlag{Name: "file", Destination: &args.options.File,
			Usage: "say, too, what a restart with this gobgpd.conf `FILE` (TOML), and a reload of it, would do to " +
				"what is in force"}),
		Action: func(c *cli.Context) error {
			in, err := s.loadStatusLists(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			if args.isAll() && args.options.File != "" {
				return cmdline.NewUsageError("depeer status --target rs1 --file gobgpd.conf", "a file is one target's")
			}
			targets, err := s.findTargets(args.targetFlags)
			if err != nil {
				return err
			}
			return s.showStatus(c.Context, in, targets, args.options)
		},
	}
}

// showStatus shows the status of targets. Its error is that of the worst: one that does not answer, then
// one that does not fit, then one that differs.
func (s *session) showStatus(ctx context.Context, in *wanted.Input, targets []operate.Target,
	options operate.StatusOptions) error {
	o := s.newOperator()
	var all view.Status
	var away, misfit, differs error
	for _, t := range targets {
		var one *wanted.Input
		if in != nil {
			each := *in
			one = &each
		}
		result, err := o.Status(ctx, one, t, options)
		if err != nil {
			return err
		}
		all.Targets = append(all.Targets, result)
		switch {
		case result.State == plan.InSync.String():
		case result.State == operate.Unreachable:
			away = shownError{&operate.Error{Kind: operate.Unreached, Name: "unreached", Err: errors.New(result.Why)}}
		case result.Unfit:
			misfit = shownError{&operate.Error{Kind: operate.Unfit, Name: "unfit", Err: errors.New(result.State)}}
		default:
			differs = shownError{&operate.Error{Kind: operate.Differs, Name: "differs", Err: errors.New(result.State)}}
		}
	}
	if err := s.view.Status(all); err != nil {
		return err
	}
	return cmp.Or(away, misfit, differs)
}

// loadStatusLists reads the lists that status compares with: those that are named, or those of the
// exchange file, as plan does; nil where there are none.
func (s *session) loadStatusLists(ctx context.Context, names []string) (*wanted.Input, error) {
	if _, found := s.reader.FindConfig(); len(names) == 0 && !found {
		return nil, nil
	}
	in, err := s.loadInput(ctx, names)
	if err != nil {
		return nil, err
	}
	if len(names) == 0 && in.Exchange != nil && len(in.Exchange.Lists) == 0 {
		return nil, nil
	}
	if f := operate.Verdict(in.Diagnostics); f != nil {
		return nil, f
	}
	return in, nil
}
