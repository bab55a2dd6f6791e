package cli

import (
	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies/operate"
)

func checkCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "validates listings and the exchange file",
		ArgsUsage: "[LISTING...]",
		Description: "Shows every problem at once, each with its place. Without a listing it checks those\n" +
			"that the exchange file names. Exits 3 if anything is invalid, 4 if a guard refuses.",
		Action: func(c *cli.Context) error {
			in, err := s.loadInput(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			result := view.Check{Diagnostics: in.Diagnostics, Lists: len(in.Lists)}
			result.Providers, result.Prefixes, result.ASNs = in.Size()
			if err := s.view.Check(result); err != nil {
				return err
			}
			if f := operate.Verdict(in.Diagnostics); f != nil {
				return shownError{f}
			}
			return nil
		},
	}
}
