package operate

import (
	"context"
	"fmt"
	"slices"

	"depeer/policies"
	"depeer/policies/exchange"
	"depeer/policies/impact"
	"depeer/policies/journal"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// Where a looking glass has had gobgpd write treated routes into an Adj-RIB-In, or a member
// announces them so, that is said with member and cure. It stops nothing.

const (
	// pastKept is how many policies that were in force before are looked for on routes.
	pastKept = 2
	// pastChanges is in how many changes these are looked for: one after a restart puts in
	// again what the one before it did. Each holds two policies, which may be large.
	pastChanges = 6
)

// JudgedInForce returns what of the policy in force can be judged.
func JudgedInForce(state *plan.State) *policies.RoutingPolicy {
	c := plan.Change{Old: state.InForce(), New: &policies.RoutingPolicy{}}
	return c.Judged()
}

// findPastPolicies returns what history has put into a target and taken out of it last, the
// newest first, apart from what is in force: its routes may still be treated by these.
func findPastPolicies(store *journal.Store, address string, now *policies.RoutingPolicy) ([]*policies.RoutingPolicy,
	error) {
	var past []*policies.RoutingPolicy
	changes := 0
	for record, err := range store.Backward(address) {
		if err != nil {
			return past, err
		}
		if record.Outcome != outcomeApplied {
			continue
		}
		p, err := record.Plan()
		if err != nil {
			return past, err
		}
		for _, policy := range []*policies.RoutingPolicy{p.Wanted(), p.Change.Judged()} {
			known := func(o *policies.RoutingPolicy) bool { return policies.Same(o, policy) }
			if len(policy.Import) > 0 && len(past) < pastKept && !known(now) && !slices.ContainsFunc(past, known) {
				past = append(past, policy)
			}
		}
		if changes++; changes == pastChanges || len(past) == pastKept {
			break
		}
	}
	return past, nil
}

// FindPast returns the policies that were in force here before, as findPastPolicies does. Where the history
// cannot be read, it logs a warning and returns none.
func (o *Operator) FindPast(address string, now *policies.RoutingPolicy) []*policies.RoutingPolicy {
	store, err := o.Store()
	if err == nil {
		var past []*policies.RoutingPolicy
		if past, err = findPastPolicies(store, address, now); err == nil {
			return past
		}
	}
	o.Log.Warn("what was in force before is not known", "error", err)
	return nil
}

// FindPolluted looks for routes that are as some of these policies leave them. Where none
// leaves anything, no route is read.
func (o *Operator) FindPolluted(ctx context.Context, client Daemon, state *plan.State, x *exchange.Exchange,
	by ...*policies.RoutingPolicy) ([]impact.Polluted, error) {
	leaving := impact.FindLeaving(by...)
	if len(leaving) == 0 {
		return nil, nil
	}
	o.Progress("looking for routes that are treated already")
	none := func() string { return "" }
	found, err := impact.FindPolluted(leaving, o.addProgress(ctx, client.Announced(ctx, state.Clients), none))
	return namePolluted(x, found), err
}

// namePolluted fills in what the exchange file calls members, if there is one (not nil).
func namePolluted(x *exchange.Exchange, all []impact.Polluted) []impact.Polluted {
	if x == nil {
		return all
	}
	for i := range all {
		all[i].Name = FindMemberName(x, rib.Peer{Address: all[i].Address, ASN: all[i].ASN})
	}
	return all
}

// describeRoutes adds the members with routes that are treated already, or announced so:
// the target differs from what is wanted by them.
func (o *Operator) describeRoutes(ctx context.Context, client Daemon, state *plan.State, address string,
	result *Status) error {
	now := JudgedInForce(state)
	found, err := o.FindPolluted(ctx, client, state, o.Exchange(), append(o.FindPast(address, now), now)...)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		result.State, result.Why = plan.Unknown.String(), err.Error()
		return nil
	}
	result.Polluted = found
	for _, m := range found {
		result.Drift = append(result.Drift, Drift{Object: "routes of " + m.Address.String(),
			Member: m.Address.String(), What: DescribePolluted(m)})
	}
	if len(found) > 0 && result.State == plan.InSync.String() {
		result.State = plan.Drifts.String()
	}
	return nil
}

// findWhatStays adds to the plan of a clear what stays on routes all the same.
func (o *Operator) findWhatStays(ctx context.Context, client Daemon, state *plan.State, result *Draft) {
	now := JudgedInForce(state)
	found, err := o.FindPolluted(ctx, client, state, o.Exchange(), append(o.FindPast(result.Plan.Target, now), now)...)
	if err != nil {
		o.Note("warning: "+cannotLook, err)
		return
	}
	result.Polluted = append([]impact.Polluted{}, found...)
}

// cannotLook is said where clear cannot find out what stays.
const cannotLook = "whether members will go on holding what was left on routes cannot be looked at: %v"

// findWhatIsLeft looks for what stays on routes when everything of ours is out. The
// off-switch has done its work by then: what cannot be looked at is said, and fails nothing.
func (o *Operator) findWhatIsLeft(ctx context.Context, client Daemon, p *plan.Plan, a *Result) {
	state, err := client.State(ctx)
	var found []impact.Polluted
	if err == nil {
		now := JudgedInForce(state)
		by := append(o.FindPast(p.Target, now), p.Change.Judged())
		found, err = o.FindPolluted(ctx, client, state, o.Exchange(), by...)
	}
	if err != nil {
		a.Unlooked = fmt.Sprintf(cannotLook, err)
		return
	}
	a.Polluted, a.Stays = found, true
}
