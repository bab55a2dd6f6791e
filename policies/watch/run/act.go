package run

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"depeer/policies/apply"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// done is what came of an attempt.
type done struct {
	outcome watch.Outcome
	entry   string
	plan    *plan.Plan
	result  apply.Result
	err     error
}

// came makes a step, and tells what came of it.
func (k *keeper) came(ctx context.Context, do watch.Do, make func(context.Context) done) {
	begin := time.Now()
	d := make(ctx)
	took := time.Since(begin)
	k.brain.Came(time.Now(), do, d.outcome)
	if d.outcome == watch.Gone {
		k.hangUp()
	}
	k.tell(do, d, took)
	k.measure(do, d, took)
	if do == watch.Change {
		debug.FreeOSMemory() // all routes were looked at: it is long until the next time
	}
}

// measure notes for metrics what came of a step.
func (k *keeper) measure(do watch.Do, d done, took time.Duration) {
	switch d.outcome {
	case watch.Did:
		k.numbers.Made(time.Now(), do.String(), d.result.Outcome.String(), took)
	case watch.Failed, watch.Partial, watch.Gone:
		k.numbers.Failed(do.String())
	}
}

// tally counts what becomes of routes, which lists them all.
func (k *keeper) tally(ctx context.Context) {
	defer func() { k.brain.Counted(time.Now()) }()
	turn, state := k.operatorAt(ctx, k.Clock()), k.found.state
	if k.want == nil || k.want.policy == nil {
		k.lookForPollution(ctx, turn, state)
		return
	}
	defer debug.FreeOSMemory()
	in := *k.want.in
	q := impact.Question{Lists: in.Compiled, Old: k.want.policy, New: k.want.policy,
		Members: operate.ListSessions(state, in.Exchange)}
	q.Past = turn.FindPast(k.target.Address, q.Old)
	var result operate.Impact
	if err := turn.LookAtRoutes(ctx, &in, q, operate.RouteOptions{}, k.client, state, &result); err != nil {
		if ctx.Err() == nil {
			k.log.Warn("routes could not be counted", "error", err)
		}
		return
	}
	k.numbers.Counted(time.Now(), result.Report)
	k.tellPolluted(result.Report.Polluted)
	k.tellLengths(result.Lengths)
}

// refusing returns the codes of the guards that refuse.
func refusing(guards []guard.Result) []string {
	var codes []string
	for _, g := range guards {
		if !g.OK {
			codes = append(codes, g.Code)
		}
	}
	return codes
}

// failed says what an error of these functions means.
func failed(err error) watch.Outcome {
	f := new(operate.Error)
	if !errors.As(err, &f) {
		return watch.Failed
	}
	switch f.Kind {
	case operate.Guarded:
		return watch.Refused
	case operate.Held:
		return watch.Busy
	case operate.Unfit:
		return watch.Stale
	case operate.Unreached:
		return watch.Gone
	case operate.Unclear:
		return watch.Partial
	default:
		return watch.Failed
	}
}

// recover finishes or undoes what was cut off.
func (k *keeper) recover(ctx context.Context) done {
	if k.DryRun {
		return done{outcome: watch.Would}
	}
	t, address := k.target, k.target.Address
	lock, err := k.Store.Lock(address, k.Operator.By)
	if err != nil {
		return done{outcome: watch.Busy, err: err}
	}
	d := func() done {
		cut, err := operate.FindCutOff(lock)
		if err != nil || cut.Record == nil {
			return done{outcome: watch.Stale, err: errors.Join(errStale, err)}
		}
		state, err := k.client.State(ctx)
		if err != nil {
			return done{outcome: watch.Gone, err: err}
		}
		if err := operate.CheckHolders(address, state, cut.ID); err != nil {
			return done{outcome: watch.Busy, err: err}
		}
		turn := k.operatorAt(ctx, k.Clock())
		entry, err := turn.Resume(t, lock, cut, state)
		if err != nil {
			return done{outcome: watch.Failed, err: err}
		}
		result, err := turn.LeadOut(ctx, t, k.client, state.Server, cut, entry)
		return k.became(ctx, turn, done{entry: entry.ID, plan: cut.Plan, result: result, err: err})
	}()
	return d.and(lock.Unlock())
}

// became fills in the outcome of a change.
func (k *keeper) became(ctx context.Context, turn *operate.Operator, d done) done {
	if d.err == nil {
		return d
	}
	if d.result.Outcome == apply.Applied { // and something beside it went wrong, such as the file
		d.outcome = watch.Did
		return d
	}
	d.err = turn.ExplainOutcome(ctx, k.target.Address, d.result, d.err)
	d.outcome = failed(d.err)
	return d
}

func (d done) and(err error) done {
	if err != nil {
		d.err = errors.Join(d.err, err)
	}
	return d
}

// repair puts back what was applied last.
func (k *keeper) repair(ctx context.Context) done {
	turn := k.operatorAt(ctx, k.Clock())
	p := turn.PutBack(k.target, k.found.state, k.found.last)
	if bytes := p.Wanted().AddedBytes(); bytes > k.target.MaxAddedBytes {
		k.log.Warn("what is put back adds more to a route's attributes than the limit: one long announcement could "+
			"end gobgpd (osrg/gobgp#2629)", "bytes", bytes, "max_added_bytes", k.target.MaxAddedBytes)
	}
	return k.apply(ctx, turn, p, operate.ActionRepair)
}

// change does what lists ask for, if no guard refuses it.
func (k *keeper) change(ctx context.Context) done {
	turn := k.operatorAt(ctx, k.Clock())
	state, err := k.client.State(ctx)
	if err != nil {
		return done{outcome: watch.Gone, err: err}
	}
	in := *k.want.in
	if err := operate.CheckVersion(in.Exchange, state.InForce()); err != nil {
		return done{outcome: watch.Refused, err: err}
	}
	drafted, err := turn.DraftFor(ctx, &in, k.target, k.client, state,
		operate.DraftOptions{RouteOptions: operate.RouteOptions{Overrides: plan.Overrides{}}})
	if err != nil {
		return done{outcome: failed(err), err: err}
	}
	refused := operate.CheckGuards(drafted.Guards)
	k.numbers.Guards(refusing(drafted.Guards), true)
	if refused != nil {
		k.tellRefused(drafted)
		return done{outcome: watch.Refused, plan: drafted.Plan, err: refused}
	}
	if err := turn.CheckFile(ctx, k.target, drafted.Plan); err != nil && !k.DryRun {
		return done{outcome: failed(err), plan: drafted.Plan, err: err}
	}
	d := k.apply(ctx, turn, drafted.Plan, operate.ActionWatch)
	if d.outcome == watch.Did || d.outcome == watch.Would {
		k.tellProviders(drafted, d)
	}
	if d.outcome == watch.Did && drafted.Report != nil {
		k.numbers.Counted(time.Now(), drafted.Report)
		k.tellPolluted(drafted.Report.Polluted)
		k.tellLengths(drafted.Lengths)
		k.brain.Counted(time.Now())
	}
	return d
}

// apply applies a plan, under the lock of this machine.
func (k *keeper) apply(ctx context.Context, turn *operate.Operator, p *plan.Plan, action string) done {
	if k.DryRun {
		return done{outcome: watch.Would, plan: p}
	}
	lock, err := turn.Lock(k.Store, p.Target)
	if err != nil {
		return done{outcome: failed(err), plan: p, err: err}
	}
	d := func() done {
		// Nobody else is at work now. Whatever somebody has done since the last look may
		// be the opposite of what p does.
		if stamp, err := k.Store.Stamp(p.Target); err != nil || stamp != k.found.stamp {
			return done{outcome: watch.Stale, plan: p, err: errors.Join(errStale, err)}
		}
		if _, err := turn.CheckPending(lock, p); err != nil {
			return done{outcome: failed(err), plan: p, err: err}
		}
		entry, result, err := turn.Change(ctx, k.target, k.client, lock, p, journal.Start{Action: action})
		d := done{plan: p, result: result, err: err}
		if entry != nil {
			d.entry = entry.ID
		}
		return k.became(ctx, turn, d)
	}()
	return d.and(lock.Unlock())
}
