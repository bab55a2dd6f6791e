package operate

import (
	"context"
	"errors"
	"slices"
	"time"

	"depeer/filters/diag"
	"depeer/policies/exchange"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
)

// Package exchange's guards get what a target tells. A contradiction between the target and the exchange
// file is a failure.

// CollectFacts returns what guards on lists look at of a target.
func CollectFacts(t Target, state *plan.State) exchange.Facts {
	f := exchange.Facts{Name: t.Label(), ASN: state.Server.ASN}
	for _, c := range state.Clients {
		f.Peers = append(f.Peers, exchange.Peer{Address: c.Address, ASN: c.ASN, Client: c.RouteServer})
	}
	return f
}

// CompileFor compiles lists for a target, and asks the guards with all that the target tells. It returns
// an error where the lists are invalid for it, or the exchange file does not fit it. The refusals of
// guards are in the diagnostics alone.
func CompileFor(in *wanted.Input, at time.Time, t Target, state *plan.State) error {
	in.Compile(at, in.Exchange.WithFacts(CollectFacts(t, state)))
	if f := Verdict(in.Diagnostics); f != nil && f.Kind != Guarded {
		return f
	}
	misfits := in.Exchange.Misfits()
	in.Diagnostics = append(in.Diagnostics, misfits...)
	in.Diagnostics.Sort()
	if f := checkMisfits(misfits); f != nil {
		f.Diagnostics = in.Diagnostics // and what guards refuse beside it
		return f
	}
	return nil
}

// checkMisfits returns the failure of an exchange file that does not fit a target, or nil.
func checkMisfits(misfits diag.List) *Error {
	for _, d := range misfits {
		if d.Severity == diag.Refused {
			return &Error{Kind: Unfit, Name: d.Code, Diagnostics: misfits,
				Err: errors.New("the exchange file does not fit the target")}
		}
	}
	return nil
}

// readFittingState reads the target's state before a plan is applied, and checks what the plan does not
// hold: that the exchange file, which may have been edited since, fits the target, and that our policies
// reach their neighbors. The plan's fingerprint covers the rest that guards looked at.
func (o *Operator) readFittingState(ctx context.Context, client Daemon, t Target) (*plan.State, error) {
	state, err := client.State(ctx)
	if err != nil {
		return nil, NotReached(ctx, err)
	}
	if err := checkObstacles(state.ReachObstacles(), t.Address); err != nil {
		return nil, err
	}
	if x := o.Exchange(); x != nil {
		if f := checkMisfits(x.WithFacts(CollectFacts(t, state)).Misfits()); f != nil {
			return nil, f
		}
	}
	return state, nil
}

// checkClients returns an error where a target has no member: counts of routes mean nothing then.
func checkClients(state *plan.State, t Target) error {
	none := slices.DeleteFunc(state.ReachObstacles(), func(o plan.Obstacle) bool { return o.Code != plan.NoClient })
	return checkObstacles(none, t.Address)
}

// listOutOfReach returns the neighbors that no policy of ours acts on.
func listOutOfReach(state *plan.State) []Neighbor {
	out := []Neighbor{}
	for _, c := range state.OutOfReach() {
		out = append(out, Neighbor{Address: c.Address, ASN: c.ASN})
	}
	return out
}

// findMisfits returns where an exchange file contradicts a target: the file of in, or, without lists, the
// one of this machine.
func (o *Operator) findMisfits(in *wanted.Input, t Target, state *plan.State) diag.List {
	x := o.findExchange(in)
	if x == nil {
		return nil
	}
	return x.WithFacts(CollectFacts(t, state)).Misfits()
}

// findExchange returns the exchange of in, or, without lists, that of this machine's exchange file.
func (o *Operator) findExchange(in *wanted.Input) *exchange.Exchange {
	if in != nil {
		return in.Exchange
	}
	return o.Exchange()
}

// describeReach adds to a status the neighbors out of reach, and where the exchange file does not fit:
// as drift where no policy can be made for the target, else as a warning.
func describeReach(result *Status, misfits diag.List, state *plan.State) {
	result.OutOfReach = listOutOfReach(state)
	result.Unfit = !state.HasClients()
	for _, d := range misfits {
		if d.Severity != diag.Refused {
			result.Diagnostics = append(result.Diagnostics, d)
			continue
		}
		result.Unfit = true
		result.Drift = append(result.Drift, Drift{Object: d.Position.String(), What: d.Message})
	}
	if result.Unfit && result.State == plan.InSync.String() {
		result.State = plan.Drifts.String()
	}
}
