package eval_test

import (
	"net/netip"
	"slices"
	"sync"
	"testing"

	"depeer/policies"
	"depeer/policies/eval"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// same leaves out what differs in form only.
var same = cmp.Options{cmpopts.EquateEmpty(), cmpopts.EquateComparable(netip.Prefix{}, netip.Addr{})}

func drawing(t *rapid.T) chooser {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "") }
}

// Any policy, any route: as the oracle says.
func TestAgreesWithOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawing(t)
		p := c.policy()
		e := eval.New(p)
		for range 20 {
			r := c.route()
			want := oracle(p, r)
			got, accepted := e.Apply(r)
			if diff := cmp.Diff(want.Route, got, same); diff != "" || accepted == want.Refused {
				t.Fatalf("route %v through %+v: accepted %t, want %t (-want +got)\n%s", r, p, accepted, !want.Refused,
					diff)
			}
			checkVerdict(t, e, r, want)
		}
	})
}

// checkVerdict holds the verdict on r against what becomes of it.
func checkVerdict(t *rapid.T, e *eval.Evaluator, r policies.Route, want outcome) {
	v := e.Verdict(&r)
	if v.Refused() != want.Refused {
		t.Fatalf("route %v: refused %t, want %t", r, v.Refused(), want.Refused)
	}
	s, treated := e.Statement(v)
	switch {
	case treated != v.Treated() || treated != (e.Effect(v) != ""):
		t.Fatalf("route %v: treated %t, has a statement %t, effect %q", r, v.Treated(), treated, e.Effect(v))
	case want.Refused && (s.Name != want.Trail[len(want.Trail)-1] || e.Effect(v) != "refuse"):
		t.Fatalf("route %v: refused by %q (%s), want the last of %q", r, s.Name, e.Effect(v), want.Trail)
	case treated && !slices.Contains(want.Trail, s.Name):
		t.Fatalf("route %v: treated by %s, want one of %q", r, s.Name, want.Trail)
	case !treated:
		// Nothing may have changed but communities that came off: a policy of build.Policy's adds those
		// that it takes off, and treats the route by that.
		still := want.Route
		still.LargeCommunities = r.LargeCommunities
		if len(still.Communities) < len(r.Communities) {
			still.Communities = r.Communities
		}
		if diff := cmp.Diff(r, still, same); diff != "" {
			t.Fatalf("not treated, but changed (-before +after)\n%s", diff)
		}
		for _, l := range want.Route.LargeCommunities {
			if !slices.Contains(r.LargeCommunities, l) {
				t.Fatalf("not treated, but has gained %s", l)
			}
		}
	}
}

func TestNewPanicsOnMissingSets(t *testing.T) {
	on := func(c policies.Conditions) *policies.RoutingPolicy {
		return &policies.RoutingPolicy{
			Sets: []policies.Set{
				{Name: "empty", Elements: policies.Prefixes{}},
				{Name: "empty", Elements: policies.ASPaths{}},
				{Name: "empty", Elements: policies.LargeCommunities{}},
			},
			Import: []policies.Statement{{Name: "s", Conditions: c}},
		}
	}
	for _, set := range []string{"empty", "missing"} {
		tests := map[string]policies.Conditions{
			"prefix":  {PrefixSet: policies.Condition{Set: set}},
			"as-path": {ASPathSet: policies.Condition{Set: set}},
			"large":   {LargeCommunitySet: policies.Condition{Set: set}},
		}
		for name, conditions := range tests {
			t.Run(name+" "+set, func(t *testing.T) {
				want := "eval: condition on the set " + set + ", which is empty or not there"
				defer func() {
					if diff := cmp.Diff(any(want), recover()); diff != "" {
						t.Errorf("(-want +got)\n%s", diff)
					}
				}()
				eval.New(on(conditions))
			})
		}
	}
}

// An Evaluator is shared: the race detector looks on.
func TestConcurrent(t *testing.T) {
	p, routes := bench()
	e := eval.New(p)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, r := range routes {
				e.Verdict(&r)
				e.Apply(r)
			}
		})
	}
	wait.Wait()
}
