package apply

import (
	"context"
	"errors"
	"slices"
	"time"

	"depeer/policies/eval"
	"depeer/policies/plan"
)

// run is one change on its way.
type run struct {
	*Applier
	plan   *plan.Plan
	change *plan.Change
	before *plan.State

	live    bool // the live call may have taken effect, or lists were assigned behind it
	touched []*client
	result  Result

	// onward: what is begun is brought to an end, on the way back or in cleaning up,
	// even if the journal cannot be written any more.
	onward    bool
	unwritten error    // of the journal
	sent      int      // writing calls so far
	dead      []string // holders of the lock that are not at work any more

	kept   bool  // the file was written, or it was tried
	unkept error // it is not in step

	// doubt: the answer to a call was lost since the target was last read.
	doubt bool

	old, new *eval.Evaluator // made when they are asked for
}

func (a *Applier) beginRun(p *plan.Plan, state *plan.State) *run {
	return &run{Applier: a, plan: p, change: &p.Change, before: state}
}

// doCall journals a call, and makes it. A context that is cancelled keeps it from being
// made; once it is, it is waited for: a call that is given up may take effect all the same.
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

// readState reads the target. A call whose answer was lost is given the time of a reading
// to take effect, if it does: what counts is the next one.
func (r *run) readState(ctx context.Context) (*plan.State, error) {
	if r.doubt {
		if _, err := r.Daemon.State(ctx); err != nil {
			return nil, err
		}
		r.doubt = false
	}
	return r.Daemon.State(ctx)
}

// makeCalls makes calls one after another.
func (r *run) makeCalls(ctx context.Context, calls []plan.Call) error {
	for _, call := range calls {
		if err := r.doCall(ctx, call); err != nil {
			return err
		}
	}
	return nil
}

// perRoute is how long a soft reset takes for each route and neighbor, several
// times what was measured: gobgpd does nothing else meanwhile, and answers at its end.
const perRoute = 10 * time.Microsecond

// withPatience gives a soft reset the time that it may need.
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
