package plan_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/guard"
	"depeer/policies/plan"
)

// provider has so many ASNs from one on.
func provider(list, treatment string, from, n int) plan.ProviderRef {
	r := plan.ProviderRef{List: list, ID: fmt.Sprint(from), Treatment: treatment}
	for i := range n {
		r.Matches = append(r.Matches, fmt.Sprintf("AS%d", from+i))
	}
	return r
}

func refs(list ...plan.ProviderRef) []plan.ProviderRef { return list }

func TestGuardsOnSize(t *testing.T) {
	tests := map[string]struct {
		last, now    []plan.ProviderRef
		grow, shrink int // overrides
		want         []string
	}{
		"the first apply": {nil, refs(provider("a", "tag", 1, 5000)), 0, 0,
			[]string{"guard-max-growth 5000 of 20 true", "guard-max-shrink 0 of 0 true"}},
		"nothing changes": {refs(provider("a", "tag", 1, 100)), refs(provider("b", "tag", 1, 100)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 0 of 25 true"}},
		"twenty are free": {refs(provider("a", "tag", 1, 4)), refs(provider("a", "tag", 1, 24)), 0, 0,
			[]string{"guard-max-growth 20 of 20 true", "guard-max-shrink 0 of 1 true"}},
		"twenty-one are not": {refs(provider("a", "tag", 1, 4)), refs(provider("a", "tag", 1, 25)), 0, 0,
			[]string{"guard-max-growth 21 of 20 false", "guard-max-shrink 0 of 1 true"}},
		"ten percent": {refs(provider("a", "tag", 1, 1005)), refs(provider("a", "tag", 1, 1105)), 0, 0,
			[]string{"guard-max-growth 100 of 100 true", "guard-max-shrink 0 of 251 true"}},
		"over ten percent": {refs(provider("a", "tag", 1, 1005)), refs(provider("a", "tag", 1, 1106)), 0, 0,
			[]string{"guard-max-growth 101 of 100 false", "guard-max-shrink 0 of 251 true"}},
		"over, and allowed": {refs(provider("a", "tag", 1, 1005)), refs(provider("a", "tag", 1, 1106)), 101,
			0, []string{"guard-max-growth 101 of 100 true", "guard-max-shrink 0 of 251 true"}},
		"over, and less than allowed": {refs(provider("a", "tag", 1, 1005)), refs(provider("a", "tag", 1, 1106)), 200,
			0, []string{"guard-max-growth 101 of 100 true", "guard-max-shrink 0 of 251 true"}},
		"over, and more than allowed": {refs(provider("a", "tag", 1, 1005)), refs(provider("a", "tag", 1, 1106)), 100,
			0, []string{"guard-max-growth 101 of 100 false", "guard-max-shrink 0 of 251 true"}},
		"a quarter gone": {refs(provider("a", "tag", 1, 100)), refs(provider("a", "tag", 1, 75)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 25 of 25 true"}},
		"more than a quarter": {refs(provider("a", "tag", 1, 100)), refs(provider("a", "tag", 1, 74)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 26 of 25 false"}},
		"that, allowed": {refs(provider("a", "tag", 1, 100)), refs(provider("a", "tag", 1, 74)), 0, 26,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 26 of 25 true"}},
		"another list altogether": {refs(provider("a", "tag", 1, 100)), refs(provider("a", "tag", 1001, 100)), 0, 0,
			[]string{"guard-max-growth 100 of 20 false", "guard-max-shrink 100 of 25 false"}},
		"a list is no longer given": {refs(provider("a", "tag", 1, 100), provider("b", "tag", 201, 10)),
			refs(provider("a", "tag", 1, 100)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 10 of 27 true"}},
		"the rest has expired": {refs(provider("a", "tag", 1, 10)), refs(provider("a", "", 1, 10)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 10 of 2 false"}},
		"all are refused from now on": {refs(provider("a", "tag", 1, 100)), refs(provider("a", "depeer", 1, 100)), 0, 0,
			[]string{"guard-max-growth 100 of 20 false", "guard-max-shrink 0 of 25 true"}},
		"all are let go to a tag": {refs(provider("a", "depeer", 1, 100)), refs(provider("a", "tag", 1, 100)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 0 of 25 true"}},
		"listed twice": {refs(provider("a", "tag", 1, 100), provider("b", "tag", 1, 100)),
			refs(provider("a", "tag", 1, 100)), 0, 0,
			[]string{"guard-max-growth 0 of 20 true", "guard-max-shrink 0 of 25 true"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			z := plan.Sizes{
				Last: test.last, Now: test.now, Treatments: treatments, Growth: 10_000_000, Shrink: 25_000_000,
				Free:      20,
				AllowGrow: guard.UpTo(test.grow), AllowShrink: guard.UpTo(test.shrink),
			}
			var got []string
			for _, g := range z.Guards() {
				got = append(got, fmt.Sprintf("%s %d of %d %t", g.Code, g.Value, g.Limit, g.OK))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("guards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestGuardOnListsThatBecameEmpty(t *testing.T) {
	z := plan.Sizes{
		LastLists: []plan.ListRef{{Name: "was", Prefixes: 3, ASNs: 1}, {Name: "gone", Prefixes: 1}, {Name: "never"}},
		Lists:     []plan.ListRef{{Name: "was"}, {Name: "never"}, {Name: "new"}},
	}
	want := []guard.Result{{Code: guard.ListEmpty, Value: 4, Base: 4, List: "was"}}
	if diff := cmp.Diff(want, z.Guards()[2:]); diff != "" {
		t.Errorf("guards (-want +got):\n%s", diff)
	}
}
