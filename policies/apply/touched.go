package apply

import (
	"context"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
)

// judge says what becomes of a client's routes before and after the change.
type judge struct {
	before, after *eval.Evaluator // nil: our policy is not in the client's list
}

// judges returns a judge for each client that our policies have to do with.
func (r *run) judges(state *plan.State) map[netip.Addr]judge {
	before, after := eval.New(r.change.Old), eval.New(r.change.New)
	was := anchored(r.before)
	all := make(map[netip.Addr]judge)
	for client := range anchored(state) {
		all[client] = judge{after: after}
	}
	for client := range was {
		j := all[client]
		j.before = before
		all[client] = j
	}
	return all
}

// anchored returns the clients whose lists have our import policy.
func anchored(s *plan.State) map[netip.Addr]bool {
	out := make(map[netip.Addr]bool)
	for _, c := range s.Clients {
		if c.RouteServer && slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			out[c.Address] = true
		}
	}
	return out
}

// effects returns what happens to a route before and after.
func (j judge) effects(route *policies.Route) (before, after string) {
	if j.before != nil {
		before = j.before.Effect(j.before.Verdict(route))
	}
	if j.after != nil {
		after = j.after.Effect(j.after.Verdict(route))
	}
	return before, after
}

// touched returns, in the order of their addresses, the clients that announce a
// route of which the change makes something else: only these are reset. It is
// asked after the live call, so that what is announced meanwhile is either seen here,
// or was met by the new policy when it came.
func (r *run) touched(ctx context.Context) ([]netip.Addr, error) {
	state, err := r.Daemon.State(ctx)
	if err != nil {
		return nil, err
	}
	judges := r.judges(state)
	var out []netip.Addr
	for _, c := range state.Clients {
		j, known := judges[c.Address]
		if !known || !c.Up {
			continue
		}
		changes, err := r.changes(ctx, c.Address, j)
		if err != nil {
			return nil, err
		}
		if changes {
			out = append(out, c.Address)
		}
	}
	return out, nil
}

// changes says whether a client announces a route that is treated otherwise now.
func (r *run) changes(ctx context.Context, client netip.Addr, j judge) (bool, error) {
	r.progress("reading what %s announces", client)
	for route, err := range r.Daemon.Received(ctx, client) {
		if err != nil {
			return false, fmt.Errorf("routes of %s: %w", client, err)
		}
		if before, after := j.effects(&route); before != after {
			return true, nil
		}
	}
	return false, nil
}
