package apply_test

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan"
)

// What a plan says of who is touched is who is reset, where nobody announces anything
// else meanwhile: clients without their place in their lists yet, too.
func TestTouched(t *testing.T) {
	m := exchange()
	var before *filters.Compiled
	for i, next := range []*filters.Compiled{a, b, a, nil} {
		var policy *policies.RoutingPolicy // nil: clear
		if next != nil {
			policy = buildPolicy(next)
		}
		p := planned(m, policy, string(rune('a'+i)))
		touched, err := apply.Touched(context.Background(), &wire{Model: m}, stateOf(m), &p.Change)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(changing(m, before, next), touched, addresses); diff != "" {
			t.Errorf("change %d: touched (-want +got):\n%s", i, diff)
		}
		p.Touched = touched
		result := must(t, m, p)
		slices.SortFunc(result.Reset, netip.Addr.Compare)
		if diff := cmp.Diff(touched, result.Reset, addresses); diff != "" {
			t.Errorf("change %d: reset (-touched +reset):\n%s", i, diff)
		}
		before = next
	}
}

// Routes that cannot be read are no answer.
func TestTouchedCut(t *testing.T) {
	m := exchange()
	p := planned(m, buildPolicy(a), "a")
	w := &wire{Model: m, cut: func(n int) bool { return n > 0 }}
	if touched, err := apply.Touched(context.Background(), w, stateOf(m), &p.Change); !errors.Is(err,
		plan.ErrUnreachable) {
		t.Errorf("touched %v, error %v", touched, err)
	}
}
