package cli

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/gobgp"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// planArgs are the arguments and flags of plan.
type planArgs struct {
	routesArgs
	target   operate.Target
	output   string
	detailed bool
	takeOver bool
	// acceptLists says that the operator's policies which are gone from clients' lists were
	// taken out on purpose.
	acceptLists bool
}

func planCommand(s *session) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "shows what would change on a route server; changes nothing",
		ArgsUsage: "[LISTING...]",
		Description: "Reads the target's policy, and says which objects would be added and removed. -o keeps the\n" +
			"plan, for apply. A plan that a guard refuses is shown, and not kept.\n" + guardsHelp(),
		Flags: append(append(targetFlags(), routesFlags()...),
			&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "keep the plan in `FILE`"},
			&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 2 if there is something to do"},
			&cli.BoolFlag{Name: "take-over",
				Usage: "replace objects with our names that somebody else made or changed"},
			&cli.BoolFlag{Name: "accept-lists", Usage: "your own policies that are gone from clients' lists were " +
				"taken out on purpose"},
		),
		Action: func(c *cli.Context) error {
			in, err := s.load(c.Context, c.Args().Slice())
			if err != nil {
				return err
			}
			args := planArgs{routesArgs: routesArgsOf(c), output: c.String("output"),
				detailed: c.Bool("detailed-exitcode"), takeOver: c.Bool("take-over"),
				acceptLists: c.Bool("accept-lists")}
			if c.String("target") == "" && len(args.ribs) > 0 {
				return s.planOfFile(c.Context, in, args)
			}
			if f := unaskable(in.Diagnostics); f != nil && c.String("target") != "" {
				return s.refusedUnasked(in, f) // before a target is looked for in a file that is wrong
			}
			if isAll(c) {
				return s.planAll(c, in, args)
			}
			if args.target, err = s.targetOf(c, in.Exchange); err != nil {
				return err
			}
			return s.plan(c.Context, in, args)
		},
	}
}

func (s *session) plan(ctx context.Context, in *wanted.Input, args planArgs) error {
	// What is wrong with the lists is said without a call to the target.
	if f := unaskable(in.Diagnostics); f != nil {
		return s.refusedUnasked(in, f)
	}
	result, err := s.planOf(ctx, in, args)
	if err != nil {
		return s.withoutTarget(in, err)
	}
	return s.finishPlan(result, args)
}

// planOf asks a target, and plans.
func (s *session) planOf(ctx context.Context, in *wanted.Input, args planArgs) (view.Plan, error) {
	client, err := s.dial(ctx, args.target)
	if err != nil {
		return view.Plan{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return view.Plan{}, unreached(ctx, err)
	}
	return s.draft(ctx, in, client, state, args)
}

// draft makes a plan of what lists ask of a target, and asks all guards. What they
// say is in the result: one that they refuse is none to apply.
func (s *session) draft(ctx context.Context, in *wanted.Input, client *gobgp.Client, state *plan.State,
	args planArgs) (view.Plan, error) {
	if err := compileFor(in, s.now, args.target, state); err != nil {
		return view.Plan{}, err
	}
	warnOfAbsentChoosers(in, state)
	store, err := s.store()
	if err != nil {
		return view.Plan{}, err
	}
	state, unknown := recalling(store, args.target.Address, state)
	in.Diagnostics = append(in.Diagnostics, unknown...)
	lost, fit := state.LostLists(), state
	if args.acceptLists {
		fit = state.Recalling(nil)
	}
	if err := s.fits(fit, args); err != nil {
		return view.Plan{}, err
	}
	if note := noteLists(store, args.target, state); len(unknown) == 0 {
		in.Diagnostics = append(in.Diagnostics, note...)
	}
	past, err := readPast(store, args.target.Address)
	if err != nil {
		return view.Plan{}, err
	}
	want := in.Policy()
	warnOfOtherEffects(in, state.InForce(), want)
	if err := obstructed(state.Unshuttable(want), args.target.Address); err != nil {
		return view.Plan{}, err
	}
	stuck := plan.ChoiceObstacles(state, want)
	if err := obstructed(stayStuck(stuck, args.takeOver), args.target.Address); err != nil {
		return view.Plan{}, err
	}
	id, state := newID(), remembering(state, past.applied)
	change := plan.To(state, want, id)
	p := s.newPlan(args.target, state, id, *change)
	if args.takeOver && len(state.Strange)+len(state.Obstacles())+len(stuck) > 0 {
		takeOver(p, state, want)
	}
	p.Lists, p.Providers, p.Overrides, p.Limits = plan.Refs(in.Lists), plan.Providers(in.Compiled), args.overrides,
		in.Exchange.Limits.Overridable()
	p.AcceptedLists = lost // accepted, or there is none
	server := describeTarget(args.target, state)
	result := view.Plan{Plan: p, Impact: view.Impact{At: s.now, Server: &server, OutOfReach: outOfReach(state),
		Operator: state.Interferences(want), Lists: p.Lists, Summary: p.Change.Summary()}}
	result.Summary.Sessions = withRoutes(append([]plan.SessionChange{}, change.SessionChanges()...), state)
	if result.Persist, err = s.lookAtFile(args.target, p, state, &in.Diagnostics); err != nil {
		return view.Plan{}, err
	}
	now, err := operate.Look(store, args.target.Address, state)
	if err != nil {
		return view.Plan{}, err
	}
	sizes := s.sizes(in.Exchange, p, now, past.read)
	warnOfUnknown(in, sizes, now)
	result.Changes, result.Guards = sizes.Changes(), append(listGuards(in), sizes.Guards()...)
	result.Guards = append(result.Guards, plan.JudgeSessions(change, args.overrides[guard.AllowSessions], p.Members))
	result.Guards = append(result.Guards, plan.JudgeAddPath(state, want)...)
	if err := s.foresee(ctx, in, client, state, args, past.read, &result); err != nil {
		return view.Plan{}, err
	}
	guard.Suggest(result.Guards)
	result.Diagnostics = in.Diagnostics
	return result, nil
}

// foresee looks at all routes, and notes in the plan what its apply goes by: whose
// routes change, the limits, and how much everybody announced.
func (s *session) foresee(ctx context.Context, in *wanted.Input, client *gobgp.Client, state *plan.State, args planArgs,
	last *plan.Plan, to *view.Plan) error {
	s.view.Progress("looking through what members announce")
	change := &to.Plan.Change
	q := impact.Question{Lists: in.Compiled, Old: change.Judged(), New: in.Policy(),
		Members: sessionsOf(state, in.Exchange), Protect: in.Exchange.Protect, Treatments: in.Exchange.Treatments}
	q.Past = s.pastOf(args.target.Address, q.Old)
	if last != nil {
		q.Counted = last.Counted
	}
	if err := s.lookAtTarget(ctx, in, q, args.routesArgs, client, state, &to.Impact); err != nil {
		return err
	}
	if change.Unsure { // which routes change cannot be computed
		to.Summary.Resets = anchoredOf(state)
	}
	if len(args.ribs) > 0 { // those of a file are not this target's: apply looks at all
		to.Summary.Resets = []netip.Addr{}
		to.Plan.Foreseen = foreseen(&plan.State{}, limitsOf(in.Exchange, args.overrides), to.Report)
		return nil
	}
	to.Plan.Touched, to.Plan.Counted = to.Summary.Resets, &to.Report.Counted
	to.Plan.Foreseen = foreseen(state, limitsOf(in.Exchange, args.overrides), to.Report)
	return nil
}

// planOfFile is a plan without a target: what lists do to the routes of a file.
func (s *session) planOfFile(ctx context.Context, in *wanted.Input, args planArgs) error {
	if args.output != "" || args.takeOver || args.acceptLists {
		return usage("depeer plan LISTING.yaml --rib FILE --target rs1 -o plan.depeer",
			"a plan is kept for a target, and none is named")
	}
	if f := operate.Verdict(in.Diagnostics); f != nil && f.Kind != operate.Guarded {
		return f
	}
	return s.impactOfFile(ctx, in, args.routesArgs, view.Impact{At: s.now, Lists: plan.Refs(in.Lists)})
}

// refusedUnasked shows a result that is refused without a call to the target; what is
// invalid has none.
func (s *session) refusedUnasked(in *wanted.Input, f *operate.Error) error {
	if f.Kind != operate.Guarded {
		return f
	}
	result := view.Impact{At: s.now, Lists: plan.Refs(in.Lists), Guards: listGuards(in), Diagnostics: in.Diagnostics}
	none := plan.Change{Old: &policies.RoutingPolicy{}, New: &policies.RoutingPolicy{}}
	result.Summary = none.Summary()
	if err := s.view.Impact(result); err != nil {
		return err
	}
	f.Diagnostics = nil // they are shown
	return f
}

// anchoredOf returns the clients that obey what is in force.
func anchoredOf(state *plan.State) []netip.Addr {
	out := []netip.Addr{}
	for _, c := range state.Clients {
		if c.RouteServer && slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			out = append(out, c.Address)
		}
	}
	return out
}

// finishPlan keeps a plan that no guard refuses, and shows it.
func (s *session) finishPlan(result view.Plan, args planArgs) error {
	refused := refusals(result.Guards)
	result.Refused = refused != nil
	if args.output != "" && refused == nil {
		if err := s.writePlan(args.output, result.Plan); err != nil {
			return err
		}
		result.File = args.output
	}
	if err := s.view.Plan(result); err != nil {
		return err
	}
	if refused == nil && args.detailed && !result.Nothing() {
		return shownError{&operate.Error{Kind: operate.Differs, Name: "differs",
			Err: errors.New("there is something to do")}}
	}
	return refused
}

// newPlan makes a plan of a change.
func (s *session) newPlan(t operate.Target, state *plan.State, id string, change plan.Change) *plan.Plan {
	return &plan.Plan{
		Version: plan.FormatVersion, ID: id, Tool: built().Version,
		Made: time.Now().UTC(), By: self(), At: s.now,
		Target: t.Address, Name: t.Name, Server: state.Server, Members: state.Members(),
		Fingerprint: state.Fingerprint(), Change: change, Persist: t.Persist,
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

func describeTarget(t operate.Target, state *plan.State) view.TargetState {
	d := view.TargetState{Address: t.Address, RouterID: state.Server.RouterID.String(),
		ASN: uint32(state.Server.ASN), Unanchored: []string{}}
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
