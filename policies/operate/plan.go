package operate

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/netip"
	"slices"
	"time"

	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// DraftOptions say what a plan may do.
type DraftOptions struct {
	RouteOptions
	TakeOver bool // replace objects with our names that another hand has made or changed
	// AcceptLists says that the operator's policies which are gone from clients' lists were
	// taken out on purpose.
	AcceptLists bool
}

// Draft reads a target, and makes a plan of what lists ask of it.
func (o *Operator) Draft(ctx context.Context, in *wanted.Input, t Target, args DraftOptions) (Draft, error) {
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Draft{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return Draft{}, NotReached(ctx, err)
	}
	return o.DraftFor(ctx, in, t, client, state, args)
}

// DraftFor makes a plan of what lists ask of a target, and asks all guards. Their results are in the
// draft. A plan that one of them refuses must not be applied.
func (o *Operator) DraftFor(ctx context.Context, in *wanted.Input, t Target, client Daemon, state *plan.State,
	args DraftOptions) (Draft, error) {
	if err := CompileFor(in, o.Now, t, state); err != nil {
		return Draft{}, err
	}
	warnOfAbsentChoosers(in, state)
	store, err := o.Store()
	if err != nil {
		return Draft{}, err
	}
	state, unknown := RecallLists(store, t.Address, state)
	in.Diagnostics = append(in.Diagnostics, unknown...)
	lost, fit := state.LostLists(), state
	if args.AcceptLists {
		fit = state.Recalling(nil)
	}
	if err := o.checkFit(fit, t, args.TakeOver); err != nil {
		return Draft{}, err
	}
	if note := noteLists(store, t, state); len(unknown) == 0 {
		in.Diagnostics = append(in.Diagnostics, note...)
	}
	past, err := readPast(store, t.Address)
	if err != nil {
		return Draft{}, err
	}
	want := in.Policy()
	warnOfOtherEffects(in, state.InForce(), want)
	if err := checkObstacles(state.Unshuttable(want), t.Address); err != nil {
		return Draft{}, err
	}
	stuck := plan.ChoiceObstacles(state, want)
	if err := checkObstacles(dropStuck(stuck, args.TakeOver), t.Address); err != nil {
		return Draft{}, err
	}
	id, state := NewID(), RememberSessions(state, past.applied)
	change := plan.To(state, want, id)
	p := o.NewPlan(t, state, id, *change)
	if args.TakeOver && len(state.Conflicts)+len(state.Obstacles())+len(stuck) > 0 {
		takeOver(p, state, want)
	}
	p.Lists, p.Providers, p.Overrides, p.Limits = plan.Refs(in.Lists), plan.Providers(in.Compiled), args.Overrides,
		in.Exchange.Limits.Overridable()
	p.AcceptedLists = lost // accepted, or there is none
	server := describeTarget(t, state)
	result := Draft{Plan: p, Impact: Impact{At: o.Now, Server: &server, OutOfReach: listOutOfReach(state),
		Operator: state.Interferences(want), Lists: p.Lists, Summary: p.Change.Summary()}}
	result.Summary.Sessions = addRoutes(append([]plan.SessionChange{}, change.SessionChanges()...), state)
	if result.Persist, err = o.lookAtFile(ctx, t, p, state, &in.Diagnostics); err != nil {
		return Draft{}, err
	}
	now, err := Look(store, t.Address, state)
	if err != nil {
		return Draft{}, err
	}
	sizes := o.measureSizes(in.Exchange, p, now, past.read)
	warnOfUnknown(in, sizes, now)
	result.Changes, result.Guards = sizes.Changes(), append(ListGuards(in), sizes.Guards()...)
	result.Guards = append(result.Guards, plan.JudgeSessions(change, args.Overrides[guard.AllowSessions], p.Members))
	result.Guards = append(result.Guards, plan.JudgeAddPath(state, want)...)
	if err := o.foreseeImpact(ctx, in, t, client, state, args, past.read, &result); err != nil {
		return Draft{}, err
	}
	guard.Suggest(result.Guards)
	result.Diagnostics = in.Diagnostics
	return result, nil
}

// foreseeImpact looks at all routes. It notes in the plan what apply compares with: the members whose
// routes change, the limits, and how many routes each member announced.
func (o *Operator) foreseeImpact(ctx context.Context, in *wanted.Input, t Target, client Daemon, state *plan.State,
	args DraftOptions,
	last *plan.Plan, to *Draft) error {
	o.Progress("looking through what members announce")
	change := &to.Plan.Change
	q := impact.Question{Lists: in.Compiled, Old: change.Judged(), New: in.Policy(),
		Members: ListSessions(state, in.Exchange), Protect: in.Exchange.Protect, Treatments: in.Exchange.Treatments}
	q.Past, q.Passages = o.FindPast(t.Address, q.Old), newPassages(ctx, client, state, q.Old)
	setCounted(&q, last)
	if err := o.LookAtRoutes(ctx, in, q, args.RouteOptions, client, state, &to.Impact); err != nil {
		return err
	}
	if change.Unsure { // which routes change cannot be computed
		to.Summary.Resets = listAnchored(state)
	}
	if len(args.Dumps) > 0 { // those of a file are not this target's: apply looks at all
		to.Summary.Resets = []netip.Addr{}
		to.Plan.Foreseen = noteForeseen(&plan.State{}, collectLimits(in.Exchange, args.Overrides), to.Report)
		return nil
	}
	to.Plan.Touched, to.Plan.Counted = to.Summary.Resets, &to.Report.Counted
	to.Plan.Foreseen = noteForeseen(state, collectLimits(in.Exchange, args.Overrides), to.Report)
	return nil
}

// listAnchored returns the clients whose import list has our policy.
func listAnchored(state *plan.State) []netip.Addr {
	out := []netip.Addr{}
	for _, c := range state.Clients {
		if c.RouteServer && slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			out = append(out, c.Address)
		}
	}
	return out
}

// NewPlan makes a plan of a change.
func (o *Operator) NewPlan(t Target, state *plan.State, id string, change plan.Change) *plan.Plan {
	return &plan.Plan{
		Version: plan.FormatVersion, ID: id, Tool: o.Tool,
		Made: time.Now().UTC(), By: o.By, At: o.Now,
		Target: t.Address, Name: t.Name, Server: state.Server, Members: state.Members(),
		Fingerprint: state.Fingerprint(), Change: change, Persist: t.Persist,
	}
}

// NewID returns an ID that no other plan has.
func NewID() string {
	var b [6]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("no randomness: " + err.Error())
	}
	return hex.EncodeToString(b[:])
}

// describeTarget returns what users read of a target.
func describeTarget(t Target, state *plan.State) Server {
	d := Server{Address: t.Address, RouterID: state.Server.RouterID.String(),
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
