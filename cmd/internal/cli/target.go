package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/policies/exchange"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
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

// optionsOf returns how gobgpd is reached.
func (s *session) optionsOf(t operate.Target) gobgp.Options {
	return gobgp.Options{Address: t.Address, Timeout: t.Timeout, TLS: (*gobgp.TLS)(t.TLS), Insecure: t.Insecure,
		Logger: s.log}
}

// dial reaches a target. Nothing has been changed if it fails.
func (s *session) dial(ctx context.Context, t operate.Target) (*gobgp.Client, error) {
	client, err := gobgp.Dial(ctx, s.optionsOf(t))
	if err != nil {
		return nil, unreached(ctx, err)
	}
	return client, nil
}

// unreached says that a target was not reached before anything was written.
func unreached(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &operate.Error{Kind: operate.Unreached, Name: "unreached", Err: err}
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

// obstructed turns obstacles into the failure that they mean.
func obstructed(obstacles []plan.Obstacle, address string) error {
	if len(obstacles) == 0 {
		return nil
	}
	f := &operate.Error{Kind: operate.Unfit, Name: "unfit"}
	for _, o := range obstacles {
		switch o.Code {
		case plan.Rejecting:
			f.Name, f.Hint = "routes-rejected", cureOfRejecting(address)
		case plan.CutOff:
			f.Kind, f.Name, f.Hint = operate.Held, "cut-off", "depeer recover --target "+address
		case plan.Locked:
			if f.Kind != operate.Held {
				f.Kind, f.Name, f.Hint = operate.Held, "locked",
					"wait; or, if its process is dead: depeer recover --target "+address
			}
		case plan.NotOurs:
			if f.Kind == operate.Unfit && f.Name != "routes-rejected" {
				f.Kind, f.Name, f.Hint = operate.Held, "changed-by-hand", "look at it; --take-over replaces it"
			}
		case plan.NotAnchored:
			if f.Hint == "" {
				f.Name, f.Hint = "not-anchored", "depeer emit --anchor says what to paste into gobgpd.conf, and "+
					"what its reload costs"
			}
		case plan.GroupLacks:
			if f.Hint == "" {
				f.Name, f.Hint = "not-anchored", "edit that peer group in gobgpd.conf, and reload: gobgpd takes one "+
					"changed group at each reload; then plan gives it to sessions that are up"
			}
		case plan.ListsLost:
			if f.Kind == operate.Unfit && f.Name != "lists-lost" {
				f.Name, f.Hint = "lists-lost", curesOf(address)
			}
		case plan.Stuck:
			if f.Hint == "" {
				f.Name, f.Hint = "stuck", "plan --take-over takes everything out first; or apply without its "+
					"choices, and then with them"
			}
		case plan.NoClient:
			if f.Hint == "" {
				f.Name, f.Hint = "no-client", "route-server-client = true in the section of each neighbor whose "+
					"routes are to be treated"
			}
		case plan.GlobalList:
			if f.Hint == "" {
				f.Name, f.Hint = "global-list", "take it out of global.apply-policy: it belongs into the lists of "+
					"route-server clients"
			}
		case plan.DecidesBefore:
			if f.Hint == "" {
				f.Name, f.Hint = "decides-before", "put depeer first in that client's list"
			}
		}
	}
	f.Err = errors.New(wordsOf(obstacles))
	return f
}

// wordsOf says what obstacles are in one line, in their order. What is the same of several
// members is one item.
func wordsOf(obstacles []plan.Obstacle) string {
	var words []string
	members := make(map[plan.Obstacle][]string) // by what is the same
	alike := func(o plan.Obstacle) (plan.Obstacle, bool) {
		_, err := netip.ParseAddr(o.Object)
		return plan.Obstacle{Code: o.Code, Why: o.Why}, err == nil
	}
	for _, o := range obstacles {
		if key, is := alike(o); is {
			members[key] = append(members[key], o.Object)
		}
	}
	for _, o := range obstacles {
		key, is := alike(o)
		same := members[key]
		switch {
		case !is || len(same) == 1:
			words = append(words, o.Object+": "+o.Why)
		case o.Object == same[0]:
			words = append(words, fmt.Sprintf("%s (%s): %s", count(len(same), "member"), plan.FirstOf(same), o.Why))
		}
	}
	return strings.Join(words, "; ")
}

// age writes how long ago something was, as people say it.
func age(d time.Duration) string {
	switch {
	case d < 0:
		return "not yet"
	case d < 2*time.Minute:
		return d.Truncate(time.Second).String()
	case d < 2*time.Hour:
		return d.Truncate(time.Minute).String()
	case d < 48*time.Hour:
		return d.Truncate(time.Hour).String()
	default:
		return count(int(d.Hours()/24), "day")
	}
}
