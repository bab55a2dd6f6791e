package cli

import (
	"context"
	"crypto/sha256"
	"os"
	"sync"

	"github.com/urfave/cli/v2"

	"depeer/filters/diag"
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

// verdicts are what has been found of files, by their contents: a plan asks twice, and a
// watch at each look. It keeps the last one. It is safe for concurrent use.
type verdicts struct {
	mu   sync.Mutex
	of   [sha256.Size]byte
	list diag.List
}

// judgeFile says what a start with text, or a reload of it, would do where the file name
// holds old now: see judge.Diagnose.
func (s *session) judgeFile(ctx context.Context, name string, old, text []byte) (diag.List, error) {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(name), old, text} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	of := [sha256.Size]byte(h.Sum(nil))
	s.verdicts.mu.Lock()
	defer s.verdicts.mu.Unlock()
	if s.verdicts.of == of {
		return append(diag.List{}, s.verdicts.list...), nil
	}
	list, err := newJudge().Diagnose(ctx, name, old, text)
	if err == nil {
		s.verdicts.of, s.verdicts.list = of, append(diag.List{}, list...)
	}
	return list, err
}
