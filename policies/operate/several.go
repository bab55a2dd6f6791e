package operate

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"depeer/policies/apply"
	"depeer/policies/plan"
)

// soakEvery is how often a target is looked at meanwhile.
const soakEvery = 5 * time.Second

// About has an error name its target.
func About(t Target, err error) error {
	f := new(Error)
	if !errors.As(err, &f) {
		return fmt.Errorf("%s: %w", t.Name, err)
	}
	named := *f
	named.Err = fmt.Errorf("%s: %w", t.Name, f.Err)
	return &named
}

// OrderOptions say how several targets are changed.
type OrderOptions struct {
	ApplyOptions
	Soak time.Duration // each target is watched for so long before the next one is changed
}

// InOrder applies to each target its plan, one after another. planOf makes the plan of the
// target at a place when it is its turn; nil where there is nothing to do, for a reason.
// Any trouble stops it there: the error says where each target stands.
func (o *Operator) InOrder(ctx context.Context, targets []Target, planOf func(int) (*plan.Plan, string, error),
	options OrderOptions) ([]Result, error) {
	var done []Result
	for i, t := range targets {
		p, why, err := planOf(i)
		if err != nil {
			return nil, explainStop(targets, done, nil, err)
		}
		if p == nil {
			done = append(done, NothingToDo(t, why))
			continue
		}
		last := i == len(targets)-1
		a, err := o.applyInTurn(ctx, t, p, options, !last)
		if err != nil {
			return nil, explainStop(targets, done, a, err)
		}
		if done = append(done, *a); !last {
			o.Note("%s: %s", t.Name, a.Outcome)
		}
	}
	return done, nil
}

// applyInTurn applies a plan to one target, and watches what becomes of it. With an error, the
// result is that of a change that is in force all the same; nil if none is.
func (o *Operator) applyInTurn(ctx context.Context, t Target, p *plan.Plan, options OrderOptions, soak bool) (*Result,
	error) {
	client, err := o.Connect(ctx, t)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	before, err := client.State(ctx)
	if err != nil {
		return nil, NotReached(ctx, err)
	}
	a, err := o.Apply(ctx, t, p, options.ApplyOptions)
	if err != nil {
		return nil, err
	}
	if long := options.Soak; soak && long > 0 && a.Outcome == outcomeApplied {
		o.Progress(fmt.Sprintf("%s: watching for %s", t.Name, long))
		if err := apply.Soak(ctx, client, p, listStaying(before, p), long, soakEvery); err != nil {
			return &a, fmt.Errorf("it was changed, and then: %w", err)
		}
	}
	return &a, nil
}

// listStaying returns the clients whose sessions were up before, except those that p shuts down.
func listStaying(before *plan.State, p *plan.Plan) []netip.Addr {
	up := apply.Up(before)
	for _, change := range p.Change.SessionChanges() {
		up = slices.DeleteFunc(up, func(a netip.Addr) bool { return a == change.Address && change.Change == "shut" })
	}
	return up
}

// explainStop says where each target stands: those that are done; the one that there was
// trouble with, changed if a is not nil; and the others, which nothing was done to.
func explainStop(targets []Target, done []Result, a *Result, err error) error {
	at, changed := len(done), a != nil
	var standings []Standing
	for i, t := range targets {
		st := Standing{Target: t.Name, Outcome: "not begun"}
		switch {
		case i < at:
			st.Outcome, st.ID = done[i].Outcome, done[i].ID
			changed = changed || done[i].Outcome == outcomeApplied
		case i == at:
			st.Outcome, st.What = "stopped", err.Error()
			if a != nil {
				st.ID = a.ID
			}
		}
		standings = append(standings, st)
	}
	f := new(Error)
	switch {
	case errors.As(err, &f):
		one := *f
		f = &one
	case errors.Is(err, context.Canceled):
		f = &Error{Kind: Interrupted, Name: "interrupted", Err: errors.New("interrupted")}
	default:
		f = &Error{Kind: Failed, Name: "failed", Err: err}
	}
	f.Err, f.Targets = fmt.Errorf("stopped at %s: %w", targets[at].Name, f.Err), standings
	if changed { // whatever became of this one: not all are as they were
		f.Kind, f.Name = Unclear, "partial"
	}
	return f
}
