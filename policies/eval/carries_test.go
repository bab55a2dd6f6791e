package eval_test

import (
	"slices"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Whatever a policy leaves on a route is noticed when the route is announced with it:
// that is what a looking glass writes into an Adj-RIB-In.
func TestCarriesNoticesWhatIsWrittenBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawing(t)
		treatments := c.treatments()
		choices := c.choices(treatments,
			func() *filters.Compiled { return c.compiled([]policies.Treatment{{Name: "choice"}}) })
		p := build.PolicyWithChoices(c.compiled(treatments), treatments, 64500, choices)
		e := eval.New(p)
		for range 20 {
			r := c.route()
			if e.Carried(&r) != e.Carries(e.Verdict(&r), &r) {
				t.Fatalf("%v carries something, or does not\n%+v", r, p.Import)
			}
			out, accepted := e.Apply(r)
			if !accepted || !gains(r, out) {
				continue
			}
			if !eval.Leaves(p) {
				t.Fatalf("%v comes out as %v, and nothing is said to be left\n%+v", r, out, p.Import)
			}
			if !e.Carries(e.Verdict(&out), &out) || !e.Carried(&out) {
				t.Fatalf("%v comes out as %v, which is not noticed\n%+v", r, out, p.Import)
			}
		}
	})
}

// gains says whether a route comes out with something that it did not come with.
func gains(r, out policies.Route) bool {
	return out.LocalPref != r.LocalPref || cmp.Diff(r.MED, out.MED) != "" || len(out.Path) > len(r.Path) ||
		len(out.Communities) > len(r.Communities) ||
		slices.ContainsFunc(out.LargeCommunities,
			func(c policies.LargeCommunity) bool { return !slices.Contains(r.LargeCommunities, c) })
}

func TestCarries(t *testing.T) {
	seven, eight := uint32(7), uint32(8)
	mark := larges("64500:66600:1")
	tests := map[string]struct {
		actions policies.Actions
		route   policies.Route
		want    bool
	}{
		"nothing is announced": {policies.Actions{LocalPref: 50}, policies.Route{}, false},
		"the local preference": {policies.Actions{LocalPref: 50, Prepend: 2}, policies.Route{LocalPref: 50},
			true},
		"another local preference": {policies.Actions{LocalPref: 50}, policies.Route{LocalPref: 51}, false},
		"a community of two": {policies.Actions{Communities: []policies.Community{1, 2}},
			policies.Route{Communities: []policies.Community{3, 2}}, true},
		"another community": {policies.Actions{Communities: []policies.Community{1}},
			policies.Route{Communities: []policies.Community{3}}, false},
		"the large community": {policies.Actions{AddLargeCommunities: larges("1:2:3")},
			policies.Route{LargeCommunities: larges("1:2:3")}, true},
		"another large community": {policies.Actions{AddLargeCommunities: larges("1:2:3")},
			policies.Route{LargeCommunities: larges("1:2:4")}, false},
		"our mark": {policies.Actions{LocalPref: 50, AddLargeCommunities: mark},
			policies.Route{LargeCommunities: mark}, false},
		"as many prepends": {policies.Actions{Prepend: 2},
			policies.Route{Path: []filters.ASN{5, 5, 5, 1}}, true},
		"fewer prepends": {policies.Actions{Prepend: 2}, policies.Route{Path: []filters.ASN{5, 5, 1}},
			false},
		"prepends beside a preference": {policies.Actions{Prepend: 2, LocalPref: 50},
			policies.Route{Path: []filters.ASN{5, 5, 5, 1}}, false},
		"sets in a row": {policies.Actions{Prepend: 2},
			policies.Route{Path: []filters.ASN{0, 0, 0, 1}}, false},
		"the MED, and nothing else": {policies.Actions{MED: &seven}, policies.Route{MED: &seven}, true},
		"the MED, and a preference": {policies.Actions{MED: &seven, LocalPref: 50}, policies.Route{MED: &seven},
			false},
		"another MED":                    {policies.Actions{MED: &seven}, policies.Route{MED: &eight}, false},
		"what a refused route announces": {policies.Actions{Reject: true}, policies.Route{LocalPref: 50}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &policies.RoutingPolicy{
				Sets: []policies.Set{{Name: "as",
					Elements: policies.ASPaths{{ASN: 1, Where: filters.Path}}}},
				Import: []policies.Statement{{Name: "s",
					Conditions: policies.Conditions{ASPathSet: policies.Condition{Set: "as"}}, Actions: test.actions}},
			}
			if test.route.Path == nil {
				test.route.Path = []filters.ASN{1}
			}
			e := eval.New(p)
			if got := e.Carries(e.Verdict(&test.route), &test.route); got != test.want ||
				e.Carried(&test.route) != got {
				t.Errorf("%+v on %+v: %t", test.actions, test.route, got)
			}
			if got := eval.Leaves(p); got == test.actions.Reject {
				t.Errorf("%+v: leaves something: %t", test.actions, got)
			}
			untreated := test.route
			untreated.Path = []filters.ASN{2}
			if e.Carries(e.Verdict(&untreated), &untreated) {
				t.Errorf("%+v: a route that is not treated carries something", untreated)
			}
		})
	}
}
