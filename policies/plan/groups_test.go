package plan_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/plan"
)

var guest = netip.MustParseAddr("127.0.0.9")

// guesting is a route server with a dynamic neighbor that has a list of import, of a group
// that has another.
func guesting(session, group []string) *plan.State {
	return &plan.State{
		Import: []string{}, Export: []string{}, Accepting: map[string]bool{"accepts": true},
		Groups: map[string]plan.Group{"guests": {RouteServer: true, Import: group,
			Export: []string{policies.ExportPolicy}}},
		Clients: []plan.Client{{
			Address: guest, RouteServer: true, Dynamic: true, Group: "guests",
			Import: plan.Assignment{Policies: session, Default: plan.Accept},
			Export: plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept},
		}},
	}
}

// What a dynamic neighbor's session and its group list decides where ours goes, or why it
// does not.
func TestPlaceOfDynamicNeighbors(t *testing.T) {
	list := func(names ...string) []string { return names }
	for name, test := range map[string]struct {
		session, group []string
		assigned       []string // nil: nothing
		obstacle       string   // "": none
		drift          bool     // of the group
	}{
		"as it should be": {session: list("depeer", "op"), group: list("depeer", "op")},
		"cleared": {session: list("op"), group: list("depeer", "op"),
			assigned: list("depeer", "op")},
		"cleared, ours was the second": {session: list("first", "op"), group: list("first", "depeer", "op"),
			assigned: list("first", "depeer", "op")},
		"group edited since": {session: list("old"), group: list("first", "depeer", "op"),
			assigned: list("depeer", "old")},
		"group lacks ours": {
			session: list("op"), group: list("op"), drift: true,
			obstacle: `peer group guests does not list depeer; right is import-policy-list = ["depeer", "op"]`,
		},
		"session has ours, its group not": {session: list("depeer", "op"), group: list("op"), drift: true},
		"group accepts before ours": {session: list("accepts"), group: list("accepts", "depeer"),
			obstacle: "policy accepts may accept before depeer", assigned: list("accepts", "depeer")},
	} {
		t.Run(name, func(t *testing.T) {
			s := guesting(test.session, test.group)
			var assigned []string
			for _, call := range plan.To(s, &policies.RoutingPolicy{}, "x").Calls() {
				assigned = call.Policies
			}
			if diff := cmp.Diff(test.assigned, assigned); diff != "" {
				t.Errorf("assigned (-want +got):\n%s", diff)
			}
			obstacles := s.Obstacles()
			if len(obstacles) > 1 || (len(obstacles) == 1) != (test.obstacle != "") || len(obstacles) == 1 &&
				!strings.Contains(obstacles[0].Why, test.obstacle) {
				t.Errorf("obstacles %+v, want %q", obstacles, test.obstacle)
			}
			drifts := slices.ContainsFunc(plan.Drift(s, &policies.RoutingPolicy{}),
				func(d plan.Drifted) bool { return d.Object == plan.Object{Kind: plan.PeerGroup, Name: "guests"} })
			if drifts != test.drift {
				t.Errorf("drift of the group: %v, want %v", drifts, test.drift)
			}
		})
	}
}

// Clear takes ours out of live sessions. A session that comes up afterwards has ours again, and
// the target is as the clear left it: ours does nothing there.
func TestClearOfDynamicNeighbors(t *testing.T) {
	s := guesting([]string{"depeer", "op"}, []string{"depeer", "op"})
	p := &plan.Plan{Clear: true, Change: *plan.Clear(s, "x")}
	if calls := p.Change.Calls(); len(calls) != 2 || !slices.Equal(calls[0].Policies, []string{"op"}) {
		t.Fatalf("calls %v", calls)
	}
	if !p.Holds(s) || len(p.Anchoring(s)) != 0 {
		t.Error("a new session undoes a clear")
	}
	if s.Clients[0].Dynamic = false; p.Holds(s) {
		t.Error("a neighbor of the file has ours, and nobody says so")
	}
}

// A dynamic neighbor that is gone, or has a new session, is in nobody's way; one whose list
// somebody has changed is.
func TestReplacingListsOfDynamicNeighbors(t *testing.T) {
	cleared := guesting([]string{"op"}, []string{"depeer", "op"})
	change := plan.To(cleared, &policies.RoutingPolicy{}, "x")
	change.Prepare, change.Finish = nil, change.Prepare // as where another generation is in force
	for name, test := range map[string]struct {
		session []string
		gone    bool
		refused bool
	}{
		"as planned":            {session: []string{"op"}},
		"gone":                  {gone: true},
		"a new session":         {session: []string{"depeer", "op"}},
		"somebody's other list": {session: []string{"other"}, refused: true},
	} {
		now := guesting(test.session, []string{"depeer", "op"})
		if test.gone {
			now.Clients = nil
		}
		if err := change.Assignable(now); (err != nil) != test.refused {
			t.Errorf("%s: %v", name, err)
		}
		if calls := change.Restoring(now); test.gone && len(calls) > 0 {
			t.Errorf("%s: %v", name, calls)
		}
	}
}
