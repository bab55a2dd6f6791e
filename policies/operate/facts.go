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

// What a target knows, told to package exchange, whose guards look at it; and what of it
// the exchange file says otherwise, as a failure.

// CollectFacts returns what guards on lists look at of a target.
func CollectFacts(t Target, state *plan.State) exchange.Facts {
	f := exchange.Facts{Name: t.Label(), ASN: state.Server.ASN}
	for _, c := range state.Clients {
		f.Peers = append(f.Peers, exchange.Peer{Address: c.Address, ASN: c.ASN, Client: c.RouteServer})
	}
	return f
}

// CompileFor compiles for a target, and asks the guards with all that it knows. An error
// is that the lists are no good with it, or that the exchange file does not fit it; what a
// guard refuses is in the diagnostics alone.
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

// fitsStill asks again, before a plan is applied, what has no place in the plan: whether
// the exchange file, which may have been edited since, fits the target, and whether our
// policies reach the neighbors that they are for. What guards have looked at of the target
// is in the plan's fingerprint.
func (o *Operator) fitsStill(ctx context.Context, client Daemon, t Target) (*plan.State, error) {
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

// checkClients is an error where a target has no member: numbers of routes say nothing then.
func checkClients(state *plan.State, t Target) error {
	none := slices.DeleteFunc(state.ReachObstacles(), func(o plan.Obstacle) bool { return o.Code != plan.NoClient })
	return checkObstacles(none, t.Address)
}

// outOfReach names the neighbors that no policy of ours acts on.
func outOfReach(state *plan.State) []Neighbor {
	out := []Neighbor{}
	for _, c := range state.OutOfReach() {
		out = append(out, Neighbor{Address: c.Address, ASN: c.ASN})
	}
	return out
}

// findMisfits returns what the exchange file says otherwise of a target: that of in, or the
// one that there is.
func (o *Operator) findMisfits(in *wanted.Input, t Target, state *plan.State) diag.List {
	x := o.exchangeFor(in)
	if x == nil {
		return nil
	}
	return x.WithFacts(CollectFacts(t, state)).Misfits()
}

// exchangeFor is the exchange of in, or, without lists, the one that there is.
func (o *Operator) exchangeFor(in *wanted.Input) *exchange.Exchange {
	if in != nil {
		return in.Exchange
	}
	return o.Exchange()
}

// describeReach adds to a status who is out of reach, and what of the exchange file does
// not fit: drift where no policy can be made for the target, else a warning.
func describeReach(result *Status, misfits diag.List, state *plan.State) {
	result.OutOfReach = outOfReach(state)
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
