package apply_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/impact"
)

// A route that is announced as its treatment leaves it proves nothing: not that the policy
// is in force, and not, once that is gone, that it is as before. It fails nothing, and is
// named. That such a route is refused is proven.
func TestTreatedAlreadyProvesNothing(t *testing.T) {
	with := func(localPref uint32, prefix string) policies.Route {
		r := route(prefix)
		r.LocalPref = localPref
		return r
	}
	list := func(treatment string) *policies.RoutingPolicy {
		return buildPolicy(&filters.Compiled{Filters: []filters.Filter{{Treatment: treatment,
			Prefixes: entries("192.0.2.0/24")}}})
	}
	polluted := []impact.Polluted{{Address: netip.MustParseAddr("127.0.0.2"), ASN: 65002, Prefixes: 1}}
	routes := []policies.Route{with(50, "192.0.2.0/25"), with(0, "192.0.2.128/25"), with(50, "198.51.100.0/24")}
	m := small(nil, routes...)
	steps := []struct {
		name     string
		policy   *policies.RoutingPolicy // nil: clear
		want     apply.Proof
		polluted []impact.Polluted
	}{
		{"put in", list("deprefer"), apply.Proof{Changed: 1, Already: 1, Passed: 1}, polluted},
		{"refused", list("depeer"), apply.Proof{Refused: 2, Passed: 1}, polluted},
		{"put in again", list("deprefer"), apply.Proof{Changed: 1, Already: 1, Passed: 1}, polluted},
		{"cleared", nil, apply.Proof{Already: 1, Passed: 1}, polluted},
	}
	for _, step := range steps {
		result := must(t, m, planned(m, step.policy, step.name))
		if diff := cmp.Diff(step.want, result.Proof); diff != "" {
			t.Errorf("%s: proof (-want +got):\n%s", step.name, diff)
		}
		if diff := cmp.Diff(step.polluted, result.Polluted,
			cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%s: polluted (-want +got):\n%s", step.name, diff)
		}
	}
}

// An entry that only such a route meets is unproven.
func TestTreatedAlreadyLeavesEntriesUnproven(t *testing.T) {
	r := route("192.0.2.0/24")
	r.LocalPref = 50
	m := small(nil, r)
	p := buildPolicy(&filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer",
		Prefixes: entries("192.0.2.0/24")}}})
	if diff := cmp.Diff(apply.Proof{Already: 1, Unproven: 1}, must(t, m, planned(m, p, "one")).Proof); diff != "" {
		t.Errorf("proof (-want +got):\n%s", diff)
	}
}
