package run_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"depeer/filters/diag"
	"depeer/filters/feed"
	"depeer/policies/exchange"
	"depeer/policies/gobgp"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/lab/testbed"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// A person at the same machine, beside the watch, with the same files.

// target is the route server of the year.
func (y *year) target() operate.Target {
	return operate.Target{Address: y.x.Daemon.Target.String(), Timeout: gobgp.DefaultTimeout,
		MaxAddedBytes: exchange.DefaultLimits().MaxAddedBytes}
}

// reader returns what reads the exchange file and lists, with the copy of the feed that the watch has.
func (y *year) reader(now time.Time) *wanted.Reader {
	return &wanted.Reader{Files: wanted.NewFiles(y.t.Context(), nil), Config: filepath.Join(y.dir, "depeer.yaml"),
		Now: now, Note: func(string, ...any) {}, Fetcher: y.fetcher}
}

// fetcher returns what reads copies of feeds; the server's certificate is not known to it.
func (y *year) fetcher() (*feed.Fetcher, error) { return &feed.Fetcher{StateDir: y.stateDir()}, nil }

func (y *year) stateDir() string { return filepath.Join(y.dir, "state") }

// operator returns what a person operates with.
func (y *year) operator(now time.Time) *operate.Operator {
	return &operate.Operator{
		Reporter: unheard{}, Log: slog.New(slog.DiscardHandler),
		Dial: func(ctx context.Context, t operate.Target) (operate.Daemon, error) {
			return gobgp.Dial(ctx, gobgp.Options{Address: t.Address, Timeout: t.Timeout})
		},
		Store: func() (*journal.Store, error) { return journal.Open(y.stateDir()) },
		Exchange: func() *exchange.Exchange {
			x, _ := y.reader(now).ReadExchange()
			return x
		},
		Now: now, By: "person@test", Tool: "test",
	}
}

// byHand is a person who plans and applies what lists ask for.
func (y *year) byHand(overrides plan.Overrides) {
	y.t.Helper()
	now := y.clock().Truncate(time.Second)
	o, kept := y.operator(now), filepath.Join(y.dir, "by-hand.plan")
	y.succeed("plan", func(ctx context.Context) error {
		in, err := y.reader(now).Load(ctx, nil)
		if err != nil {
			return err
		}
		drafted, err := o.Draft(ctx, in, y.target(),
			operate.DraftOptions{RouteOptions: operate.RouteOptions{Overrides: overrides}})
		if err != nil {
			return err
		}
		if err := operate.CheckGuards(drafted.Guards); err != nil {
			return err
		}
		return writePlan(kept, drafted.Plan)
	})
	y.succeed("apply", func(ctx context.Context) error {
		p, err := readPlan(kept)
		if err != nil {
			return err
		}
		_, err = o.Apply(ctx, y.target(), p, operate.ApplyOptions{Action: operate.ActionApply})
		return err
	})
	y.approved = on(y.day(), y.lists, y.fetched)
}

func writePlan(name string, p *plan.Plan) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return plan.Encode(file, p)
}

func readPlan(name string) (*plan.Plan, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return plan.Decode(file)
}

// rollBack is a person who takes the last change back.
func (y *year) rollBack() {
	y.t.Helper()
	y.succeed("rollback", func(ctx context.Context) error {
		_, err := y.operator(time.Now().UTC()).Rollback(ctx, y.target(), operate.RollbackOptions{Why: "rolled back"})
		return err
	})
}

// succeed does something that is to succeed, soon: the watch may be at work.
func (y *year) succeed(what string, do func(context.Context) error) {
	y.t.Helper()
	testbed.Eventually(y.t, testbed.Patience, func() error {
		if err := do(y.t.Context()); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		return nil
	})
}

// allowShrink lets n entries go.
func allowShrink(n int) plan.Overrides {
	return plan.Overrides{guard.Get(guard.MaxShrink).Override(): guard.Override{Number: n}}
}

// unheard is told what an operation tells while it runs.
type unheard struct{}

func (unheard) Note(string, ...any)           {}
func (unheard) Progress(string)               {}
func (unheard) Warnings(diag.List)            {}
func (unheard) PassOver(*journal.UnreadError) {}
func (unheard) KeepText(string, []byte)       {}

func write(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}
