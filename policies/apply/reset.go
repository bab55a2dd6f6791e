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

// client is a client that was reset, and what the proof needs of it.
type client struct {
	plan.Client
	comparison comparison
	viewers    []plan.Client
	// sample are prefixes of the client that our policies treat neither before nor now, and that
	// were in the table before the reset.
	sample map[netip.Prefix]bool
	// lengths says which of its routes are too long to be sent.
	lengths *length.Foresight
}

const (
	// sampled is the number of untreated routes of a client in the sample.
	sampled = 100
	// long is the number of routes above which listing a client's announcements costs more than it
	// saves, if the plan says that its routes change.
	long = 100_000
)

// resetClients makes a soft reset in, one after another, of the clients that announce a route whose
// treatment changes, and of no others. It runs after the live call, so that the new policy has judged
// any route that it does not list. It begins with the clients that the plan names.
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
		t := &client{Client: c, comparison: j, viewers: viewersOf(c, state.Clients)}
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

// sightRoutes lists what a client announces until it finds a route whose treatment changes, and gathers
// a sample of untreated routes. A client that is gone has no routes.
func (r *run) sightRoutes(ctx context.Context, t *client) (changes bool, err error) {
	r.logProgress("looking through what %s announces", t.Address)
	var sample []path
	for route, err := range r.Daemon.Received(ctx, t.Address) {
		if err != nil {
			return false, r.unlessGone(ctx, t.Address, fmt.Errorf("routes of %s: %w", t.Address, err))
		}
		differs, untreated := t.comparison.changesRoute(&route)
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

// resetSoftly makes a soft reset in of one client.
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

// unlessGone returns err, or nil if the client's session has ended, or if it is no longer a neighbor: the
// policy in force judges what it announces next.
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
