package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/exchange"
	"depeer/policies/gobgp"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// planArgs are the arguments and flags of plan.
type planArgs struct {
	target    target
	output    string
	detailed  bool
	takeOver  bool
	overrides map[string]int
}

func planCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "shows what would change on a route server; changes nothing",
		ArgsUsage: "[LISTING...]",
		Description: "Reads the target's policy, and says which objects would be added and removed. -o keeps the\n" +
			"plan, for apply. A plan that a guard refuses is shown, and not kept.",
		Flags: append(targetFlags(),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"},
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 if there is something to do"},
			&cli.IntFlag{Name: "allow-growth", Usage: "let the policy grow by exactly `N` entries"},
			&cli.IntFlag{Name: "allow-shrink", Usage: "let the policy shrink by exactly `N` entries"},
			&cli.BoolFlag{Name: "take-over", Usage: "replace objects with our names that somebody else made or changed"},
		),
		Action: func(c *cli.Context) error {
			in, err := s.load(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			if f := verdict(in.diags); f != nil && c.String("target") != "" {
				return f // before a target is looked for in a file that is wrong
			}
			t, err := s.targetOf(c, in.exchange)
			if err != nil {
				return err
			}
			args := planArgs{target: t, output: c.String("output"), detailed: c.Bool("detailed-exitcode"), takeOver: c.Bool("take-over"), overrides: map[string]int{}}
			for _, name := range []string{"allow-growth", "allow-shrink"} {
				if c.IsSet(name) {
					args.overrides[name] = c.Int(name)
				}
			}
			return s.plan(c.Context, in, args)
		},
	}
}

func (s *session) plan(ctx context.Context, in *input, args planArgs) error {
	if in.exchange != nil {
		in.diags = append(in.diags, in.exchange.Unsupported()...)
	}
	// What is wrong with the lists is said without a call to the target.
	if f := verdict(in.diags); f != nil {
		return f
	}
	client, err := s.dial(ctx, args.target)
	if err != nil {
		return err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return unreached(ctx, err)
	}
	in.compile(s.now, in.exchange.WithASN(state.Server.ASN))
	if f := verdict(in.diags); f != nil {
		return f
	}
	if err := s.fits(state, args); err != nil {
		return err
	}
	store, err := s.store()
	if err != nil {
		return err
	}
	last, err := lastApplied(store, args.target.options.Address)
	if err != nil {
		return err
	}
	want := policies.Build(in.compiled, in.exchange.Treatments, in.exchange.ASN)
	id := newID()
	p := s.newPlan(args.target, state, id, *plan.To(state, want, id))
	if args.takeOver && len(state.Strange) > 0 {
		takeOver(p, state, want)
	}
	p.Lists, p.Providers, p.Overrides = plan.Refs(in.lists), plan.Providers(in.compiled), args.overrides
	result := view.Plan{Plan: p, Server: describeTarget(args.target, state), Summary: p.Change.Summary(), Diagnostics: in.diags}
	if err := s.touched(ctx, client, state, &result); err != nil {
		return err
	}
	limits := in.exchange.Limits
	sizes := plan.Sizes{
		Now: p.Providers, Lists: p.Lists, Treatments: in.exchange.Treatments,
		Growth: uint64(limits.MaxGrowth), Shrink: uint64(limits.MaxShrink), Free: exchange.FreeGrowth,
		AllowGrow: args.overrides["allow-growth"], AllowShrink: args.overrides["allow-shrink"],
	}
	if last != nil {
		sizes.Last, sizes.LastLists = last.Providers, last.Lists
	}
	result.Changes, result.Guards = plan.ProviderChanges(sizes.Last, sizes.Now), sizes.Guards()
	return s.finishPlan(result, args)
}

// touched notes in a plan whose routes it changes, so that its apply begins with these.
// It does without if they cannot be read: a neighbor may go meanwhile.
func (s *session) touched(ctx context.Context, client *gobgp.Client, state *plan.State, to *view.Plan) error {
	s.view.Progress("looking through what members announce")
	touched, err := apply.Touched(ctx, client, state, &to.Plan.Change)
	if err != nil {
		s.log.Warn("whose routes change is not known: apply will look through them all", "error", err)
		return ctx.Err()
	}
	to.Plan.Touched = touched
	to.Summary.Resets = append(to.Summary.Resets, touched...)
	return nil
}

// finishPlan keeps a plan that no guard refuses, and shows it.
func (s *session) finishPlan(result view.Plan, args planArgs) error {
	refused := 0
	for _, g := range result.Guards {
		if !g.OK {
			refused++
		}
	}
	result.Refused = refused > 0
	if args.output != "" && refused == 0 {
		if err := s.writePlan(args.output, result.Plan); err != nil {
			return err
		}
		result.File = args.output
	}
	if err := s.view.Plan(result); err != nil {
		return err
	}
	switch {
	case refused > 0:
		return &failure{code: Guarded, name: "guard", err: errors.New("refused for " + count(refused, "reason"))}
	case args.detailed && !result.Plan.Change.Empty():
		return &failure{code: Differs, name: "differs", said: true, err: errors.New("there is something to do")}
	}
	return nil
}

// newPlan makes a plan of a change.
func (s *session) newPlan(t target, state *plan.State, id string, change plan.Change) *plan.Plan {
	return &plan.Plan{
		Version: plan.FormatVersion, ID: id, Tool: built().Version,
		Made: time.Now().UTC(), By: self(), At: s.now,
		Target: t.options.Address, Name: t.name, Server: state.Server, Fingerprint: state.Fingerprint(), Change: change,
	}
}

// newID returns an ID that no other plan has.
func newID() string {
	var b [6]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// lastApplied returns the plan that was applied last to a target, or nil.
func lastApplied(store *journal.Store, address string) (*plan.Plan, error) {
	records, err := store.History(address)
	if err != nil {
		return nil, err
	}
	for i := len(records) - 1; i >= 0; i-- {
		if records[i].Outcome == outcomeApplied {
			return records[i].Plan()
		}
	}
	return nil, nil
}

func describeTarget(t target, state *plan.State) view.TargetState {
	d := view.TargetState{Address: t.options.Address, RouterID: state.Server.RouterID.String(), ASN: uint32(state.Server.ASN), Unanchored: []string{}}
	for _, c := range state.Clients {
		if c.RouteServer {
			d.Clients++
		}
	}
	for _, c := range state.Unanchored() {
		d.Unanchored = append(d.Unanchored, c.Address.String())
	}
	return d
}
