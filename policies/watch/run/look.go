package run

import (
	"context"
	"errors"
	"time"

	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
)

// looked holds what the last look has read.
type looked struct {
	state  *plan.State
	last   *plan.Plan // applied last; nil: nothing was
	judged *plan.Plan // decided last, by the routes that there were then; nil: likewise
	stamp  string     // of the history, when that was read
	locked bool       // another process on this machine is at work
	why    string     // the obstacle, in words
	kept   string     // the decision that keeps lists from being applied
	// byPerson: a person made the last decision.
	byPerson bool
}

// lookAtTarget reads the target and its history, and tells what was found.
func (k *keeper) lookAtTarget(ctx context.Context) {
	finding, err := k.readFinding(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil:
		k.handleLoss(err.Error())
	default:
		k.brain.OnLook(time.Now(), finding)
		k.log.Debug("looked", "lists", finding.Lists, "state", k.brain.State().String())
	}
}

func (k *keeper) readFinding(ctx context.Context) (watch.Finding, error) {
	f := watch.Finding{}
	var err error
	if f.Pulse, err = k.readPulse(ctx); err != nil {
		return f, err
	}
	state, err := k.client.State(ctx)
	if err != nil {
		return f, err
	}
	state = k.recallLists(state)
	k.found = looked{state: state}
	if k.found.stamp, err = k.Store.Stamp(k.target.Address); err != nil {
		return f, err
	}
	k.noteNeighbors(state)
	k.numbers.Looked(state)
	if err := k.readHistory(&f); err != nil {
		return f, err
	}
	k.keepInMemory(&f)
	k.heedMarks(&f, state)
	k.findObstacles(&f, state)
	if err := k.countMembers(ctx, &f, state); err != nil {
		return f, err
	}
	state = operate.RememberSessions(state, k.found.last)
	f.Stands = k.found.last == nil || k.found.last.WayBack() || k.found.last.Holds(state) || k.isAnothers(state)
	if !f.CutOff && (f.Stands && f.InTheWay == watch.Clear || f.InTheWay == watch.Unfit &&
		operate.IsUndefined(state)) {
		k.settleFile(ctx, f.Pulse, state)
	}
	k.compileLists(state)
	if w := k.want; w != nil {
		f.Lists, f.Unfit = w.version, w.policy == nil
		f.Listed = w.policy != nil && plan.To(state, w.policy, "watch").Empty()
		f.Newer = w.policy != nil && k.found.last != nil && k.found.last.Wanted().Digest() != w.policy.Digest()
		if f.Listed && f.Newer && len(state.Conflicts) == 0 && !k.found.last.Holds(state) {
			// It holds what lists ask for, and history expected something else: nothing is put
			// back, and a change that has nothing to do records it.
			f.Stands, f.Listed = true, false
		}
	}
	return f, nil
}

// findObstacles finds out which obstacles to a change the target itself has.
func (k *keeper) findObstacles(f *watch.Finding, state *plan.State) {
	if f.CutOff && len(state.LostLists())+len(state.Rejected()) > 0 {
		f.CutOff = false // nothing is changed until that is settled: a recovery neither
	}
	if f.CutOff {
		if err := operate.CheckHolders(k.target.Address, state, k.findOwnHolders()...); err != nil {
			f.CutOff, f.InTheWay, k.found.why = false, watch.Locked, err.Error()
		}
		return
	}
	obstacles := append(state.Obstacles(), state.ReachObstacles()...)
	if last := k.found.last; last != nil { // what would be put back
		obstacles = append(obstacles, plan.ChoiceObstacles(state, last.Wanted())...)
	}
	for _, o := range obstacles {
		if o.Code == plan.Locked || o.Code == plan.CutOff {
			f.InTheWay = watch.Locked
		} else if f.InTheWay == watch.Clear {
			f.InTheWay = watch.Unfit
		}
	}
	if len(obstacles) > 0 {
		k.found.why = operate.DescribeObstacles(obstacles)
	}
}

var errStale = errors.New("it has changed since it was looked at")
