package plan_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
	"depeer/policies/plan/session"
)

// outcome is what becomes of each route of each client, as text.
type outcome map[netip.Addr][]string

func text(r policies.Route, ok bool) string {
	if !ok {
		return "refused"
	}
	r.Peer = netip.Addr{}
	med := "none"
	if r.MED != nil {
		med = fmt.Sprint(*r.MED)
	}
	return fmt.Sprint(r.Prefix, r.Path, r.LocalPref, med, r.Communities, r.LargeCommunities)
}

// now is what the model does.
func now(m *plantest.Model) outcome {
	out := make(outcome)
	for _, c := range state(m).Clients {
		for _, r := range routes {
			out[c.Address] = append(out[c.Address], text(m.Treat(c.Address, r)))
		}
	}
	return out
}

// meant is what a policy and the clients' lists say, without any gate: the oracle.
func meant(clients []plan.Client, p *policies.RoutingPolicy) outcome {
	out := make(outcome)
	e := eval.New(p)
	for _, c := range clients {
		for _, r := range routes {
			out[c.Address] = append(out[c.Address], text(chain(c, e, r)))
		}
	}
	return out
}

func chain(c plan.Client, e *eval.Evaluator, r policies.Route) (policies.Route, bool) {
	for _, name := range c.Import.Policies {
		if name == policies.ImportPolicy {
			var ok bool
			if r, ok = e.Apply(r); !ok {
				return r, false
			}
			continue
		}
		r.Communities = append(slices.Clone(r.Communities), operators[name].Community)
		if operators[name].Decision == plan.Accept {
			return r, true
		}
	}
	return r, c.Import.Default == plan.Accept
}

func state(m *plantest.Model) *plan.State {
	s, err := m.State(context.Background())
	if err != nil {
		panic(err)
	}
	return s
}

// failing is what a test and a property have in common.
type failing interface {
	Helper()
	Fatalf(string, ...any)
}

var _, _ failing = (*testing.T)(nil), (*rapid.T)(nil)

func do(t failing, m *plantest.Model, call plan.Call) {
	t.Helper()
	if err := m.Do(context.Background(), call); err != nil {
		t.Fatalf("%v\n%v", err, m)
	}
}

// bring makes all calls of a change.
func bring(t failing, m *plantest.Model, c *plan.Change) {
	t.Helper()
	for _, call := range c.Calls() {
		do(t, m, call)
	}
}

var sameOrder = cmp.Options{
	cmpopts.EquateEmpty(),
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
}

// exceptSessions leaves out what shutting and opening sessions changes.
var exceptSessions = cmpopts.IgnoreFields(plan.Client{}, "Up", "AdminDown")

// clean checks that nothing is there but p, and what is not ours.
func clean(t failing, m *plantest.Model, p *policies.RoutingPolicy) {
	t.Helper()
	s := state(m)
	if diff := cmp.Diff(p, s.InForce(), sameOrder); diff != "" {
		t.Fatalf("in force (-want +got):\n%s\n%v", diff, m)
	}
	got := []int{len(s.Statements), len(s.Sets), len(s.Gates)}
	want := []int{len(p.Import) + len(p.Export), len(p.Sets), 0}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("statements, sets, gates (-want +got):\n%s\n%v", diff, m)
	}
	for _, n := range s.Sessions {
		if n.Kind != session.Shut {
			t.Fatalf("it is noted that %s is %s", n.Member, n.Kind)
		}
	}
	for name, st := range s.Statements {
		if st.Gate.Set != "" {
			t.Fatalf("statement %s is behind %v", name, st.Gate)
		}
	}
}

// among checks that each route is treated as in one of a and b, and all of those of
// clients in flipped as in b.
func among(t failing, m *plantest.Model, got, a, b outcome, flipped func(netip.Addr) bool, when string) {
	t.Helper()
	for client, list := range got {
		for i, r := range list {
			if r != b[client][i] && (r != a[client][i] || flipped(client)) {
				t.Fatalf("%s: %s of %s is\n%s, before\n%s, after\n%s\n%v", when, routes[i].Prefix, client, r,
					a[client][i], b[client][i], m)
			}
		}
	}
}

// walk makes the calls of a change, one by one, and looks at every route after
// each. each is called with how many were made.
func walk(t failing, m *plantest.Model, c *plan.Change, after outcome, each func(made int)) {
	t.Helper()
	before, theirs := now(m), state(m).Theirs
	anchored := make(map[netip.Addr]bool)
	for _, client := range state(m).Clients {
		anchored[client.Address] = slices.Contains(client.Import.Policies, policies.ImportPolicy)
	}
	last := before
	live := len(c.Prepare) + len(c.Live)
	each(0)
	for i, call := range c.Calls() {
		do(t, m, call)
		got := now(m)
		switch {
		case i < len(c.Prepare):
			among(t, m, got, before, before, func(netip.Addr) bool { return true }, "prepare: "+call.String())
		case i < live:
			among(t, m, got, before, after, func(a netip.Addr) bool { return anchored[a] }, "live: "+call.String())
		default:
			among(t, m, got, before, after, func(a netip.Addr) bool { return anchored[a] && len(c.Live) > 0 },
				"finish: "+call.String())
			for client := range got {
				if !slices.Equal(got[client], last[client]) && (call.Verb != plan.Assign || call.Client != client) {
					t.Fatalf("%s changes what becomes of routes of %s", call, client)
				}
			}
		}
		last = got
		if diff := cmp.Diff(theirs, state(m).Theirs); diff != "" {
			t.Fatalf("%s changes what is not ours (-before +after):\n%s", call, diff)
		}
		each(i + 1)
	}
	among(t, m, last, after, after, func(netip.Addr) bool { return true }, "at the end")
}
