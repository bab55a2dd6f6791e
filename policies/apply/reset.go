package apply

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// client is one that was reset, and what is needed to prove that it took.
type client struct {
	plan.Client
	judge   comparison
	viewers []plan.Client
	// sample are prefixes of it that our policies had nothing to do with, nor have
	// now, and that were in the table before the reset.
	sample map[netip.Prefix]bool
	// lengths says which of its routes are too long to be sent.
	lengths *length.Foresight
}

const (
	// sampled is for how many untreated routes of a client it is looked whether they
	// are still there afterwards.
	sampled = 100
	// long is the number of routes from which on looking through what a client
	// announces takes longer than what is gained by it, if the plan says that
	// its routes change.
	long = 100_000
)

// resetClients resets, softly, inbound, one after another, the clients that announce a
// route of which something else is made now, and no others. It comes after the live
// call, so that what is announced meanwhile is either seen here, or was met by the new
// policy when it came. It begins with those of which the plan says so.
func (r *run) resetClients(ctx context.Context, look compareFunc) error {
	state, err := r.readState(ctx)
	if err != nil {
		return err
	}
	planned := func(c plan.Client) bool { return slices.Contains(r.plan.Touched, c.Address) }
	order := slices.Clone(state.Clients)
	slices.SortStableFunc(order, func(a, b plan.Client) int {
		switch {
		case planned(a) == planned(b):
			return 0
		case planned(a):
			return -1
		default:
			return 1
		}
	})
	r.touched = nil
	for _, c := range order {
		j := look(c)
		if !c.RouteServer || j.isIdle() {
			continue
		}
		t := &client{Client: c, judge: j, viewers: viewersOf(c, state.Clients)}
		changes := planned(c) && c.Accepted > long
		if !changes {
			if changes, err = r.sightRoutes(ctx, t); err != nil {
				return err
			}
		}
		if !changes {
			continue
		}
		if err := r.resetSoftly(ctx, t); err != nil {
			return err
		}
	}
	return nil
}

// sightRoutes looks through what a client announces until a route changes, and gathers
// a sample of routes that do not. A client that is gone has nothing to change.
func (r *run) sightRoutes(ctx context.Context, t *client) (changes bool, err error) {
	r.logProgress("looking through what %s announces", t.Address)
	var sample []path
	for route, err := range r.Daemon.Received(ctx, t.Address) {
		if err != nil {
			return false, r.unlessGone(ctx, t.Address, fmt.Errorf("routes of %s: %w", t.Address, err))
		}
		differs, untreated := t.judge.changesRoute(&route)
		changes = changes || differs
		if untreated && len(sample) < sampled {
			sample = append(sample, path{route.Prefix, t.viewerOf(&route)})
		}
		if changes && len(sample) == sampled {
			break
		}
	}
	if !changes {
		return false, nil
	}
	t.sample = make(map[netip.Prefix]bool, len(sample))
	return true, r.listSeen(ctx, t, sample, func(route *policies.Route) { t.sample[route.Prefix] = true })
}

// resetSoftly resets one client.
func (r *run) resetSoftly(ctx context.Context, t *client) error {
	r.logProgress("soft reset in: %s", t.Address)
	err := r.doCall(ctx, plan.Call{Verb: plan.Reset, Client: t.Address})
	if err == nil {
		r.touched = append(r.touched, t)
		r.result.Reset = append(r.result.Reset, t.Address)
		return nil
	}
	if errors.Is(err, plan.ErrRefused) {
		return r.unlessGone(ctx, t.Address, err)
	}
	return err
}

// unlessGone drops the error of a client whose session has ended meanwhile, or
// that is no neighbor any more: what it announces next meets the policy in force.
func (r *run) unlessGone(ctx context.Context, client netip.Addr, err error) error {
	state, unread := r.readState(ctx)
	if unread != nil {
		return err
	}
	for _, c := range state.Clients {
		if c.Address == client && c.Up {
			return err
		}
	}
	r.Log.Info("client is gone", "client", client)
	return nil
}
