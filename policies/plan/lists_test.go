package plan_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/plan"
)

var (
	first  = netip.MustParseAddr("192.0.2.1")
	second = netip.MustParseAddr("192.0.2.2")
)

// listed is a state with clients' lists, and the operator's policies in and out.
func listed(clients ...plan.Client) *plan.State {
	return &plan.State{
		Import: []string{}, Export: []string{}, Clients: clients,
		Theirs: map[plan.Object]string{{Kind: plan.Policy, Name: "in"}: "", {Kind: plan.Policy, Name: "out"}: ""},
	}
}

func routeServerClient(address netip.Addr, imports, exports plan.Assignment) plan.Client {
	return plan.Client{Address: address, RouteServer: true, Import: imports, Export: exports}
}

func list(d plan.Disposition, names ...string) plan.Assignment {
	return plan.Assignment{Policies: append([]string{}, names...), Default: d}
}

// TestLostLists: what counts as lost, of the import list of one client.
func TestLostLists(t *testing.T) {
	t.Parallel()
	open := list(plan.Accept)
	for _, test := range []struct {
		name     string
		was, now plan.Assignment
		want     string // "": nothing is lost
	}{
		{"as it was", list(plan.Accept, "in"), list(plan.Accept, "in"), ""},
		{"ours do not count", list(plan.Accept, "depeer", "in"), list(plan.Accept, "in"), ""},
		{"ours have come", list(plan.Accept, "in"), list(plan.Accept, "depeer", "in"), ""},
		{"another order", list(plan.Accept, "in", "more"), list(plan.Accept, "more", "in"), ""},
		{"a new policy", list(plan.Accept, "in"), list(plan.Accept, "new", "in"), ""},
		{"closed", list(plan.Accept), list(plan.Reject), ""},
		{"opened", list(plan.Reject), list(plan.Accept), "its import default was reject-route, and is accept-route"},
		{"rejected by gobgpd", list(plan.Accept), list(plan.None), "its import default was accept-route, and is none"},
		{"one of two", list(plan.Accept, "in", "more"), list(plan.Accept, "in"),
			"policy more is gone from its import list"},
		{"both", list(plan.Accept, "in", "more"), list(plan.Accept), "policies in, more are gone from its import list"},
		{"renamed", list(plan.Accept, "in"), list(plan.Accept, "in2"), "policy in is gone from its import list"},
		{"wiped", list(plan.Reject, "in"), list(plan.None),
			"policy in is gone from its import list; its import default was reject-route, and is none"},
		{"wiped and defined again", list(plan.Reject, "in"), list(plan.Accept),
			"policy in is gone from its import list; its import default was reject-route, and is accept-route"},
	} {
		seen := listed(routeServerClient(first, test.was, open)).Lists()
		s := listed(routeServerClient(first, test.now, open)).Recalling(seen)
		var got []string
		for _, l := range s.LostLists() {
			got = append(got, l.String())
		}
		if strings.Join(got, " | ") != test.want {
			t.Errorf("%s: lost %q, want %q", test.name, got, test.want)
		}
		drift, obstacles := plan.Drift(s, &policies.RoutingPolicy{}), s.Obstacles()
		lostDrift := 0
		for _, d := range drift {
			if strings.Contains(d.What, "gone from") || strings.Contains(d.What, "default was") {
				lostDrift++
			}
		}
		if lost := test.want != ""; lost != (lostDrift > 0) || lost != (len(obstacles) > 0) {
			t.Errorf("%s: drift %v, obstacles %v", test.name, drift, obstacles)
		}
	}
}

// TestLostListsOfOthers: a client that has gone, or is new, or has no lists of its own, has
// lost nothing, and one whose default is none is not remembered.
func TestLostListsOfOthers(t *testing.T) {
	t.Parallel()
	before := listed(routeServerClient(first, list(plan.Accept, "in"), list(plan.Accept)),
		routeServerClient(second, list(plan.None), list(plan.Accept)))
	if _, there := before.Lists()[second]; there || len(before.Lists()) != 1 {
		t.Errorf("remembered are %v", before.Lists())
	}
	now := listed(routeServerClient(second, list(plan.Accept), list(plan.Accept)), plan.Client{Address: first})
	if lost := now.Recalling(before.Lists()).LostLists(); len(lost) > 0 {
		t.Errorf("lost are %v", lost)
	}
	if lost := now.LostLists(); len(lost) > 0 {
		t.Errorf("nothing was seen before, and lost are %v", lost)
	}
}

// TestPutBack: lists come back as they were last seen, export first, with ours in front where
// they stood, as far as that is known; nothing that is not defined is named.
func TestPutBack(t *testing.T) {
	t.Parallel()
	seen := listed(
		routeServerClient(first, list(plan.Reject, "in"), list(plan.Accept, "out")),
		routeServerClient(second, list(plan.Accept, "in", "absent"), list(plan.Accept)),
	).Lists()
	one := listed(routeServerClient(first, list(plan.Accept), list(plan.Accept))).Recalling(seen)
	applied := &policies.RoutingPolicy{Import: []policies.Statement{{Name: "depeer/0123456789ab/000-x"}}}
	for name, test := range map[string]struct {
		applied *policies.RoutingPolicy
		want    []string
	}{
		"nothing was applied": {nil, []string{
			"export of 192.0.2.1: [], default accept-route -> [out], default accept-route",
			"import of 192.0.2.1: [], default accept-route -> [in], default reject-route",
		}},
		"ours stood there": {applied, []string{
			"export of 192.0.2.1: [], default accept-route -> [depeer-export out], default accept-route",
			"import of 192.0.2.1: [], default accept-route -> [depeer in], default reject-route",
		}},
		"cleared": {&policies.RoutingPolicy{}, []string{
			"export of 192.0.2.1: [], default accept-route -> [out], default accept-route",
			"import of 192.0.2.1: [], default accept-route -> [in], default reject-route",
		}},
	} {
		changes, undefined := one.PutBack(test.applied)
		var got []string
		for _, c := range changes {
			got = append(got, c.String())
		}
		if diff := cmp.Diff(test.want, got); diff != "" || len(undefined) > 0 {
			t.Errorf("%s: undefined %q (-want +got):\n%s", name, undefined, diff)
		}
	}
	other := *one
	other.Import = []string{"depeer/ffffffffffff/000-x"} // not what was applied: it comes in by a plan, not beside it
	if changes, _ := other.PutBack(applied); changes[1].After.Policies[0] != "in" {
		t.Errorf("another policy of ours is let in: %v", changes[1])
	}
	both := listed(routeServerClient(first, list(plan.Accept), list(plan.Accept)),
		routeServerClient(second, list(plan.None), list(plan.Accept))).Recalling(seen)
	if _, undefined := both.PutBack(nil); !cmp.Equal(undefined, []string{"absent"}) {
		t.Errorf("undefined are %q", undefined)
	}
}

// TestPolicyListsInPlanFile: a plan that puts lists back is read as it was written; one that
// does more than PutBack does is refused.
func TestPolicyListsInPlanFile(t *testing.T) {
	t.Parallel()
	change := func(client netip.Addr, isImport bool, after plan.Assignment) plan.ListChange {
		return plan.ListChange{Client: client, Import: isImport, Before: list(plan.Accept), After: after}
	}
	nothing := &policies.RoutingPolicy{}
	made := func(lists ...plan.ListChange) *plan.Plan {
		return &plan.Plan{ID: "0123456789ab", Change: plan.Change{Old: nothing, New: nothing}, PolicyLists: lists}
	}
	for name, test := range map[string]struct {
		plan *plan.Plan
		bad  bool
	}{
		"as PutBack makes it": {made(change(first, false, list(plan.Accept, "out")),
			change(first, true, list(plan.Reject, "in"))), false},
		"import before export": {made(change(first, true, list(plan.Reject, "in")),
			change(first, false, list(plan.Accept, "out"))), true},
		"a default that rejects": {made(change(first, true, list(plan.None, "in"))), true},
		"no client":              {made(change(netip.Addr{}, true, list(plan.Accept, "in"))), true},
		"a default beside a list": {&plan.Plan{ID: "0123456789ab",
			Change: plan.Change{Old: nothing, New: nothing,
				Finish: []plan.Call{{Verb: plan.Assign, Client: first, Default: plan.Accept}}}}, true},
		"and another change": {func() *plan.Plan {
			p := made(change(first, true, list(plan.Accept, "in")))
			p.Change.Finish = []plan.Call{{Verb: plan.Assign, Client: first, Import: true}}
			return p
		}(), true},
	} {
		var b strings.Builder
		if err := plan.Encode(&b, test.plan); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := plan.Decode(strings.NewReader(b.String()))
		if (err != nil) != test.bad {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			want, _ := json.Marshal(test.plan.PolicyLists)
			if have, _ := json.Marshal(got.PolicyLists); string(have) != string(want) {
				t.Errorf("%s: read back as %s, and not %s", name, have, want)
			}
		}
	}
}
