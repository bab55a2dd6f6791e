package operate

import (
	"context"
	"errors"
	"fmt"
	"time"

	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// ApplyOptions say how a plan is applied.
type ApplyOptions struct {
	Action string // as the history calls it: apply, clear, repair
	// ConfirmWithin: what was before is restored unless the change is confirmed in this time;
	// 0: it stays.
	ConfirmWithin time.Duration
}

// Apply does exactly what a plan says, and proves it, under an entry of the history.
func (o *Operator) Apply(ctx context.Context, t Target, p *plan.Plan, options ApplyOptions) (Result, error) {
	if err := o.CheckFile(ctx, t, p); err != nil {
		return Result{}, err
	}
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Result{}, err
	}
	defer client.Close()
	var beyond []Neighbor
	var fit *plan.State
	if options.Action == ActionApply && (!p.Clear || p.Then != nil) { // the off-switch works whatever the file says
		state, err := o.readFittingState(ctx, client, t)
		if err != nil {
			return Result{}, err
		}
		beyond, fit = listOutOfReach(state), state
	}
	store, err := o.Store()
	if err != nil {
		return Result{}, err
	}
	if fit != nil {
		if err := o.checkSizesAgain(store, t, p, fit); err != nil {
			return Result{}, err
		}
	}
	lock, err := o.Lock(store, p.Target)
	if err != nil {
		return Result{}, err
	}
	pending, err := o.CheckPending(lock, p)
	if err != nil {
		return Result{}, errors.Join(err, lock.Unlock())
	}
	start := journal.Start{Action: options.Action}
	if p.Then != nil {
		start.Action = ActionTakeOver
	}
	arm := o.armEarly(lock, t, options.ConfirmWithin)
	first := arm
	if p.Then != nil {
		first = nil // its second half is what is confirmed
	}
	entry, result, err := o.changeArmed(ctx, t, client, lock, p, start, first)
	if p.Then != nil && err == nil && result.Outcome == apply.Applied {
		entry, result, err = o.applySecondHalf(ctx, client, t, lock, p, arm)
	}
	if arm != nil {
		err = errors.Join(err, o.disarmUnlessDone(lock, entry, result.Outcome))
	}
	if failed := o.ExplainOutcome(ctx, p.Target, result, err); failed != nil {
		return Result{}, errors.Join(failed, lock.Unlock())
	}
	if p.WayBack() {
		if err := o.disarmPending(lock, pending, "cleared"); err != nil {
			return Result{}, errors.Join(err, lock.Unlock())
		}
	}
	if options.ConfirmWithin > 0 && result.Outcome == apply.Applied {
		a, err := o.awaitConfirm(ctx, store, lock, t, p, entry, options.ConfirmWithin)
		a.OutOfReach = beyond
		return a, err
	}
	a := o.describeResult(t, entry, result)
	a.OutOfReach = beyond
	if p.WayBack() {
		o.findWhatIsLeft(ctx, client, p, &a)
	}
	return a, lock.Unlock()
}

// Lock takes the lock of this machine. It fails where an apply was cut off: that one is to be recovered
// first.
func (o *Operator) Lock(store *journal.Store, address string) (*journal.Lock, error) {
	lock, err := store.Lock(address, o.By)
	if errors.Is(err, journal.ErrLocked) {
		return nil, &Error{Kind: Held, Name: "locked", Err: err}
	}
	if err != nil {
		return nil, &Error{Kind: Failed, Name: "state", Err: err}
	}
	unfinished, err := lock.Unfinished()
	if err == nil && len(unfinished) > 0 {
		err = fmt.Errorf("%s was cut off", unfinished[0].ID)
	}
	if err != nil {
		return nil, errors.Join(&Error{Kind: Held, Name: "cut-off", Err: err,
			Hint: "depeer recover --target " + address}, lock.Unlock())
	}
	return lock, nil
}

// Change applies p, journalling.
func (o *Operator) Change(ctx context.Context, t Target, client Daemon, lock *journal.Lock, p *plan.Plan,
	start journal.Start) (*journal.Entry, apply.Result, error) {
	return o.changeArmed(ctx, t, client, lock, p, start, nil)
}

// changeArmed is Change, where arm is called with the entry before anything is written to the target. Its
// error keeps that from being done.
func (o *Operator) changeArmed(ctx context.Context, t Target, client Daemon, lock *journal.Lock, p *plan.Plan,
	start journal.Start, arm func(*journal.Entry) error) (*journal.Entry, apply.Result, error) {
	start.Holder = p.ID // recover finds by it, in the journal, which change holds the daemon's lock
	if len(p.PolicyLists) > 0 {
		start.Action = ActionRepair
	}
	entry, err := lock.Begin(p, start)
	if err != nil {
		return nil, apply.Result{Outcome: apply.Untouched}, &apply.JournalError{Err: err}
	}
	if arm != nil {
		if err := arm(entry); err != nil {
			untouched := apply.Result{Outcome: apply.Untouched}
			return entry, untouched, errors.Join(&apply.JournalError{Err: err}, entry.End(untouched.Outcome.String()))
		}
	}
	applier := o.newApplier(t, client, entry, start.Holder)
	if len(p.PolicyLists) == 0 {
		applier.Keep = o.keepFile(ctx, t, p.Server, p, entry, start.Undoes != "")
	}
	if start.Undoes == "" { // a way back does not wait for lists that were lost, and learns nothing
		applier.LastSeen = o.readLastSeen(lock)
		applier.Fit = func(state *plan.State) { o.rememberAccepted(lock, p, state) }
	}
	result, err := o.whileWorking(func() (apply.Result, error) { return applier.Apply(ctx, p) })
	if result.Outcome == apply.Partial {
		return entry, result, errors.Join(err, entry.Close()) // without an end: recover finds it
	}
	return entry, result, errors.Join(err, entry.End(o.nameOutcome(result.Outcome, p, start)))
}

// whileWorking does work that changes a target, and tells Working so.
func (o *Operator) whileWorking(work func() (apply.Result, error)) (apply.Result, error) {
	if o.Working != nil {
		defer o.Working()()
	}
	return work()
}

// nameOutcome returns the journal's word for the outcome of a change. A change with nothing to do is
// Recorded where the history expected another policy in force, and where it is a step back.
func (o *Operator) nameOutcome(outcome apply.Outcome, p *plan.Plan, start journal.Start) string {
	if outcome == apply.Nothing && (start.Undoes != "" || Says(p, o.findLastKnown(p.Target))) {
		return Recorded
	}
	return outcome.String()
}

// newApplier returns an Applier for a target, which journals under an entry of the history.
func (o *Operator) newApplier(t Target, client Daemon, entry *journal.Entry, holder string) *apply.Applier {
	return &apply.Applier{Daemon: client, Journal: entry, Holder: holder, Log: o.Log, Timeout: t.Timeout,
		Progress: o.Progress}
}

// outcomeApplied is how the journal calls a change that is in force.
var outcomeApplied = apply.Applied.String()

// ExplainOutcome returns the failure that the outcome of a change means, or nil.
func (o *Operator) ExplainOutcome(ctx context.Context, address string, result apply.Result, err error) error {
	if err == nil {
		return nil
	}
	var (
		stale      *apply.StaleError
		obstacle   *apply.ObstacleError
		journalled *apply.JournalError
		guarded    *apply.GuardError
		unkept     *apply.FileError
	)
	switch {
	case errors.As(err, &unkept) && result.Outcome != apply.Partial:
		return explainOutOfStep(result.Outcome, err, address)
	case result.Outcome == apply.Partial:
		return &Error{Kind: Unclear, Name: "partial", Err: fmt.Errorf("%s: %w", result.Known, err),
			Hint: "depeer recover --target " + address}
	case result.Outcome == apply.Applied:
		return &Error{Kind: Unclear, Name: "partial", Err: fmt.Errorf("the change is in force, and proven; %w", err),
			Hint: "depeer recover --target " + address}
	case result.Outcome == apply.Restored:
		return &Error{Kind: Restored, Name: "restored", Err: fmt.Errorf("%w; what was before is in force again", err)}
	case errors.As(err, &stale):
		return &Error{Kind: Unfit, Name: "stale", Err: err, Hint: "make a new plan"}
	case errors.As(err, &obstacle):
		return checkObstacles(obstacle.Obstacles, address)
	case errors.As(err, &guarded):
		return &Error{Kind: Guarded, Name: "guard", Err: fmt.Errorf("%w; nothing was changed", err),
			Hint: "make a new plan, and look at it"}
	case errors.As(err, &journalled):
		return &Error{Kind: Failed, Name: "journal", Err: fmt.Errorf("%w; nothing was changed", err)}
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, plan.ErrUnreachable):
		return &Error{Kind: Unreached, Name: "unreached", Err: err}
	case errors.Is(err, plan.ErrRefused):
		return &Error{Kind: Held, Name: "locked", Err: err, Hint: "somebody else is at work there"}
	default:
		return &Error{Kind: Failed, Name: "failed", Err: fmt.Errorf("%w; nothing was changed", err)}
	}
}

// NewResult is what users read of a change that was made.
func NewResult(address string, entry *journal.Entry, r apply.Result) Result {
	a := Result{
		Target: address, Outcome: r.Outcome.String(), Sessions: r.Sessions, Polluted: r.Polluted,
		NotDelivered: r.NotDelivered, PolicyLists: r.Lists,
		Refused: r.Proof.Refused, Changed: r.Proof.Changed, Overruled: r.Proof.Overruled, Already: r.Proof.Already,
		Uncertain: r.Proof.Uncertain, Attributes: listAttributes(r.Attributes),
		Passed: r.Proof.Passed, Unproven: r.Proof.Unproven, Tagged: r.Proof.Tagged, Untagged: r.Proof.Untagged,
	}
	if entry != nil {
		a.ID = entry.ID
	}
	for _, client := range r.Reset {
		a.Reset = append(a.Reset, client.String())
	}
	return a
}
