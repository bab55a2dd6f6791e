package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/urfave/cli/v2"

	"depeer/filters/trust"
	"depeer/policies/operate"
)

// A change that waits for a confirmation is guarded by a process of its own, in a
// session of its own: it restores what was before when time is up, whether or not the
// terminal, and the depeer that applied, are still there. What waits is in the
// state directory; a guardian that dies leaves it there, and status says overdue.

func confirmCommand(s *session) *cli.Command {
	args := targetFlags{command: "confirm"}
	return &cli.Command{
		Name:      "confirm",
		Usage:     "keeps a change that waits for it",
		ArgsUsage: " ",
		Flags:     []cli.Flag{args.bindTarget()},
		Action: func(c *cli.Context) error {
			t, err := s.findTarget(args, s.readExchange())
			if err != nil {
				return err
			}
			return s.showResult(s.newOperator().Confirm(c.Context, t))
		},
	}
}

// guardCommand is the guardian's own; it is not for people.
func guardCommand(s *session) *cli.Command {
	args := targetFlags{command: "guard"}
	return &cli.Command{
		Name: "guard", Hidden: true,
		Flags: args.bindFlags(),
		Action: func(c *cli.Context) error {
			t, err := s.findTarget(args, s.readExchange())
			if err != nil {
				return err
			}
			result, err := s.newOperator().Guard(c.Context, t, c.Args().First())
			if err != nil || result == nil {
				return err
			}
			return s.showResult(*result, nil)
		},
	}
}

// startGuardian starts the guardian of an entry.
func (s *session) startGuardian(t operate.Target, id string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	dir, err := s.stateDir()
	if err != nil {
		return err
	}
	args := []string{"guard", id, "--state", dir, "--target", t.Address, "--timeout",
		t.Timeout.String()}
	config, err := s.reader.AbsoluteConfig()
	if err != nil {
		return err
	}
	if config != "" {
		args = append(args, "--config", config)
	}
	if t.Insecure {
		args = append(args, "--insecure")
	}
	if s.global.trust {
		args = append(args, "--trust-files")
	}
	log, err := s.trustRule().OpenFile(filepath.Join(dir, "guard.log"), trust.State,
		os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.Command(self, args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
