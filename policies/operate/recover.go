package operate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// RecoverOptions say what a recovery may do.
type RecoverOptions struct {
	BreakLock string // ID of a lock of the target whose process is dead on another machine
	// Approve is asked before anything is written; its error ends the recovery.
	Approve func(plan.Server) error
}

// Recover finishes or undoes what was cut off. What was undone is an error of kind Restored.
func (o *Operator) Recover(ctx context.Context, t Target, options RecoverOptions) (Result, error) {
	store, err := o.Store()
	if err != nil {
		return Result{}, err
	}
	lock, err := store.Lock(t.Address, o.By)
	if errors.Is(err, journal.ErrLocked) {
		return Result{}, &Error{Kind: Held, Name: "locked", Err: err, Hint: "its process is alive"}
	} else if err != nil {
		return Result{}, err
	}
	result, err := o.recoverLocked(ctx, t, lock, options)
	return result, errors.Join(err, lock.Unlock())
}

// CutOff is a change that was cut off, and is to be recovered.
type CutOff struct {
	Record *journal.Record // of this machine; nil where another one was at work
	ID     string          // of the plan that was being applied: it holds the daemon's lock
	Unread []string        // likewise, of entries that cannot be read
	Plan   *plan.Plan      // nil where only the target tells of it
}

// listShutSessions returns the sessions that the change was shutting down, by its journal.
func (c CutOff) listShutSessions() []netip.Addr {
	var out []netip.Addr
	if c.Record == nil {
		return nil
	}
	for _, e := range c.Record.Events {
		if e.Call != nil && e.Call.Verb == plan.ShutSession {
			out = append(out, e.Call.Client)
		}
	}
	return out
}

// recoverLocked is Recover, with the lock of this machine held.
func (o *Operator) recoverLocked(ctx context.Context, t Target, lock *journal.Lock,
	options RecoverOptions) (Result, error) {
	cut, err := FindCutOff(lock)
	if err != nil {
		return Result{}, &Error{Kind: Failed, Name: "state", Err: err}
	}
	client, err := o.Connect(ctx, t)
	if err != nil {
		return Result{}, err
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		return Result{}, NotReached(ctx, err)
	}
	if cut.Record == nil && len(state.Holders) == 0 && state.Status(nil, false) == plan.InSync {
		return o.settleFile(ctx, t, state)
	}
	if err := CheckHolders(t.Address, state, append(cut.Unread, cut.ID, options.BreakLock)...); err != nil {
		return Result{}, err
	}
	o.warnOfAddedBytes(state.InForce(), t.MaxAddedBytes, "what is in force")
	if cut.Plan != nil {
		o.warnOfAddedBytes(cut.Plan.Wanted(), t.MaxAddedBytes, "what was being applied")
	}
	if err := options.Approve(state.Server); err != nil {
		return Result{}, err
	}
	entry, err := o.Resume(t, lock, cut, state)
	if err != nil {
		return Result{}, &Error{Kind: Failed, Name: "journal", Err: fmt.Errorf("%w; nothing was changed", err)}
	}
	result, err := o.LeadOut(ctx, t, client, state.Server, cut, entry)
	if err == nil {
		err = o.disarmUnlessDone(lock, entry, result.Outcome)
	}
	switch {
	case result.Outcome == apply.Restored && err == nil:
		return Result{}, o.checkObeyed(ctx, t, client, cut.Plan)
	case err != nil:
		return Result{}, o.ExplainOutcome(ctx, t.Address, result, err)
	default:
		return o.describeResult(t, entry, result), nil
	}
}

// checkObeyed checks, after a change was undone, that every client that obeyed the old policy obeys it
// again: a restart may have taken our policies out of their lists. Its result is always an error: of
// kind Restored where all obey.
func (o *Operator) checkObeyed(ctx context.Context, t Target, client Daemon, p *plan.Plan) error {
	restored := &Error{Kind: Restored, Name: "restored", Err: errors.New("undone; what was before is in force again")}
	hint := "depeer repair --target " + t.Address
	state, err := client.State(ctx)
	if err != nil {
		return &Error{Kind: Unclear, Name: "partial",
			Err: fmt.Errorf("undone; whether every client obeys what was before is not known: %w", err), Hint: hint}
	}
	if lost := Disobeying(state, p); len(lost) > 0 {
		return &Error{Kind: Unclear, Name: "partial", Hint: hint,
			Err: fmt.Errorf("undone, and what was before is there, but not in force for %d of %d clients: %s not in "+
				"the import list of %s", len(lost), state.Members(), policies.ImportPolicy, lost[0].Address)}
	}
	return restored
}

// LeadOut finishes or undoes what was cut off, and ends its journal where that succeeds.
func (o *Operator) LeadOut(ctx context.Context, t Target, client Daemon, server plan.Server, cut CutOff,
	entry *journal.Entry) (apply.Result, error) {
	applier := o.newApplier(t, client, entry, cmp.Or(cut.ID, "recover-"+NewID()))
	applier.Cut = cut.listShutSessions()
	applier.Keep = o.keepFile(ctx, t, server, cut.Plan, entry, true)
	result, err := o.whileWorking(func() (apply.Result, error) { return applier.Recover(ctx, cut.Plan) })
	if result.Outcome == apply.Partial || result.Outcome == apply.Untouched && cut.Record != nil {
		return result, errors.Join(err, entry.Close())
	}
	return result, errors.Join(err, entry.End(result.Outcome.String()))
}

// FindCutOff returns the change that this machine was making when it was cut off. Two kinds of entries
// have no plan here, and are led out by what the target tells: a recovery of another machine's change,
// and one whose plan cannot be read.
func FindCutOff(lock *journal.Lock) (CutOff, error) {
	unread, err := lock.Unread()
	if err != nil {
		return CutOff{}, err
	}
	cut := CutOff{}
	for _, r := range unread {
		cut.Unread = append(cut.Unread, r.Begun.Plan)
	}
	unfinished, err := lock.Unfinished()
	if err != nil || len(unfinished) == 0 {
		return cut, err
	}
	cut.Record = &unfinished[len(unfinished)-1]
	cut.ID = cut.Record.Begun.Plan
	if cut.Record.Begun.Action != ActionRecover {
		cut.Plan, err = cut.Record.Plan()
	}
	if errors.As(err, new(*journal.UnreadError)) {
		err = nil
	}
	return cut, err
}

// Resume opens the journal of what was cut off, or begins one from what the target tells.
func (o *Operator) Resume(t Target, lock *journal.Lock, cut CutOff, state *plan.State) (*journal.Entry, error) {
	if cut.Record != nil {
		return lock.Resume(cut.Record.ID)
	}
	shown := state.HalfWay()
	return lock.Begin(o.NewPlan(t, state, cmp.Or(shown.ID, NewID()), shown.Change),
		journal.Start{Action: ActionRecover})
}

// CheckHolders says whether the locks that the daemon holds may be taken off: that of
// the plan which this machine was applying, or one that the user names.
func CheckHolders(address string, state *plan.State, ours ...string) error {
	for _, holder := range state.Holders {
		if slices.Contains(ours, holder) {
			continue
		}
		return &Error{Kind: Held, Name: "locked",
			Err:  fmt.Errorf("%s holds the lock, and its journal is not on this machine", holder),
			Hint: "depeer recover --target " + address + " --break-lock " + holder}
	}
	return nil
}
