package plan_test

import (
	"cmp"
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// chosen is an exchange whose members hold routes, and choose.
type chosen struct {
	*plantest.Model
	t *rapid.T
	c chooser
}

// noSessions is a policy that shuts none.
func (c chooser) noSessions() *policies.RoutingPolicy {
	p := c.policy()
	p.Sessions = nil
	return p
}

// newChosen is an exchange of up to four members, in whose lists ours is first.
func newChosen(t *rapid.T, c chooser) chosen {
	m := plantest.New(server)
	m.Sends()
	m.ByHand(func(o *plantest.Objects) {
		for name, policy := range operators {
			o.Operators[name] = policy
		}
	})
	m.Load(pick(c, &policies.RoutingPolicy{}, c.noSessions()))
	for i := range 2 + c(3) {
		k := c.client(i)
		k.RouteServer, k.SecondaryRoute = true, c.oneIn(2)
		k.Up, k.AdminDown, k.DownInFile, k.Dynamic, k.AddPath = true, false, false, false, false
		k.Import = plan.Assignment{Policies: pick(c, []string{policies.ImportPolicy},
			[]string{policies.ImportPolicy, "op-tag"}), Default: plan.Accept}
		k.Export = plan.Assignment{Policies: pick(c, []string{policies.ExportPolicy},
			[]string{policies.ExportPolicy, "op-mark"}), Default: plan.Accept}
		m.AddClient(k)
	}
	x := chosen{m, t, c}
	for _, k := range state(m).Clients {
		for range 2 * len(routes) / 3 {
			x.announce(k)
		}
	}
	return x
}

// announce announces one of the routes through a client, at times with a tag that is
// in force, or will be.
func (x chosen) announce(from plan.Client, tags ...policies.LargeCommunity) {
	r := pick(x.c, routes...)
	r.Path = append([]filters.ASN{from.ASN}, r.Path[1+x.c(2):]...)
	if len(tags) > 0 && x.c.oneIn(3) {
		r.LargeCommunities = []policies.LargeCommunity{pick(x.c, tags...)}
	}
	x.Announce(from.Address, r)
}

// best puts paths in the order of the route server's choice.
func best(paths []policies.Route) []policies.Route {
	slices.SortStableFunc(paths, func(a, b policies.Route) int {
		return cmp.Or(cmp.Compare(cmp.Or(b.LocalPref, 100), cmp.Or(a.LocalPref, 100)),
			cmp.Compare(len(a.Path), len(b.Path)), a.Peer.Compare(b.Peer))
	})
	return paths
}

// sent is what a member holds of paths of one prefix, if everything is as it should be:
// the best one, or with secondary-route the best that goes through.
func sent(to plan.Client, paths []policies.Route, through func(policies.Route) (policies.Route, bool)) (policies.Route,
	bool) {
	for _, r := range best(paths) {
		if r.Peer == to.Address || !to.SecondaryRoute && slices.Contains(r.Path, to.ASN) {
			continue
		}
		out, ok := through(r)
		if ok || !to.SecondaryRoute {
			return out, ok && !slices.Contains(out.Path, to.ASN)
		}
	}
	return policies.Route{}, false
}

// leave is the export half, as a client's list has it.
func leave(to plan.Client, r policies.Route, programs ...*eval.Exporter) (policies.Route, bool) {
	ok := true
	for _, name := range to.Export.Policies {
		if name == policies.ExportPolicy {
			for _, x := range programs {
				if r, ok = x.Apply(to.Address, r); !ok {
					return r, false
				}
			}
			continue
		}
		r.Communities = append(slices.Clone(r.Communities), operators[name].Community)
	}
	return r, true
}

func byPrefix(all []policies.Route) map[netip.Prefix][]policies.Route {
	out := map[netip.Prefix][]policies.Route{}
	for _, r := range all {
		out[r.Prefix] = append(out[r.Prefix], r)
	}
	return out
}

// asBeforeOrAfter checks that each member holds of each path in the table what the
// choices say whose tags it has: no route is stuck, or lost.
func (x chosen) asBeforeOrAfter(when string, generations ...*policies.RoutingPolicy) {
	x.t.Helper()
	var programs []*eval.Exporter
	for _, p := range generations {
		programs = append(programs, eval.NewExporter(p))
	}
	var table []policies.Route
	for r := range x.Table(context.Background()) {
		table = append(table, r)
	}
	x.holds(when, byPrefix(table), programs...)
}

// holds checks what members hold of paths.
func (x chosen) holds(when string, table map[netip.Prefix][]policies.Route, programs ...*eval.Exporter) {
	x.t.Helper()
	for _, c := range state(x.Model).Clients {
		want := map[string]string{}
		for prefix, paths := range table {
			if out, ok := sent(c, paths, func(r policies.Route) (policies.Route,
				bool) {
				return leave(c, r, programs...)
			}); ok {
				want[prefix.String()] = fmt.Sprint(out.Peer, " ", text(out, true))
			}
		}
		got := map[string]string{}
		for _, r := range x.Held(context.Background(), c.Address) {
			got[r.Prefix.String()] = fmt.Sprint(r.Peer, " ", text(r, true))
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			x.t.Fatalf("%s: held by %s, secondary-route %t (-want +got):\n%s\n%v", when, c.Address, c.SecondaryRoute,
				diff, x.Model)
		}
	}
}

// as checks what members hold against a policy and what is announced, without any
// table: the oracle.
func (x chosen) as(when string, p *policies.RoutingPolicy) {
	x.t.Helper()
	var table []policies.Route
	e := eval.New(p)
	for _, c := range state(x.Model).Clients {
		for r := range x.Received(context.Background(), c.Address) {
			if out, ok := chain(c, e, r); ok {
				table = append(table, out)
			}
		}
	}
	x.holds(when, byPrefix(table), eval.NewExporter(p))
	for _, c := range state(x.Model).Clients {
		for _, r := range x.Held(context.Background(), c.Address) {
			if i := slices.IndexFunc(r.LargeCommunities, policies.LargeCommunity.IsTag); i >= 0 && len(p.Export) > 0 {
				x.t.Fatalf("%s: %s sees the tag %s", when, c.Address, r.LargeCommunities[i])
			}
		}
	}
}

// resets resets everybody, in any order, and looks after each.
func (x chosen) resets(each func(call plan.Call)) {
	clients := state(x.Model).Clients
	for len(clients) > 0 {
		i := x.c(len(clients))
		call := plan.Call{Verb: plan.Reset, Client: clients[i].Address}
		do(x.t, x.Model, call)
		each(call)
		clients = slices.Delete(clients, i, i+1)
	}
}

// TestMembersHoldWhatTheyChoose walks from choices to choices, lists with them, and
// looks at what each member holds after every call and every reset; members announce and
// withdraw meanwhile. Everywhere it is cut off, and recovered.
func TestMembersHoldWhatTheyChoose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		x := newChosen(t, c)
		x.as("at first", state(x.Model).InForce())
		for i := range 2 {
			s := state(x.Model)
			want := pick(c, c.noSessions(), c.noSessions(), &policies.RoutingPolicy{})
			change := plan.To(s, want, []string{"a", "b"}[i])
			if c.oneIn(4) {
				change, want = plan.Clear(s, "clear"), &policies.RoutingPolicy{}
			}
			if o := plan.ChoiceObstacles(s, want); len(o) > 0 {
				t.Fatalf("obstacles: %v", o)
			}
			x.walk(change)
			x.as("at the end", want)
			clean(t, x.Model, want)
			if change.New == want && len(want.Import) == 0 {
				x = newChosen(t, c) // lists may have lost us
			}
		}
	})
}

func (x chosen) walk(change *plan.Change) {
	x.t.Helper()
	// What members send of tags counts for nothing where both generations scrub them.
	var tags []policies.LargeCommunity
	if len(change.Old.Tags()) > 0 && len(change.New.Tags()) > 0 {
		tags = slices.Concat(change.Old.Tags(), change.New.Tags())
	} else {
		x.withdrawTags()
	}
	step := func(call plan.Call) {
		x.asBeforeOrAfter(call.String(), change.Old, change.New)
		if x.c.oneIn(6) {
			x.cut(change, call.String())
		}
		switch clients := state(x.Model).Clients; {
		case x.c.oneIn(4):
			x.announce(pick(x.c, clients...), tags...)
		case x.c.oneIn(4):
			x.Withdraw(pick(x.c, clients...).Address, pick(x.c, routes...).Prefix)
		}
		x.asBeforeOrAfter("after "+call.String(), change.Old, change.New)
	}
	for _, call := range slices.Concat(change.Prepare, change.Live, change.Assigning()) {
		do(x.t, x.Model, call)
		step(call)
	}
	x.resets(step)
	for _, call := range change.Cleaning() {
		do(x.t, x.Model, call)
		step(call)
	}
}

// withdrawTags takes back what members announce with tags.
func (x chosen) withdrawTags() {
	for _, c := range state(x.Model).Clients {
		for r := range x.Received(context.Background(), c.Address) {
			if slices.ContainsFunc(r.LargeCommunities, policies.LargeCommunity.IsTag) {
				x.Withdraw(c.Address, r.Prefix)
			}
		}
	}
}

// cut recovers a copy, as apply does: resets come before calls.
func (x chosen) cut(change *plan.Change, when string) {
	x.t.Helper()
	y := chosen{x.Clone(), x.t, x.c}
	r, err := plan.Recover(state(y.Model))
	if err != nil {
		x.t.Fatalf("%s: recover: %v\n%v", when, err, y.Model)
	}
	after := state(y.Model).InForce()
	look := func(call plan.Call) {
		y.asBeforeOrAfter(fmt.Sprintf("cut at %s, recovery: %s", when, call), change.Old, change.New)
	}
	y.resets(look)
	for _, call := range r.Calls {
		do(x.t, y.Model, call)
		look(call)
	}
	y.as("cut at "+when+", and recovered", after)
	if r, err := plan.Recover(state(y.Model)); err != nil || r.Side != plan.Whole || len(r.Calls) != 0 {
		x.t.Fatalf("cut at %s: recovered, and there is still to do: %+v, %v", when, r, err)
	}
}
