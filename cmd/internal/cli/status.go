package cli

import (
	"cmp"
	"context"
	"errors"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

func statusCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "says what is in force on a route server, and whether it is as lists say",
		ArgsUsage: "[LISTING...]",
		Description: "Compares with these lists; without any, with those of the exchange file; where it has none,\n" +
			"with what was applied last. Says what is in force, as read from the route server, what history\n" +
			"expected, and what lists ask for.\n" +
			"Exits 0 if it is in sync, else 2; 5 if it has no route-server client, or the exchange file is\n" +
			"about another route server. Says what members are expected to get from what is in force;\n" +
			"what they really got cannot be read from this daemon. Where treatments change routes, it\n" +
			"looks through what members announce for routes that are treated already. Names your own\n" +
			"policies that undo what is in force, or act on it, and members whose routes lack something.",
		Flags: append(targetFlags(), &cli.StringFlag{Name: "file",
			Usage: "say, too, what a restart with this gobgpd.conf `FILE` (TOML), and a reload of it, would do to " +
				"what is in force"}),
		Action: func(c *cli.Context) error {
			in, err := s.asked(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			targets, err := s.targetsOf(c)
			if err != nil {
				return err
			}
			return s.statusOf(c.Context, in, targets, c.String("file"))
		},
	}
}

// targetsOf returns the target that is named, or all.
func (s *session) targetsOf(c *cli.Context) ([]operate.Target, error) {
	if isAll(c) {
		if c.String("file") != "" {
			return nil, usage("depeer status --target rs1 --file gobgpd.conf", "a file is one target's")
		}
		return s.allTargets(c, s.exchangeOf())
	}
	t, err := s.targetOf(c, s.exchangeOf())
	return []operate.Target{t}, err
}

// statusOf looks at targets, and says what is worst: one that does not answer, one that
// is not as it should be.
func (s *session) statusOf(ctx context.Context, in *wanted.Input, targets []operate.Target, file string) error {
	var all view.Status
	var away, misfit, differs error
	for _, t := range targets {
		var one *wanted.Input
		if in != nil {
			each := *in
			one = &each
		}
		result, err := s.status(ctx, one, t, file)
		if err != nil {
			return err
		}
		all.Targets = append(all.Targets, result)
		switch {
		case result.State == plan.InSync.String():
		case result.State == unreachable:
			away = shownError{&operate.Error{Kind: operate.Unreached, Name: "unreached", Err: errors.New(result.Why)}}
		case result.Unfit:
			misfit = shownError{&operate.Error{Kind: operate.Unfit, Name: "unfit", Err: errors.New(result.State)}}
		default:
			differs = shownError{&operate.Error{Kind: operate.Differs, Name: "differs", Err: errors.New(result.State)}}
		}
	}
	if err := s.view.Status(all); err != nil {
		return err
	}
	return cmp.Or(away, misfit, differs)
}

// unreachable is the state of a target that does not answer.
const unreachable = "unreachable"

// status looks at one target, and the file that it was started with, if one is
// named. That the target cannot be reached is a result, too.
func (s *session) status(ctx context.Context, in *wanted.Input, t operate.Target, file string) (view.TargetStatus,
	error) {
	address := t.Address
	result := view.TargetStatus{Name: cmp.Or(t.Name, address), Address: address}
	store, err := s.store()
	if err != nil {
		return result, err
	}
	found, err := readPast(store, address)
	if err != nil {
		return result, err
	}
	last := found.applied
	describeExpected(&result, found)
	w, err := waitsOf(store.Pending(address))
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
	state, result.Diagnostics = recalling(store, address, state)
	want, misfits := &policies.RoutingPolicy{}, s.misfits(in, t, state)
	switch {
	case in != nil:
		in.Compile(s.now, in.Exchange.Towards(factsOf(t, state)))
		if f := operate.Verdict(in.Diagnostics); f != nil {
			return result, f
		}
		want = in.Policy()
	case last != nil:
		want = last.Wanted()
	}
	unclaimed, err := describePolicy(&result, store, address, state, found, in)
	if err != nil {
		return result, err
	}
	if unclaimed {
		want = state.InForce()
	}
	drift := plan.Drift(state, want)
	unknown := in == nil && found.unread != nil // as what should be
	if unknown || in == nil && last != nil && operate.Stands(state, last) && state.InForce().Empty() {
		drift = plan.ListDrift(state) // cleared: without a place in lists, too, it is as it should be
	}
	rejected := state.Rejected()
	switch {
	case len(state.LostLists()) > 0:
		result.Cure = curesOf(address)
	case len(rejected) > 0:
		result.Cure = cureOfRejecting(address)
	}
	drift = append(drift, plan.ReachDrift(state)...)
	for _, c := range state.Choosers(want) {
		result.Choosers = append(result.Choosers, c.Address.String())
	}
	result.State, result.Drift = state.Status(drift, w.anything()).String(), view.DriftOf(drift)
	if unknown && result.State == plan.InSync.String() {
		result.State, result.Why = plan.Unknown.String(), found.unread.Error()
	}
	if unclaimed && result.State == plan.InSync.String() {
		result.State, result.Why = plan.Unknown.String(),
			"what is in force was not put in from this machine, and no list is given"
	}
	if operate.RolledBackElsewhere(store, address, state) {
		result.Diagnostics.Warnf(diag.Position{}, "rolled-back-elsewhere", "",
			"it was %s, by another machine: watch applies nothing until somebody does",
			operate.WordsOfRollback(state))
	}
	describeReach(&result, misfits, state)
	if err := s.statusOfRoutes(ctx, client, state, address, &result); err != nil {
		return result, err
	}
	if err := s.statusOfOperator(ctx, client, state, &result); err != nil {
		return result, err
	}
	if err := s.fileStatus(&result, t, file, state, store); err != nil {
		return result, err
	}
	if result.NearLimit, err = findNearLimit(ctx, client, state); err != nil {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		result.Diagnostics.Warnf(diag.Position{}, "routes-unread", "", "how long routes are is not known: %v", err)
	}
	s.describePending(&result, w)
	if len(rejected) > 0 { // before all else: nothing else is as urgent
		why := wordsOf(rejected)
		if result.Why != "" {
			why += "; " + result.Why
		}
		result.Why = why
	}
	return result, nil
}

// describePending adds what waits for a confirmation.
func (s *session) describePending(result *view.TargetStatus, w waits) {
	pending := w.pending
	switch {
	case w.unread != nil:
		result.Why = w.String()
		return
	case pending == nil:
		return
	}
	result.Pending = pending.Entry
	if left := pending.Left(); left > 0 {
		result.Why = "waits for a confirmation, for another " + age(left)
	} else {
		result.Why = "a confirmation is overdue by " + age(-left)
	}
}
