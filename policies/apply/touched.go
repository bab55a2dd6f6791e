package apply

import (
	"context"
	"fmt"
	"net/netip"

	"depeer/policies/plan"
)

// Touched returns the clients that announce, now, a route of which c makes something
// else: what a plan says, so that its apply need not look through what everybody
// announces before members are told the first of it. That they are all is not certain
// by then: apply looks at the others as well.
func Touched(ctx context.Context, d Daemon, s *plan.State, c *plan.Change) ([]netip.Addr, error) {
	r := (&Applier{Daemon: d}).beginRun(&plan.Plan{Change: *c}, s)
	var out []netip.Addr
	for _, client := range s.Clients {
		j := r.judgeForth(withAssigned(c, client))
		if !client.RouteServer || j.isIdle() {
			continue
		}
		changes, err := anyChanges(ctx, d, client.Address, j)
		if err != nil {
			return nil, fmt.Errorf("routes of %s: %w", client.Address, err)
		}
		if changes {
			out = append(out, client.Address)
		}
	}
	return out, nil
}

// withAssigned returns a client with the list that the change will give it, if it does.
func withAssigned(c *plan.Change, client plan.Client) plan.Client {
	for _, call := range c.Calls() {
		if call.Verb == plan.Assign && call.Import && call.Client == client.Address {
			client.Import.Policies = call.Policies
		}
	}
	return client
}

// anyChanges looks through what a client announces until something else is made of
// a route.
func anyChanges(ctx context.Context, d Daemon, client netip.Addr, j judge) (bool, error) {
	for route, err := range d.Received(ctx, client) {
		if err != nil {
			return false, err
		}
		if changes, _ := j.changesRoute(&route); changes {
			return true, nil
		}
	}
	return false, nil
}
