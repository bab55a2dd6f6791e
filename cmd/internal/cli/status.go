package cli

import (
	"cmp"
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

func statusCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "says whether a route server is as lists say, or as was applied last",
		ArgsUsage: "[LISTING...]",
		Description: "Exits 0 if it is in sync, else 2. Says what members are expected to get from what is in\n" +
			"force; what they really got cannot be read from this daemon.",
		Flags: append(targetFlags(), &cli.StringFlag{Name: "file", Usage: "say, too, what a reload of this gobgpd.conf `FILE` (TOML) would do to what is in force"}),
		Action: func(c *cli.Context) error {
			var in *input
			if c.NArg() > 0 {
				var err error
				if in, err = s.load(c.Context, c.Args().Slice()); err != nil {
					return err
				}
				if f := verdict(in.diags); f != nil {
					return f
				}
			}
			t, err := s.targetOf(c, s.exchangeOf())
			if err != nil {
				return err
			}
			result, err := s.status(c.Context, in, t, c.String("file"))
			if err != nil {
				return err
			}
			if err := s.view.Status(view.Status{Targets: []view.TargetStatus{result}}); err != nil {
				return err
			}
			if result.State == unreachable {
				return &failure{code: Unreached, name: "unreached", said: true, err: fmt.Errorf("%s", result.Why)}
			}
			if result.State != plan.InSync.String() {
				return &failure{code: Differs, name: "differs", said: true, err: fmt.Errorf("%s", result.State)}
			}
			return nil
		},
	}
}

// unreachable is the state of a target that does not answer.
const unreachable = "unreachable"

// status looks at one target, and the file that it was started with, if one is
// named. That the target cannot be reached is a result, too.
func (s *session) status(ctx context.Context, in *input, t target, file string) (view.TargetStatus, error) {
	address := t.options.Address
	result := view.TargetStatus{Name: cmp.Or(t.name, address), Address: address}
	store, err := s.store()
	if err != nil {
		return result, err
	}
	last, err := lastApplied(store, address)
	if err != nil {
		return result, err
	}
	pending, err := store.Pending(address)
	if err != nil {
		return result, err
	}
	client, err := s.dial(ctx, t)
	if err != nil {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		result.State, result.Why = unreachable, err.Error()
		return result, nil
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		result.State, result.Why = plan.Unknown.String(), err.Error()
		return result, nil
	}
	want := &policies.RoutingPolicy{}
	switch {
	case in != nil:
		in.compile(s.now, in.exchange.WithASN(state.Server.ASN))
		if f := verdict(in.diags); f != nil {
			return result, f
		}
		want = in.policy()
		result.Lists = plan.Refs(in.lists)
	case last != nil:
		want, result.Lists = last.Change.New, last.Lists
	}
	found := plan.Drift(state, want)
	if in == nil && last != nil && last.Holds(state) {
		found = nil // cleared: without a place in lists, too, it is as it should be
	}
	for _, c := range state.Choosers(want) {
		result.Choosers = append(result.Choosers, c.Address.String())
	}
	result.State, result.Drift = state.Status(found, pending != nil).String(), view.DriftOf(found)
	if file != "" {
		reload, err := s.reloadOf(file, state)
		if err != nil {
			return result, err
		}
		if result.Drift = append(result.Drift, reload...); len(reload) > 0 && result.State == plan.InSync.String() {
			result.State = plan.Drifts.String()
		}
	}
	s.describePending(&result, pending)
	return result, nil
}

// describePending adds what waits for a confirmation.
func (s *session) describePending(result *view.TargetStatus, pending *journal.Pending) {
	if pending == nil {
		return
	}
	result.Pending = pending.Entry
	if left := pending.Left(); left > 0 {
		result.Why = "waits for a confirmation, for another " + age(left)
	} else {
		result.Why = "a confirmation is overdue by " + age(-left)
	}
}
