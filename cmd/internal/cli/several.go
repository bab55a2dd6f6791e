package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"depeer/cmd/internal/cmdline"
	"depeer/policies/exchange"
	"depeer/policies/guard"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// An exchange has several route servers, and never touches two at once: --target all
// is one after another, in the order of the exchange file. Each is changed, proven, and
// watched for a while, before the next one is spoken to. Any trouble stops it there.

// findTargets returns the target that is named, or all.
func (s *session) findTargets(f targetFlags) ([]operate.Target, error) {
	if f.isAll() {
		return s.findAllTargets(f, s.readExchange())
	}
	t, err := s.findTarget(f, s.readExchange())
	return []operate.Target{t}, err
}

// findAllTargets returns the targets of the exchange file, in the order in which they are
// changed.
func (s *session) findAllTargets(f targetFlags, x *exchange.Exchange) ([]operate.Target, error) {
	if x == nil && s.confWrong != nil {
		return nil, s.confWrong
	}
	if x == nil || len(x.Targets) == 0 {
		return nil, cmdline.NewUsageError("depeer "+f.command+" --target ADDRESS",
			"--target all: the exchange file has no targets")
	}
	var all []operate.Target
	for _, known := range x.InOrder() {
		f.target = known.Name
		t, err := s.findTarget(f, x)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// planAll plans for all targets. If one of them has no plan, none is kept.
func (s *session) planAll(ctx context.Context, in *wanted.Input, args *planArgs) error {
	targets, err := s.findAllTargets(args.targetFlags, in.Exchange)
	if err != nil {
		return err
	}
	if f := operate.CheckAskable(in.Diagnostics); f != nil {
		return s.showRefused(in, f)
	}
	o, plans := s.newOperator(), operate.Drafts{}
	for _, t := range targets {
		one := *in
		p, err := o.Draft(ctx, &one, t, args.draft)
		if err != nil {
			return operate.About(t, err)
		}
		plans.Targets = append(plans.Targets, p)
	}
	return s.finishPlans(plans, args.keepArgs)
}

// finishPlans keeps plans if no guard refuses any of them, and shows them.
func (s *session) finishPlans(plans operate.Drafts, args keepArgs) error {
	var refused error
	all := make([][]guard.Result, len(plans.Targets))
	for i := range plans.Targets {
		all[i] = plans.Targets[i].Guards
	}
	guard.Suggest(all...) // one number serves all
	for i := range plans.Targets {
		if r := operate.CheckGuards(plans.Targets[i].Guards); r != nil {
			plans.Targets[i].Refused, plans.Refused = true, true
			if refused == nil {
				refused = operate.About(operate.Target{Name: plans.Targets[i].Plan.Name}, r)
			}
		}
	}
	if args.output != "" && refused == nil {
		for i := range plans.Targets {
			p := &plans.Targets[i]
			p.File = namePlanFile(args.output, p.Plan.Name)
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

// namePlanFile returns the file of one target's plan, where several are kept: plan.depeer is
// plan.rs1.depeer, for rs1.
func namePlanFile(file, target string) string {
	extension := filepath.Ext(file)
	return strings.TrimSuffix(file, extension) + "." + target + extension
}

// applyAll applies the plans that planAll has kept.
func (s *session) applyAll(ctx context.Context, args *applyArgs, file string) error {
	targets, err := s.findAllTargets(args.targetFlags, s.readExchange())
	if err != nil {
		return err
	}
	plans := make([]*plan.Plan, len(targets))
	for i, t := range targets {
		name := namePlanFile(file, t.Name)
		if plans[i], err = s.readPlan(name); err != nil {
			return err
		}
		if plans[i].Target != t.Address {
			return &operate.Error{Kind: operate.Unfit, Name: "other-target",
				Err:  fmt.Errorf("%s is for %s, and %s is %s", name, plans[i].Target, t.Name, t.Address),
				Hint: "make new ones: depeer plan --target all"}
		}
	}
	for _, p := range plans { // all questions first: later, nobody may be there to answer
		if err := s.askForRouterID(args.askFlags, p.Target, p.Server); err != nil {
			return err
		}
	}
	return s.showResults(s.newOperator().InOrder(ctx, targets,
		func(i int) (*plan.Plan, string, error) { return plans[i], "", nil },
		operate.OrderOptions{ApplyOptions: args.options, Soak: args.soak}))
}

// clearAll takes everything of ours out of all targets, or shows what that would do.
func (s *session) clearAll(ctx context.Context, args *clearArgs) error {
	targets, err := s.findAllTargets(args.targetFlags, s.readExchange())
	if err != nil {
		return err
	}
	o := s.newOperator()
	if args.yes {
		return s.showResults(o.InOrder(ctx, targets, func(i int) (*plan.Plan, string, error) {
			p, err := o.Clear(ctx, targets[i], false)
			return p.Plan, "", err
		}, operate.OrderOptions{ApplyOptions: operate.ApplyOptions{Action: operate.ActionClear}, Soak: args.soak}))
	}
	plans := operate.Drafts{}
	for _, t := range targets {
		p, err := o.Clear(ctx, t, true)
		if err != nil {
			return operate.About(t, err)
		}
		plans.Targets = append(plans.Targets, p)
	}
	if err := s.finishPlans(plans, keepArgs{output: args.output}); err != nil {
		return err
	}
	if args.output == "" && !plans.Nothing() {
		return cmdline.NewUsageError("depeer clear --target all --yes, or -o FILE",
			"nothing was changed: clear needs --yes or -o")
	}
	return nil
}
