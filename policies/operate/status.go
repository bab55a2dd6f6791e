package operate

import (
	"cmp"
	"context"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// Unreachable is the state of a target that does not answer.
const Unreachable = "unreachable"

// StatusOptions say what else is looked at.
type StatusOptions struct {
	// File is the gobgpd.conf that the target was started with, and Read reads it; "": none is
	// named.
	File string
	Read func(name string, diags *diag.List) (text []byte, ok bool)
}

// Status looks at one target. in is nil where no lists are compared with. That the target cannot
// be reached is a result, too.
func (o *Operator) Status(ctx context.Context, in *wanted.Input, t Target, options StatusOptions) (Status, error) {
	address := t.Address
	result := Status{Name: cmp.Or(t.Name, address), Address: address}
	store, err := o.Store()
	if err != nil {
		return result, err
	}
	found, err := readPast(store, address)
	if err != nil {
		return result, err
	}
	last := found.applied
	describeExpected(&result, found)
	w, err := ReadWaits(store.Pending(address))
	if err != nil {
		return result, err
	}
	client, err := o.Connect(ctx, t)
	if err != nil {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		result.State, result.Why = Unreachable, err.Error()
		return result, nil
	}
	defer client.Close()
	state, err := client.State(ctx)
	if err != nil {
		result.State, result.Why = plan.Unknown.String(), err.Error()
		return result, nil
	}
	state, result.Diagnostics = RecallLists(store, address, state)
	want, misfits := &policies.RoutingPolicy{}, o.findMisfits(in, t, state)
	switch {
	case in != nil:
		in.Compile(o.Now, in.Exchange.WithFacts(CollectFacts(t, state)))
		if f := Verdict(in.Diagnostics); f != nil {
			return result, f
		}
		want = in.Policy()
	case last != nil:
		want = last.Wanted()
	}
	unclaimed, err := describePolicy(&result, store, address, state, found, in)
	if err != nil {
		return result, err
	}
	if unclaimed {
		want = state.InForce()
	}
	drift := plan.Drift(state, want)
	unknown := in == nil && found.unread != nil // as what should be
	if unknown || in == nil && last != nil && Stands(state, last) && state.InForce().Empty() {
		drift = plan.ListDrift(state) // cleared: without a place in lists, too, it is as it should be
	}
	rejected := state.Rejected()
	switch {
	case len(state.LostLists()) > 0:
		result.Cure = CureOfLostLists(address)
	case len(rejected) > 0:
		result.Cure = CureOfRejecting(address)
	}
	drift = append(drift, plan.ReachDrift(state)...)
	for _, c := range state.Choosers(want) {
		result.Choosers = append(result.Choosers, c.Address.String())
	}
	result.State, result.Drift = state.Status(drift, w.Anything()).String(), listDrift(drift)
	if unknown && result.State == plan.InSync.String() {
		result.State, result.Why = plan.Unknown.String(), found.unread.Error()
	}
	if unclaimed && result.State == plan.InSync.String() {
		result.State, result.Why = plan.Unknown.String(),
			"what is in force was not put in from this machine, and no list is given"
	}
	if RolledBackElsewhere(store, address, state) {
		result.Diagnostics.Warnf(diag.Position{}, "rolled-back-elsewhere", "",
			"it was %s, by another machine: watch applies nothing until somebody does", WordsOfRollback(state))
	}
	describeReach(&result, misfits, state)
	if err := o.describeRoutes(ctx, client, state, address, &result); err != nil {
		return result, err
	}
	if err := o.describeOperator(ctx, client, state, &result); err != nil {
		return result, err
	}
	if err := o.describeFiles(ctx, &result, t, options, state, store); err != nil {
		return result, err
	}
	if result.NearLimit, err = findNearLimit(ctx, client, state); err != nil {
		if ctx.Err() != nil {
			return result, ctx.Err()
		}
		result.Diagnostics.Warnf(diag.Position{}, "routes-unread", "", "how long routes are is not known: %v", err)
	}
	describePending(&result, w)
	if len(rejected) > 0 { // before all else: nothing else is as urgent
		why := DescribeObstacles(rejected)
		if result.Why != "" {
			why += "; " + result.Why
		}
		result.Why = why
	}
	return result, nil
}

// describePending adds what waits for a confirmation.
func describePending(result *Status, w Waits) {
	pending := w.Pending
	switch {
	case w.Unread != nil:
		result.Why = w.String()
		return
	case pending == nil:
		return
	}
	result.Pending = pending.Entry
	if left := pending.Left(); left > 0 {
		result.Why = "waits for a confirmation, for another " + formatAge(left)
	} else {
		result.Why = "a confirmation is overdue by " + formatAge(-left)
	}
}
