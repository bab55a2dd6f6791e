package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies/apply"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// An exchange has several route servers, and never touches two at once: --target all
// is one after another, in the order of the exchange file. Each is changed, proven, and
// watched for a while, before the next one is spoken to. Any trouble stops it there.

// soakFlag says for how long a target is watched before the next one is changed.
func soakFlag(usual time.Duration) cli.Flag {
	return &cli.DurationFlag{Name: "soak", Value: usual,
		Usage: "with --target all: watch each target for this `TIME` before the next is changed"}
}

// usualSoak is for how long, unless it is said otherwise.
const usualSoak = 30 * time.Second

// soakEvery is how often a target is looked at meanwhile.
const soakEvery = 5 * time.Second

// isAll says whether a command is to be done to all targets.
func isAll(c *cli.Context) bool { return c.String("target") == exchange.AllTargets }

// allTargets returns the targets of the exchange file, in the order in which they are
// changed.
func (s *session) allTargets(c *cli.Context, x *exchange.Exchange) ([]operate.Target, error) {
	if x == nil && s.confWrong != nil {
		return nil, s.confWrong
	}
	if x == nil || len(x.Targets) == 0 {
		return nil, usage("depeer "+c.Command.Name+" --target ADDRESS",
			"--target all: the exchange file has no targets")
	}
	var all []operate.Target
	for _, known := range x.InOrder() {
		t, err := s.findTarget(c, x, known.Name)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// about has an error name its target.
func about(t operate.Target, err error) error {
	f := new(operate.Error)
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	named := *f
	named.Err = fmt.Errorf("%s: %w", t.Name, f.Err)
	return &named
}

// planAll plans for all targets. If one of them has no plan, none is kept.
func (s *session) planAll(c *cli.Context, in *wanted.Input, args planArgs) error {
	targets, err := s.allTargets(c, in.Exchange)
	if err != nil {
		return err
	}
	if f := unaskable(in.Diagnostics); f != nil {
		return s.refusedUnasked(in, f)
	}
	plans := view.Plans{}
	for _, t := range targets {
		one := *in
		args.target = t
		p, err := s.planOf(c.Context, &one, args)
		if err != nil {
			return about(t, err)
		}
		plans.Targets = append(plans.Targets, p)
	}
	return s.finishPlans(plans, args)
}

// finishPlans keeps plans if no guard refuses any of them, and shows them.
func (s *session) finishPlans(plans view.Plans, args planArgs) error {
	var refused error
	all := make([][]guard.Result, len(plans.Targets))
	for i := range plans.Targets {
		all[i] = plans.Targets[i].Guards
	}
	guard.Suggest(all...) // one number serves all
	for i := range plans.Targets {
		if r := refusals(plans.Targets[i].Guards); r != nil {
			plans.Targets[i].Refused, plans.Refused = true, true
			if refused == nil {
				refused = about(operate.Target{Name: plans.Targets[i].Plan.Name}, r)
			}
		}
	}
	if args.output != "" && refused == nil {
		for i := range plans.Targets {
			p := &plans.Targets[i]
			p.File = fileFor(args.output, p.Plan.Name)
			if err := s.writePlan(p.File, p.Plan); err != nil {
				return err
			}
		}
		plans.File = args.output
	}
	if err := s.view.Plans(plans); err != nil {
		return err
	}
	if refused == nil && args.detailed && !plans.Nothing() {
		return shownError{&operate.Error{Kind: operate.Differs, Name: "differs",
			Err: errors.New("there is something to do")}}
	}
	return refused
}

// fileFor returns the file of one target's plan, where several are kept: plan.depeer is
// plan.rs1.depeer, for rs1.
func fileFor(file, target string) string {
	extension := filepath.Ext(file)
	return strings.TrimSuffix(file, extension) + "." + target + extension
}

// applyAll applies the plans that planAll has kept.
func (s *session) applyAll(c *cli.Context, file string) error {
	targets, err := s.allTargets(c, s.exchangeOf())
	if err != nil {
		return err
	}
	plans := make([]*plan.Plan, len(targets))
	for i, t := range targets {
		name := fileFor(file, t.Name)
		if plans[i], err = s.readPlan(name); err != nil {
			return err
		}
		if plans[i].Target != t.Address {
			return &operate.Error{Kind: operate.Unfit, Name: "other-target",
				Err:  fmt.Errorf("%s is for %s, and %s is %s", name, plans[i].Target, t.Name, t.Address),
				Hint: "make new ones: depeer plan --target all"}
		}
	}
	for _, p := range plans { // nobody is there any more when the next one's turn comes
		if err := s.ask(c, p.Target, p.Server); err != nil {
			return err
		}
	}
	return s.inOrder(c, targets, func(i int) (*plan.Plan, string, error) { return plans[i], "", nil },
		journal.Start{Action: "apply"})
}

// inOrder applies to each target its plan, which is made when it is its turn; nil where
// there is nothing to do, for a reason.
func (s *session) inOrder(c *cli.Context, targets []operate.Target, planOf func(int) (*plan.Plan, string, error),
	start journal.Start) error {
	var done []view.Apply
	for i, t := range targets {
		p, why, err := planOf(i)
		if err != nil {
			return s.stopped(targets, done, nil, err)
		}
		if p == nil {
			done = append(done, nothingToDo(t, why))
			continue
		}
		last := i == len(targets)-1
		a, err := s.inTurn(c, t, p, start, !last)
		if err != nil {
			return s.stopped(targets, done, a, err)
		}
		if done = append(done, *a); !last {
			s.view.Note("%s: %s", t.Name, a.Outcome)
		}
	}
	return s.view.Applied(done)
}

// inTurn applies a plan to one target, and watches what becomes of it. With an error, the
// result is that of a change that is in force all the same; nil if none is.
func (s *session) inTurn(c *cli.Context, t operate.Target, p *plan.Plan, start journal.Start, soak bool) (*view.Apply,
	error) {
	client, err := s.dial(c.Context, t)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	before, err := client.State(c.Context)
	if err != nil {
		return nil, unreached(c.Context, err)
	}
	a, err := s.carryOut(c, t, p, start)
	if err != nil {
		return nil, err
	}
	if long := c.Duration("soak"); soak && long > 0 && a.Outcome == outcomeApplied {
		s.view.Progress(fmt.Sprintf("%s: watching for %s", t.Name, long))
		if err := apply.Soak(c.Context, client, p, upAndStaying(before, p), long, soakEvery); err != nil {
			return &a, fmt.Errorf("it was changed, and then: %w", err)
		}
	}
	return &a, nil
}

// upAndStaying returns the clients whose sessions stood before, but for those that p shuts.
func upAndStaying(before *plan.State, p *plan.Plan) []netip.Addr {
	up := apply.Up(before)
	for _, change := range p.Change.SessionChanges() {
		up = slices.DeleteFunc(up, func(a netip.Addr) bool { return a == change.Address && change.Change == "shut" })
	}
	return up
}

// stopped says where each target stands: those that are done; the one that there was
// trouble with, changed if a is not nil; and the others, which nothing was done to.
func (s *session) stopped(targets []operate.Target, done []view.Apply, a *view.Apply, err error) error {
	at, changed := len(done), a != nil
	var standings []operate.Standing
	for i, t := range targets {
		st := operate.Standing{Target: t.Name, Outcome: "not begun"}
		switch {
		case i < at:
			st.Outcome, st.ID = done[i].Outcome, done[i].ID
			changed = changed || done[i].Outcome == outcomeApplied
		case i == at:
			st.Outcome, st.What = "stopped", err.Error()
			if a != nil {
				st.ID = a.ID
			}
		}
		standings = append(standings, st)
	}
	f := new(operate.Error)
	switch {
	case errors.As(err, &f):
		one := *f
		f = &one
	case errors.Is(err, context.Canceled):
		f = &operate.Error{Kind: operate.Interrupted, Name: "interrupted", Err: errors.New("interrupted")}
	default:
		f = &operate.Error{Kind: operate.Failed, Name: "failed", Err: err}
	}
	f.Err, f.Targets = fmt.Errorf("stopped at %s: %w", targets[at].Name, f.Err), standings
	if changed { // whatever became of this one: not all are as they were
		f.Kind, f.Name = operate.Unclear, "partial"
	}
	return f
}

// clearAll takes everything of ours out of all targets, or shows what that would do.
func (s *session) clearAll(c *cli.Context) error {
	targets, err := s.allTargets(c, s.exchangeOf())
	if err != nil {
		return err
	}
	if c.Bool("yes") {
		return s.inOrder(c, targets, func(i int) (*plan.Plan, string, error) {
			p, err := s.clearing(c.Context, targets[i], false)
			return p.Plan, "", err
		}, journal.Start{Action: "clear"})
	}
	plans := view.Plans{}
	for _, t := range targets {
		p, err := s.clearing(c.Context, t, true)
		if err == nil {
			err = s.describeFile(t, &p)
		}
		if err != nil {
			return about(t, err)
		}
		plans.Targets = append(plans.Targets, p)
	}
	if err := s.finishPlans(plans, planArgs{output: c.String("output")}); err != nil {
		return err
	}
	if c.String("output") == "" && !plans.Nothing() {
		return usage("depeer clear --target all --yes, or -o FILE", "nothing was changed: clear needs --yes or -o")
	}
	return nil
}
