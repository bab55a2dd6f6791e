package gobgp_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// The whole way of a change by hand, call for call, with what a member holds after
// soft resets at each: the old treatment up to the live call, the new one from it on.
func TestGateAtMembers(t *testing.T) {
	t.Parallel()
	list := []string{"depeer"}
	x := testbed.Exchange(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{
		{ASN: 64496, Import: list, Announce: testbed.Announce("10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24",
			"2001:db8:1::/48")},
		{ASN: 64497, Import: list},
	}})
	c := dialTarget(t, x.Daemon)
	announcer, holder := x.Members[0], x.Members[1]
	policy := func(refused, prepended string) *policies.RoutingPolicy {
		filter := func(treatment, prefix string) filters.Filter {
			e := []filters.Entry{{Prefix: netip.MustParsePrefix(prefix), Min: 24, Max: 24}}
			return filters.Filter{Treatment: treatment, Prefixes: filters.Entries{IPv4: e}}
		}
		return build.Policy(&filters.Compiled{Filters: []filters.Filter{filter("depeer", refused),
			filter("deprefer", prepended)}},
			[]policies.Treatment{{Name: "depeer", Reject: true}, {Name: "deprefer", Prepend: 2}}, 64500)
	}
	// lengths of the paths that the holder holds, by prefix
	held := func() map[string]int {
		for _, m := range x.Members {
			do(t, c, plan.Call{Verb: plan.Reset, Client: m.Address})
		}
		x.Settle()
		got := map[string]int{}
		for _, r := range holder.Routes() {
			got[r.Prefix.String()] = len(r.Path)
		}
		return got
	}
	nothing := map[string]int{"10.1.0.0/24": 1, "10.2.0.0/24": 1, "10.3.0.0/24": 1, "2001:db8:1::/48": 1}
	first := map[string]int{"10.2.0.0/24": 3, "10.3.0.0/24": 1, "2001:db8:1::/48": 1}
	second := map[string]int{"10.1.0.0/24": 1, "10.3.0.0/24": 3, "2001:db8:1::/48": 1}
	walk := func(want *policies.RoutingPolicy, id string, before, after map[string]int) {
		t.Helper()
		change := plan.To(state(t, c), want, id)
		expected := before
		verbs := map[plan.Verb]bool{}
		for _, call := range change.Calls() {
			do(t, c, call)
			if call.Verb == plan.OpenGate {
				expected = after
			}
			if verbs[call.Verb] {
				continue // look once for each verb: each look is a soft reset and a beacon
			}
			verbs[call.Verb] = true
			if diff := cmp.Diff(expected, held()); diff != "" {
				t.Errorf("%s: held after %s (-want +got):\n%s", id, call, diff)
			}
		}
		if diff := cmp.Diff(after, held()); diff != "" {
			t.Errorf("%s: held at the end (-want +got):\n%s", id, diff)
		}
	}
	walk(policy("10.1.0.0/24", "10.2.0.0/24"), "first", nothing, first)
	walk(policy("10.2.0.0/24", "10.3.0.0/24"), "second", first, second)

	// The live call and its reverse.
	change := plan.To(state(t, c), policy("10.1.0.0/24", "10.2.0.0/24"), "third")
	do(t, c, change.Prepare...)
	gate := change.Live[0].Name
	for range 2 {
		do(t, c, plan.Call{Verb: plan.OpenGate, Name: gate})
		if diff := cmp.Diff(first, held()); diff != "" {
			t.Errorf("held with the gate open (-want +got):\n%s", diff)
		}
		do(t, c, plan.Call{Verb: plan.CloseGate, Name: gate})
		if diff := cmp.Diff(second, held()); diff != "" {
			t.Errorf("held with the gate closed (-want +got):\n%s", diff)
		}
	}
	undo, err := plan.Recover(state(t, c))
	if err != nil || undo.Side != plan.Before {
		t.Fatalf("recovery %+v, %v", undo, err)
	}
	do(t, c, undo.Calls...)
	if diff := cmp.Diff(second, held()); diff != "" {
		t.Errorf("held after the way back (-want +got):\n%s", diff)
	}
	walk(&policies.RoutingPolicy{}, "last", second, nothing)

	// Before the import policies, and after them.
	table := func(seq func(func(policies.Route, error) bool)) (out []string) {
		for r, err := range seq {
			if err != nil {
				t.Fatal(err)
			}
			if r.Peer != announcer.Address {
				t.Errorf("%v is from %v", r.Prefix, r.Peer)
			}
			out = append(out, r.Prefix.String())
		}
		slices.Sort(out)
		return out
	}
	do(t, c, plan.To(state(t, c), policy("10.1.0.0/24", "10.2.0.0/24"), "again").Calls()...)
	held()
	if diff := cmp.Diff([]string{"10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24", "2001:db8:1::/48"},
		table(c.Received(t.Context(), announcer.Address))); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"10.2.0.0/24", "10.3.0.0/24", "2001:db8:1::/48"},
		table(c.Table(t.Context()))); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
