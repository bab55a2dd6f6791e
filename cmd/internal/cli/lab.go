package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/lab/story"
)

func labCommand(s *session) *cli.Command {
	var keep bool
	return &cli.Command{
		Name:      "lab",
		Usage:     "shows on loopback what a listing does: a route server and its members, embedded",
		ArgsUsage: " ",
		Description: "Starts a GoBGP route server and four members in this process, with the routes of\n" +
			"examples/mccolo-2008; plans and applies the listing of that example, shows what the\n" +
			"members hold before and after, and takes it back. It needs no root, and only addresses\n" +
			"in 127.0.0.0/8.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "keep", Destination: &keep,
				Usage: "leave it running, without policy, as a target; ends on Ctrl-C or SIGTERM"},
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 0 {
				return cmdline.NewUsageError("depeer lab", "lab takes no files: it has a listing of its own")
			}
			return s.runLab(c.Context, keep, s.global.json)
		},
	}
}

func (s *session) runLab(ctx context.Context, keep, json bool) error {
	told, err := story.Read(s.now)
	if err != nil {
		return err
	}
	s.view.Note("starting a route server and %s on loopback", formatCount(len(told.Members), "member"))
	l, err := told.Start(ctx)
	if err != nil {
		return err
	}
	defer l.Close()

	result := story.Describe(l)
	if !keep || !json {
		if err := told.Tell(ctx, l, s.newOperator(), &result); err != nil {
			return err
		}
		if err := s.view.Lab(result); err != nil {
			return err
		}
	}
	if !keep {
		return nil
	}
	if err := s.view.LabStands(result); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
