package apply

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"

	"depeer/policies/plan"
)

// Journal is where each call is written before it is made. When Intend returns
// without error, the call is on disk.
type Journal interface {
	Intend(plan.Call) error
	Done(plan.Call, error) error
}

// Applier applies changes to one route server. It is not safe for concurrent use;
// who runs it holds the lock on this machine.
type Applier struct {
	Daemon  Daemon
	Journal Journal
	Holder  string // of the lock in the daemon: who and where
	Log     *slog.Logger
	// Progress, if set, is told what is being done.
	Progress func(what string)
}

// Result is what became of a change.
type Result struct {
	Outcome Outcome
	// Reset are the clients that were reset, in order.
	Reset []netip.Addr
	// Proof says what the route server's own tables told.
	Proof Proof
	// Known says exactly what is known, where the outcome is Partial.
	Known string
}

// Outcome is how a change ended.
type Outcome uint8

const (
	Nothing   Outcome = iota // there was nothing to do
	Applied                  // the change is in force, proven, and cleaned up
	Untouched                // failed before the first writing call
	Restored                 // failed, and what was before is in force again
	Partial                  // neither is sure: Result.Known says what is
)

// String returns one lower-case word.
func (o Outcome) String() string {
	switch o {
	case Nothing:
		return "nothing to do"
	case Applied:
		return "applied"
	case Untouched:
		return "untouched"
	case Restored:
		return "restored"
	case Partial:
		return "partial"
	default:
		panic(fmt.Sprintf("apply: no outcome %d", uint8(o)))
	}
}

// StaleError says that the target does not fit the plan any more.
type StaleError struct{ Why string }

func (e *StaleError) Error() string { return "the plan does not fit the target: " + e.Why }

// ObstacleError says why the target cannot be changed.
type ObstacleError struct{ Obstacles []plan.Obstacle }

func (e *ObstacleError) Error() string {
	o := e.Obstacles[0]
	return fmt.Sprintf("%s: %s", o.Object, o.Why)
}

// Apply does exactly what p says, and proves it. With an error, the result's
// outcome says what is in force.
//
//	check     the target is the one that was planned for, as it was then
//	lock      nobody else is at work
//	prepare   new sets and statements, inert
//	look      everything stands as it should behind the gate
//	live      one call
//	reset     the members whose routes change, one after another
//	verify    by the route server's tables; else undo
//	look      nothing was wiped meanwhile
//	finish    the old generation goes, the gate comes off
func (a *Applier) Apply(ctx context.Context, p *plan.Plan) (Result, error) {
	state, err := a.Daemon.State(ctx)
	if err != nil {
		return Result{Outcome: Untouched}, err
	}
	if done, err := a.check(state, p); done || err != nil {
		return Result{Outcome: untouchedUnless(done)}, err
	}
	if err := a.do(ctx, plan.Call{Verb: plan.Lock, Holder: a.Holder}); err != nil {
		return a.afterLock(ctx, err)
	}
	r := &run{Applier: a, plan: p, change: &p.Change, before: state}
	result, err := r.all(ctx)
	if unlock := a.unlock(ctx); unlock != nil && err == nil {
		result.Outcome, result.Known = Partial, "the change is in force; the lock is still held"
		err = unlock
	}
	return result, err
}

// check says whether p is done already, or why it cannot be done.
func (a *Applier) check(state *plan.State, p *plan.Plan) (done bool, err error) {
	if state.Server != p.Server {
		return false, &StaleError{fmt.Sprintf("it is for AS%s %s, and this is AS%s %s", p.Server.ASN, p.Server.RouterID, state.Server.ASN, state.Server.RouterID)}
	}
	if obstacles := p.Obstacles(state); len(obstacles) > 0 {
		return false, &ObstacleError{obstacles}
	}
	if state.Fingerprint() == p.Fingerprint {
		return p.Change.Empty(), nil
	}
	if p.Holds(state) {
		return true, nil
	}
	return false, &StaleError{"it has changed since the plan was made"}
}

func untouchedUnless(done bool) Outcome {
	if done {
		return Nothing
	}
	return Untouched
}

// afterLock says what is known when taking the lock failed: it was refused, not
// sent, or it may be ours and nobody knows.
func (a *Applier) afterLock(ctx context.Context, err error) (Result, error) {
	if !errors.Is(err, plan.ErrUnknown) {
		return Result{Outcome: Untouched}, fmt.Errorf("lock: %w", err)
	}
	later, cancel := outlive(ctx)
	defer cancel()
	state, readErr := a.Daemon.State(later)
	switch {
	case readErr != nil:
		return Result{Outcome: Partial, Known: "policy is as before; the lock may be held"}, err
	case slices.Contains(state.Holders, a.Holder):
		if unlock := a.unlock(ctx); unlock != nil {
			return Result{Outcome: Partial, Known: "policy is as before; the lock is held"}, err
		}
		return Result{Outcome: Restored}, err
	default:
		return Result{Outcome: Restored}, err
	}
}

// do journals a call, and makes it.
func (a *Applier) do(ctx context.Context, call plan.Call) error {
	if err := a.Journal.Intend(call); err != nil {
		return &JournalError{err}
	}
	a.Log.Debug("call", "call", call.String())
	err := a.Daemon.Do(ctx, call)
	if noted := a.Journal.Done(call, err); noted != nil {
		err = errors.Join(err, &JournalError{noted})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	return nil
}

// JournalError says that the journal could not be written; the call that was to
// come was not made.
type JournalError struct{ Err error }

func (e *JournalError) Error() string { return "journal: " + e.Err.Error() }
func (e *JournalError) Unwrap() error { return e.Err }

func (a *Applier) unlock(ctx context.Context) error {
	later, cancel := outlive(ctx)
	defer cancel()
	return a.do(later, plan.Call{Verb: plan.Unlock, Holder: a.Holder})
}

func (a *Applier) progress(format string, args ...any) {
	if a.Progress != nil {
		a.Progress(fmt.Sprintf(format, args...))
	}
}
