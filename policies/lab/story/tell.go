package story

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/journal"
	"depeer/policies/lab"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// Tell plans and applies the story on the lab's route server as on any other, and
// takes it back. What members hold is read from their own tables each time.
func (s *Story) Tell(ctx context.Context, l *lab.Lab, o *operate.Operator, result *Result) error {
	s.describe(result)
	ctx, cancel := context.WithTimeout(ctx, 2*Timeout)
	defer cancel()
	client, err := o.Connect(ctx, operate.Target{Address: l.Target()})
	if err != nil {
		return err
	}
	defer client.Close()
	dir, err := os.MkdirTemp("", "depeer-lab-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	teller := &teller{operator: o, lab: l, client: client, state: dir}

	before, err := teller.readHeldRoutes(ctx, result)
	if err != nil {
		return err
	}
	change, err := teller.applyPolicy(ctx, s.policy)
	if err != nil {
		return err
	}
	result.Plan, result.Calls = change.plan.Change.Summary().String(), len(change.plan.Change.Calls())
	result.Applied = operate.NewResult(l.Target(), nil, change.result)
	after, err := teller.readHeldRoutes(ctx, result)
	if err != nil {
		return err
	}
	back, err := teller.applyPolicy(ctx, change.plan.Change.Old)
	if err != nil {
		return err
	}
	result.RolledBack = operate.NewResult(l.Target(), nil, back.result)
	again, err := teller.readHeldRoutes(ctx, result)
	if err != nil {
		return err
	}
	for i := range result.Members {
		m := &result.Members[i]
		m.Before, m.After = before[i], after[i]
		m.Restored = slices.Equal(before[i], again[i])
	}
	return nil
}

// teller applies changes to a lab, with a journal that ends with it.
type teller struct {
	operator *operate.Operator
	lab      *lab.Lab
	client   operate.Daemon
	state    string
}

// told is one change that the lab has seen.
type told struct {
	plan   *plan.Plan
	result apply.Result
}

func (t *teller) applyPolicy(ctx context.Context, want *policies.RoutingPolicy) (told, error) {
	state, err := t.client.State(ctx)
	if err != nil {
		return told{}, operate.NotReached(ctx, err)
	}
	id := operate.NewID()
	p := t.operator.NewPlan(operate.Target{Address: t.lab.Target()}, state, id,
		*plan.To(state, want, id))
	store, err := journal.Open(t.state)
	if err != nil {
		return told{}, err
	}
	lock, err := store.Lock(p.Target, t.operator.By)
	if err != nil {
		return told{}, err
	}
	entry, err := lock.Begin(p, journal.Start{Action: "lab", Holder: id})
	if err != nil {
		return told{}, errors.Join(err, lock.Unlock())
	}
	a := &apply.Applier{Daemon: t.client, Journal: entry, Holder: id, Log: t.operator.Log}
	result, err := a.Apply(ctx, p)
	return told{p, result}, errors.Join(err, entry.End(result.Outcome.String()), lock.Unlock())
}

// readHeldRoutes returns what each member holds, once all that was done has arrived.
func (t *teller) readHeldRoutes(ctx context.Context, result *Result) ([][]Route, error) {
	if err := t.lab.Settle(ctx); err != nil {
		return nil, fmt.Errorf("the lab: %w", err)
	}
	all := make([][]Route, 0, len(result.Members))
	for _, m := range result.Members {
		routes, err := t.lab.Holds(ctx, filters.ASN(m.ASN))
		if err != nil {
			return nil, fmt.Errorf("the lab: %w", err)
		}
		held := make([]Route, 0, len(routes))
		for _, r := range routes {
			held = append(held, Route{Prefix: r.Prefix.String(), Path: formatASPath(r.Path)})
		}
		all = append(all, held)
	}
	return all, nil
}

// describe says what is listed, and why.
func (s *Story) describe(result *Result) {
	p := &s.listing.Providers[0]
	result.Provider, result.Reason = p.Name, p.Reason
	result.Listing, result.Treatment = "examples/"+Listing, s.listing.Treatment
	for _, m := range p.ASNs {
		result.Matches = append(result.Matches, m.String())
	}
	for _, m := range p.Prefixes {
		result.Matches = append(result.Matches, m.String())
	}
}

// formatASPath writes a path as routers show it.
func formatASPath(path []filters.ASN) string {
	var text []byte
	for i, a := range path {
		if i > 0 {
			text = append(text, ' ')
		}
		text = append(text, a.String()...)
	}
	return string(text)
}
