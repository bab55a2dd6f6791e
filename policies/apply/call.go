package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"depeer/policies/eval"
	"depeer/policies/plan"
)

// run is one change in progress.
type run struct {
	*Applier
	plan   *plan.Plan
	change *plan.Change
	before *plan.State

	live    bool      // the live call may have taken effect, or clients' lists were assigned after it
	touched []*client // that were reset
	result  Result

	// onward: the run goes on even if the journal cannot be written. It is set while it undoes
	// or cleans up.
	onward    bool
	unwritten error    // why the journal could not be written
	sent      int      // number of writing calls so far
	dead      []string // holders of the lock that are no longer running

	kept   bool  // Keep was called
	unkept error // why the file is not in step

	// doubt: the answer to a call was lost, and the target has not been read since.
	doubt bool

	old, new *eval.Evaluator // made on first use
}

func (a *Applier) beginRun(p *plan.Plan, state *plan.State) *run {
	return &run{Applier: a, plan: p, change: &p.Change, before: state}
}

// doCall journals a call, and makes it. It makes no call if the context is cancelled. Cancelling does not
// interrupt a call: an abandoned call could take effect all the same.
func (r *run) doCall(ctx context.Context, call plan.Call) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	noted := r.Journal.Intend(call)
	if noted != nil {
		r.unwritten = &JournalError{noted}
		if !r.onward {
			return r.unwritten
		}
		r.Log.Error("going on without a journal", "error", noted)
	}
	ctx, cancel := r.withPatience(context.WithoutCancel(ctx), call)
	defer cancel()
	r.sent++
	err := r.Daemon.Do(ctx, call)
	if noted == nil {
		noted = r.Journal.Done(call, err)
	}
	r.Log.Debug("call", "call", call.String(), "error", err)
	r.doubt = r.doubt || errors.Is(err, plan.ErrUnknown)
	switch {
	case err != nil:
		return err
	case noted != nil:
		r.unwritten = &JournalError{noted}
		if !r.onward {
			return r.unwritten
		}
	}
	return nil
}

// readState reads the target. After a lost answer it reads twice, and returns the second reading: the
// first one gives the call time to take effect.
func (r *run) readState(ctx context.Context) (*plan.State, error) {
	if r.doubt {
		if _, err := r.Daemon.State(ctx); err != nil {
			return nil, err
		}
		r.doubt = false
	}
	return r.Daemon.State(ctx)
}

// makeCalls makes calls one after another, up to the first that fails.
func (r *run) makeCalls(ctx context.Context, calls []plan.Call) error {
	for _, call := range calls {
		if err := r.doCall(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

// perRoute is the time allowed to a soft reset for each route and neighbor, several times the measured
// time. gobgpd does nothing else during a reset, and answers when it has ended.
const perRoute = 10 * time.Microsecond

// withPatience returns a context with a longer deadline for a soft reset.
func (r *run) withPatience(ctx context.Context, call plan.Call) (context.Context, context.CancelFunc) {
	if call.Verb != plan.Reset && call.Verb != plan.ResetOut {
		return context.WithCancel(ctx)
	}
	i := slices.IndexFunc(r.before.Clients, func(c plan.Client) bool { return c.Address == call.Client })
	routes := uint64(0)
	if i >= 0 {
		routes = r.before.Clients[i].Accepted
	}
	more := time.Duration(routes) * time.Duration(len(r.before.Clients)) * perRoute
	return context.WithTimeout(ctx, orElse(r.Timeout, 15*time.Second)+more)
}

func orElse(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
