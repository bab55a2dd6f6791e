package apply

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"
	"time"

	"depeer/filters"
	"depeer/policies"
)

// Proof is what the route server's own tables said after a change. Counts are of
// paths of the clients that were reset.
type Proof struct {
	Refused  int // announced, and not in the table
	Changed  int // in the table, with the attributes of their treatment
	Passed   int // in the table, as before
	Unproven int // entries and AS patterns of the new policy that no route tells about
}

// UnprovenError says that the route server's tables are not what the new policy
// makes of what members announce.
type UnprovenError struct {
	Peer   netip.Addr
	Prefix netip.Prefix
	Why    string
	More   int // so many other paths likewise
}

func (e *UnprovenError) Error() string {
	return fmt.Sprintf("verification: %s of %s %s; %d more likewise", e.Prefix, e.Peer, e.Why, e.More)
}

// settling is how long the tables may take to agree with what members announce
// while these go on announcing.
const settling = 30 * time.Second

// path tells apart what members announce: of one member, one prefix. A digest,
// because a route server holds a million.
type path uint64

var seed = maphash.MakeSeed()

func pathOf(r *policies.Route) path {
	return path(maphash.Comparable(seed, struct {
		netip.Addr
		netip.Prefix
	}{r.Peer, r.Prefix}))
}

// held returns the paths in the table before the live call.
func (r *run) held(ctx context.Context) (map[path]bool, error) {
	r.progress("reading the table")
	held := make(map[path]bool)
	for route, err := range r.Daemon.Table(ctx) {
		if err != nil {
			return nil, fmt.Errorf("table: %w", err)
		}
		held[pathOf(&route)] = true
	}
	return held, nil
}

// verify compares the table with what the new policy makes of the announcements
// of the clients that were reset. Members go on announcing meanwhile, so what does
// not agree is looked at again until it does, or time is up.
func (r *run) verify(ctx context.Context, held map[path]bool, clients []netip.Addr) (Proof, error) {
	deadline := time.Now().Add(settling)
	for {
		proof, err := r.compare(ctx, held, clients)
		unproven := new(UnprovenError)
		if !errors.As(err, &unproven) || time.Now().After(deadline) {
			return proof, err
		}
		select {
		case <-ctx.Done():
			return proof, ctx.Err()
		case <-time.After(settling / 30):
		}
	}
}

// wanted is what the table should say of one path.
type wanted uint8

const (
	refused wanted = 1 << iota // not there
	changed                    // there, if the operator's policies let it pass, and changed
	passed                     // there, as it was there before
)

func (r *run) compare(ctx context.Context, held map[path]bool, clients []netip.Addr) (Proof, error) {
	state, err := r.Daemon.State(ctx)
	if err != nil {
		return Proof{}, err
	}
	judges := r.judges(state)
	witness := newWitness(r.change.New)
	want := make(map[path]wanted)
	for _, client := range clients {
		if err := r.expect(ctx, want, held, client, judges[client], witness); err != nil {
			return Proof{}, err
		}
	}
	c := comparison{want: want, judges: judges}
	for route, err := range r.Daemon.Table(ctx) {
		if err != nil {
			return Proof{}, fmt.Errorf("table: %w", err)
		}
		c.see(&route)
	}
	return c.proof(ctx, r, clients, witness)
}

// expect notes what should become of each path of a client. Where it announces
// several for one prefix, of which some are refused, the table cannot tell.
func (r *run) expect(ctx context.Context, want map[path]wanted, held map[path]bool, client netip.Addr, j judge, w *witness) error {
	for route, err := range r.Daemon.Received(ctx, client) {
		if err != nil {
			return fmt.Errorf("routes of %s: %w", client, err)
		}
		_, after := j.effects(&route)
		p := pathOf(&route)
		switch {
		case after == "":
			if held[p] {
				want[p] |= passed
			}
			continue
		case j.after.Verdict(&route).Refused():
			want[p] |= refused
		default:
			want[p] |= changed
		}
		w.saw(&route)
	}
	return nil
}

// comparison of a table with what is wanted of it.
type comparison struct {
	want   map[path]wanted
	judges map[netip.Addr]judge
	found  Proof
	wrong  *UnprovenError
}

// see looks at one path of the table. What is left of want in the end is not
// there.
func (c *comparison) see(route *policies.Route) {
	p := pathOf(route)
	switch c.want[p] {
	case refused:
		c.fail(route.Peer, route.Prefix, "is refused by the new policy, and is in the table")
	case changed:
		if !c.judges[route.Peer].marked(route) {
			c.fail(route.Peer, route.Prefix, "is treated by the new policy, and has nothing of it in the table")
		}
		c.found.Changed++
	case passed:
		c.found.Passed++
	}
	delete(c.want, p)
}

// marked says whether a path of the table has anything that its treatment gives.
// The operator's own policies come after ours, and may have changed the rest. (The
// conditions that we have look at nothing that our actions change.)
func (j judge) marked(route *policies.Route) bool {
	statement, treated := j.after.Statement(j.after.Verdict(route))
	if !treated {
		return false
	}
	a := statement.Actions
	return a.LocalPref != 0 && a.LocalPref == route.LocalPref ||
		a.MED != nil && route.MED != nil && *a.MED == *route.MED ||
		a.Prepend != 0 && repeated(route.Path) > int(a.Prepend) ||
		slices.ContainsFunc(a.Communities, func(x policies.Community) bool { return slices.Contains(route.Communities, x) }) ||
		slices.ContainsFunc(a.AddLargeCommunities, func(x policies.LargeCommunity) bool { return slices.Contains(route.LargeCommunities, x) })
}

// repeated counts how often the leftmost AS stands there in a row.
func repeated(path []filters.ASN) int {
	n := 0
	for n < len(path) && path[n] == path[0] {
		n++
	}
	return n
}

func (c *comparison) fail(peer netip.Addr, prefix netip.Prefix, why string) {
	if c.wrong != nil {
		c.wrong.More++
		return
	}
	c.wrong = &UnprovenError{Peer: peer, Prefix: prefix, Why: why}
}

// proof counts what was not in the table: rightly, if it is refused. For what
// should be there, the client is asked again: it may have withdrawn it.
func (c *comparison) proof(ctx context.Context, r *run, clients []netip.Addr, w *witness) (Proof, error) {
	missing := false
	for _, want := range c.want {
		if want == refused {
			c.found.Refused++
		}
		missing = missing || want == passed
	}
	for _, client := range clients {
		if !missing {
			break
		}
		for route, err := range r.Daemon.Received(ctx, client) {
			if err != nil {
				return c.found, fmt.Errorf("routes of %s: %w", client, err)
			}
			if c.want[pathOf(&route)] == passed {
				c.fail(client, route.Prefix, "is not listed, and is no longer in the table")
			}
		}
	}
	c.found.Unproven = w.silent()
	if c.wrong != nil {
		return c.found, c.wrong
	}
	return c.found, nil
}
