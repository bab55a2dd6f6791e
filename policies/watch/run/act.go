package run

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// perform makes a step, and tells what came of it.
func (k *keeper) perform(ctx context.Context, do watch.Do, make func(context.Context) done) {
	begin := time.Now()
	d := make(ctx)
	took := time.Since(begin)
	k.brain.OnResult(time.Now(), do, d.outcome)
	if d.outcome == watch.Gone {
		k.hangUp()
	}
	k.logStep(do, d, took)
	k.measureStep(do, d, took)
	if do == watch.Change {
		debug.FreeOSMemory() // all routes were looked at: it is long until the next time
	}
}

// recoverCutOff finishes or undoes what was cut off.
func (k *keeper) recoverCutOff(ctx context.Context) done {
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
		return k.explainOutcome(ctx, turn, done{entry: entry.ID, plan: cut.Plan, result: result, err: err})
	}()
	return d.joinError(lock.Unlock())
}

// putBack puts back what was applied last.
func (k *keeper) putBack(ctx context.Context) done {
	turn := k.operatorAt(ctx, k.Clock())
	p := turn.PutBack(k.target, k.found.state, k.found.last)
	if bytes := p.Wanted().AddedBytes(); bytes > k.target.MaxAddedBytes {
		k.log.Warn("what is put back adds more to a route's attributes than the limit: one long announcement could "+
			"end gobgpd (osrg/gobgp#2629)", "bytes", bytes, "max_added_bytes", k.target.MaxAddedBytes)
	}
	return k.applyPlan(ctx, turn, p, operate.ActionRepair)
}

// applyLists does what lists ask for, if no guard refuses it.
func (k *keeper) applyLists(ctx context.Context) done {
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
		return done{outcome: outcomeOf(err), err: err}
	}
	refused := operate.CheckGuards(drafted.Guards)
	k.numbers.Guards(listRefusing(drafted.Guards), true)
	if refused != nil {
		k.logRefusals(drafted)
		return done{outcome: watch.Refused, plan: drafted.Plan, err: refused}
	}
	if err := turn.CheckFile(ctx, k.target, drafted.Plan); err != nil && !k.DryRun {
		return done{outcome: outcomeOf(err), plan: drafted.Plan, err: err}
	}
	d := k.applyPlan(ctx, turn, drafted.Plan, operate.ActionWatch)
	if d.outcome == watch.Did || d.outcome == watch.Would {
		k.logProviders(drafted, d)
	}
	if d.outcome == watch.Did && drafted.Report != nil {
		k.numbers.Counted(time.Now(), drafted.Report)
		k.tellPolluted(drafted.Report.Polluted)
		k.tellLengths(drafted.Lengths)
		k.brain.OnCount(time.Now())
	}
	return d
}

// applyPlan applies a plan, under the lock of this machine.
func (k *keeper) applyPlan(ctx context.Context, turn *operate.Operator, p *plan.Plan, action string) done {
	if k.DryRun {
		return done{outcome: watch.Would, plan: p}
	}
	lock, err := turn.Lock(k.Store, p.Target)
	if err != nil {
		return done{outcome: outcomeOf(err), plan: p, err: err}
	}
	d := func() done {
		// With the lock, no other process is at work. A change made since the last look may be
		// the opposite of what p does.
		if stamp, err := k.Store.Stamp(p.Target); err != nil || stamp != k.found.stamp {
			return done{outcome: watch.Stale, plan: p, err: errors.Join(errStale, err)}
		}
		if _, err := turn.CheckPending(lock, p); err != nil {
			return done{outcome: outcomeOf(err), plan: p, err: err}
		}
		entry, result, err := turn.Change(ctx, k.target, k.client, lock, p, journal.Start{Action: action})
		d := done{plan: p, result: result, err: err}
		if entry != nil {
			d.entry = entry.ID
		}
		return k.explainOutcome(ctx, turn, d)
	}()
	return d.joinError(lock.Unlock())
}
