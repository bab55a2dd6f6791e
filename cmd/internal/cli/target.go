package cli

import (
	"os"
	"os/user"
	"path/filepath"

	"github.com/urfave/cli/v2"

	"depeer/policies/exchange"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/operate"
)

// targetFlags are of every command that speaks to a route server. Which one is
// never guessed, so --target has no variable.
func targetFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "target", Usage: "the route server: a `NAME` of the exchange file, host:port, " +
			"unix:///path; all, one after another, for plan, apply, status and clear"},
		&cli.DurationFlag{Name: "timeout", Value: gobgp.DefaultTimeout, EnvVars: []string{"DEPEER_TIMEOUT"},
			Usage: "when a silent target counts as not reached"},
		&cli.BoolFlag{Name: "insecure", EnvVars: []string{"DEPEER_INSECURE"},
			Usage: "speak plain text to another host, where anybody on the way could change routes"},
	}
}

// targetOf finds the route server that a command is for.
func (s *session) targetOf(c *cli.Context, x *exchange.Exchange) (operate.Target, error) {
	return s.findTarget(c, x, c.String("target"))
}

func (s *session) findTarget(c *cli.Context, x *exchange.Exchange, name string) (operate.Target, error) {
	if name == "" {
		return operate.Target{}, usage("depeer "+c.Command.Name+
			" --target rs1, or an address such as unix:///run/gobgpd.sock",
			"no target: it is never guessed")
	}
	if name == exchange.AllTargets {
		return operate.Target{}, usage("depeer "+c.Command.Name+" --target NAME", "%s is for one target at a time",
			c.Command.Name)
	}
	t := operate.Target{Timeout: c.Duration("timeout"), Insecure: c.Bool("insecure"),
		MaxAddedBytes: exchange.DefaultLimits().MaxAddedBytes}
	if x != nil {
		t.MaxAddedBytes = x.Limits.MaxAddedBytes
		for _, known := range x.Targets {
			if known.Name == name || known.Address.String() == name {
				t.Name, t.Address, t.TLS, t.Persist = known.Name, known.Address.String(),
					s.tlsOf(known), known.Persist
				return t, nil
			}
		}
	}
	address, err := exchange.ParseAddress(name)
	if err != nil && x == nil && s.confWrong != nil {
		return operate.Target{}, s.confWrong
	}
	if err != nil {
		return operate.Target{}, usage("--target NAME, host:port or unix:///path",
			"--target %s: neither a target of the exchange file nor an address", name)
	}
	t.Address = address.String()
	return t, nil
}

// tlsOf returns a target's TLS files, which stand beside the exchange file.
func (s *session) tlsOf(t exchange.Target) *exchange.TLS {
	if t.TLS == nil {
		return nil
	}
	beside := func(name string) string {
		if name == "" || filepath.IsAbs(name) {
			return name
		}
		return filepath.Join(filepath.Dir(s.reader.Used), name)
	}
	return &exchange.TLS{CA: beside(t.TLS.CA), Cert: beside(t.TLS.Cert), Key: beside(t.TLS.Key)}
}

// store opens what is kept of route servers between runs.
func (s *session) store() (*journal.Store, error) {
	dir, err := s.stateDir()
	if err != nil {
		return nil, err
	}
	store, err := journal.Open(dir)
	if err != nil {
		return nil, &operate.Error{Kind: operate.Failed, Name: "state", Err: err,
			Hint: "--state DIR names another place"}
	}
	store.Passed = s.passOver
	return store, nil
}

// self is who is at work: user@host.
func self() string {
	name := "unknown"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return name + "@" + host
}
