package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"time"

	"depeer/policies"
	"depeer/policies/plan"
)

// Applier applies changes to one route server. It is not safe for concurrent use. Its caller holds the
// lock on this machine.
type Applier struct {
	Daemon  Daemon
	Journal Journal
	Holder  string // of the lock in the daemon: who and where
	Log     *slog.Logger
	// Timeout is how long Applier waits for a silent daemon, and should be the timeout of Daemon.
	// A soft reset gets more time, by the number of its routes. 0: 15 s.
	Timeout time.Duration
	// Settle is the time in which the tables must agree with what members announce, while
	// members go on announcing. 0: 30 s.
	Settle time.Duration
	// Keep, if set, writes a policy that is in force (proven or restored) into the file that the
	// route server starts from. If it fails, Apply goes on, and joins a *FileError to its error.
	Keep func(*policies.RoutingPolicy) error
	// Cut are the sessions that a change which was cut off was shutting down, from the journal.
	// Recover takes them for ours, even if the daemon has lost its notes.
	Cut []netip.Addr
	// LastSeen are the operator's lists of policies as they were last seen; nil: not known.
	// Apply calls Fit, if set, with the state that the plan fits.
	LastSeen plan.Lists
	Fit      func(*plan.State)
	// Apply calls Progress, if set, with what it is doing.
	Progress func(what string)
}

// Apply makes exactly the change of p, and proves it. With an error, the result's outcome says what
// is in force. Applied with an error means that the change is done, and that the journal or the file
// could not be written.
//
// Cancelling the context stops Apply between two calls, and Apply undoes the change. Once it has begun
// to delete the old policy, nothing stops it.
func (a *Applier) Apply(ctx context.Context, p *plan.Plan) (Result, error) {
	untouched := Result{Outcome: Untouched}
	if err := ctx.Err(); err != nil {
		return untouched, err
	}
	state, err := a.Daemon.State(ctx)
	if err != nil {
		return untouched, err
	}
	done, err := a.checkPlan(state, p)
	if err != nil {
		return untouched, err
	}
	if a.Fit != nil {
		a.Fit(state)
	}
	if done {
		r := a.beginRun(p, state)
		r.keepPolicy(p.Wanted())
		r.result.Outcome = Nothing
		err := r.approveWayBack(ctx, state)
		return r.result, errors.Join(r.unkept, err)
	}
	if err := a.guardRoutes(ctx, state, p); err != nil {
		return untouched, err
	}
	if err := a.guardLengths(ctx, state, p); err != nil {
		return untouched, err
	}
	r := a.beginRun(p, state)
	if err := r.takeLock(ctx); err != nil {
		return r.result, err
	}
	return r.workThenUnlock(ctx, r.applyAll)
}

// checkPlan says whether p is done already, or why it cannot be done.
func (a *Applier) checkPlan(state *plan.State, p *plan.Plan) (done bool, err error) {
	if state.Server != p.Server {
		return false, &StaleError{fmt.Sprintf("it is for AS%s %s, and this is AS%s %s", p.Server.ASN, p.Server.RouterID,
			state.Server.ASN, state.Server.RouterID)}
	}
	state = state.Recalling(a.LastSeen)
	obstacles := slices.DeleteFunc(p.Obstacles(state), func(o plan.Obstacle) bool {
		return o.Code == plan.Locked && o.Object == a.Holder
	})
	switch {
	case len(obstacles) > 0:
		return false, &ObstacleError{obstacles}
	case len(p.PolicyLists) > 0 && !p.Holds(state) && p.AsSeen(state) != nil:
		return false, &StaleError{p.AsSeen(state).Error()}
	case state.Fingerprint() == p.Fingerprint:
		return p.Empty(), nil
	case p.Holds(state):
		return true, nil
	default:
		return false, &StaleError{"it has changed since the plan was made"}
	}
}

// takeLock takes the lock in the daemon. If it fails, r.result says whether the lock may be left.
func (r *run) takeLock(ctx context.Context) error {
	err := r.doCall(ctx, plan.Call{Verb: plan.Lock, Holder: r.Holder})
	if err == nil {
		return nil
	}
	r.result.Outcome = Untouched
	if errors.Is(err, plan.ErrRefused) {
		return r.whoHolds(ctx, err)
	}
	if r.sent == 0 {
		return fmt.Errorf("lock: %w", err)
	}
	if off, _ := r.releaseLock(ctx); !off {
		r.result.Outcome, r.result.Known = Partial, "policy is as before; the lock of "+r.Holder+" may be held"
	}
	return fmt.Errorf("lock: %w", err)
}

// whoHolds returns an error that names the holders of the lock, after the daemon refused it.
func (r *run) whoHolds(ctx context.Context, refused error) error {
	state, err := r.readState(context.WithoutCancel(ctx))
	if err != nil || len(state.Holders) == 0 {
		return fmt.Errorf("lock: %w", refused)
	}
	e := &ObstacleError{}
	for _, holder := range state.Holders {
		e.Obstacles = append(e.Obstacles, plan.Obstacle{Code: plan.Locked, Object: holder, Why: "holds the lock"})
	}
	return e
}

// releaseLock removes the lock, and says whether it is gone. After a lost answer it reads the daemon
// again. gone is the state of a daemon that had lost the lock before; nil otherwise.
func (r *run) releaseLock(ctx context.Context) (off bool, gone *plan.State) {
	ctx = context.WithoutCancel(ctx)
	r.onward = true
	sent := false
	for range tries {
		if !r.doubt {
			if r.doCall(ctx, plan.Call{Verb: plan.Unlock, Holder: r.Holder}) == nil {
				return true, nil
			}
		}
		sent = sent || r.doubt
		if state, err := r.readState(ctx); err == nil && !slices.Contains(state.Holders, r.Holder) {
			if sent {
				return true, nil
			}
			return true, state
		}
	}
	return false, nil
}

// workThenUnlock does the work, and removes the lock.
func (r *run) workThenUnlock(ctx context.Context, work func(context.Context) error) (Result, error) {
	err := work(ctx)
	err = errors.Join(err, r.settleLock(ctx), r.unkept)
	return r.result, err
}

// settleLock removes the lock. It corrects the outcome if the lock cannot be removed, or if the daemon
// had lost both the lock and the policy.
func (r *run) settleLock(ctx context.Context) error {
	off, gone := r.releaseLock(ctx)
	inForce := map[Outcome]string{Applied: "the change is in force",
		Restored: "what was before is in force"}[r.result.Outcome]
	switch {
	case !off:
		r.result.Outcome = Partial
		r.result.Known = strings.TrimPrefix(cmp.Or(r.result.Known, inForce)+"; the lock of "+r.Holder+
			" may still be held", "; ")
		return errors.New("the lock could not be taken off")
	case gone != nil && (r.result.Outcome == Applied &&
		(!r.change.After(gone) || r.checkPlaces(gone) != nil || len(r.change.SessionsLeft(gone)) > 0) ||
		r.result.Outcome == Restored && r.change.Undone(gone, r.Cut...) != nil):
		r.result.Outcome, r.result.Known = Partial, r.describeState(gone)
		return &ConcurrentChangeError{errors.New("the lock was gone in the end, and what was in force with it")}
	case r.unwritten != nil && r.result.Outcome == Applied:
		return r.unwritten
	default:
		return nil
	}
}

func (a *Applier) logProgress(format string, args ...any) {
	if a.Progress != nil {
		a.Progress(fmt.Sprintf(format, args...))
	}
}
