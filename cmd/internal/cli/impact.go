package cli

import (
	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/operate"
)

func impactCommand(s *session) *cli.Command {
	flags := struct {
		targetFlags
		routeFlags
	}{targetFlags: targetFlags{command: "impact"}}
	return &cli.Command{
		Name:      "impact",
		Usage:     "shows what listings do to real routes: of an MRT file, or of a route server",
		ArgsUsage: "[LISTING...]",
		Description: "Says which routes of which members would be refused or changed, what would be left without\n" +
			"a path, by what listed prefixes are still reached, which have moved, and who else loses.\n" +
			"Changes nothing. With --target and --rib, routes are those of the file, and what is in\n" +
			"force is the target's.",
		Flags: append(flags.targetFlags.bindFlags(), flags.routeFlags.bindFlags()...),
		Action: func(c *cli.Context) error {
			args := flags.readOptions()
			if err := s.useCSV(flags.csv); err != nil {
				return err
			}
			if flags.target == "" && len(args.Dumps) == 0 {
				return cmdline.NewUsageError("depeer impact LISTING.yaml --rib FILE, or --target rs1",
					"no routes: neither --rib nor --target")
			}
			in, err := s.loadInput(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
				return f
			}
			if flags.target == "" {
				return s.showImpact(s.newOperator().ImpactOfDumps(c.Context, in, args))
			}
			t, err := s.findTarget(flags.targetFlags, in.Exchange)
			if err != nil {
				return err
			}
			if f := operate.CheckAskable(in.Diagnostics); f != nil {
				return s.showRefused(in, f)
			}
			result, err := s.newOperator().Impact(c.Context, in, t, args)
			return s.showImpact(result, s.showWithoutTarget(in, err))
		},
	}
}

func (s *session) showImpact(result operate.Impact, err error) error {
	if err != nil {
		return err
	}
	if err := s.view.Impact(result); err != nil {
		return err
	}
	return operate.CheckGuards(result.Guards)
}
