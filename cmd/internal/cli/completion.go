package cli

import (
	"depeer/cmd/internal/cmdline"
	"fmt"

	"github.com/urfave/cli/v2"
)

func completionCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "prints a completion script for a shell",
		ArgsUsage: "bash|zsh|fish",
		Action: func(c *cli.Context) error {
			script, ok := cmdline.Scripts[c.Args().First()]
			if c.NArg() != 1 || !ok {
				return cmdline.NewUsageError("depeer completion bash|zsh|fish", "completion takes one shell")
			}
			_, err := fmt.Fprint(s.Out, script)
			return err
		},
	}
}
