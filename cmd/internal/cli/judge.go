package cli

import (
	"os"

	"github.com/urfave/cli/v2"

	"depeer/policies/persist/judge"
)

// judgeCommand is the judge's own process; it is not for people.
func judgeCommand(s *session) *cli.Command {
	return &cli.Command{
		Name: "judge", Hidden: true,
		Action: func(c *cli.Context) error { return judge.Serve(c.Context, s.In, s.Out) },
	}
}

// newJudge returns what starts that process: this program, whatever it is called.
func newJudge() judge.Judge {
	self, err := os.Executable()
	if err != nil {
		return judge.Judge{} // which can judge nothing, and says so
	}
	return judge.Judge{Command: []string{self, "judge"}, Name: "depeer"}
}
