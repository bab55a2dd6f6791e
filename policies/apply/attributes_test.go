package apply_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/build"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// What the table says of each attribute is counted by itself: that it is there, that it is
// not, and that nothing can be told.
func TestAttributes(t *testing.T) {
	list := &filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24")}}}
	med := uint32(30)
	treatments := []policies.Treatment{{Name: "deprefer", LocalPref: 50, MED: &med,
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}}}}
	want := build.Policy(list, treatments, server.ASN)
	few, many := route("192.0.2.0/24"), route("192.0.2.0/24", 64998)
	announcedSo := few
	announcedSo.MED = &med
	of := func(local, m, large apply.AttributeProof) (all apply.AttributeProofs) {
		all[apply.LocalPref], all[apply.MED], all[apply.LargeCommunities] = local, m, large
		return all
	}
	proven, overruled, unproven := apply.AttributeProof{Proven: 1}, apply.AttributeProof{Overruled: 1},
		apply.AttributeProof{Unproven: 1}
	for name, test := range map[string]struct {
		operator *plantest.Operator
		routes   []policies.Route
		spoil    func(policies.Route) (policies.Route, bool)
		want     apply.AttributeProofs
	}{
		"all are there": {routes: []policies.Route{few}, want: of(proven, proven, proven)},
		"two paths": {routes: []policies.Route{few, many},
			want: of(apply.AttributeProof{Proven: 2}, apply.AttributeProof{Proven: 2},
				apply.AttributeProof{Proven: 2})},
		"announced so": {routes: []policies.Route{announcedSo}, want: of(proven, unproven, proven)},
		"the operator refuses": {operator: &plantest.Operator{Decision: plan.Reject}, routes: []policies.Route{few},
			want: of(unproven, unproven, unproven)},
		"one is set back": {operator: &plantest.Operator{Community: 1}, routes: []policies.Route{few},
			spoil: only(func(r *policies.Route) {
				r.LocalPref = 50
				r.MED = nil
				r.LargeCommunities = treatments[0].LargeCommunities
			}), want: of(proven, overruled, proven)},
		"all but one are off": {operator: &plantest.Operator{Community: 1}, routes: []policies.Route{few},
			spoil: only(func(r *policies.Route) { r.LocalPref = 50 }), want: of(proven, overruled, overruled)},
		"one of two is as sent": {operator: &plantest.Operator{Community: 1}, routes: []policies.Route{few, many},
			spoil: only(func(*policies.Route) {}),
			want: of(apply.AttributeProof{Proven: 1, Overruled: 1}, apply.AttributeProof{Proven: 1, Overruled: 1},
				apply.AttributeProof{Proven: 1, Overruled: 1})},
	} {
		t.Run(name, func(t *testing.T) {
			m := small(test.operator, test.routes...)
			m.Spoil(test.spoil)
			result := must(t, m, planned(m, want, "proof"))
			if diff := cmp.Diff(test.want, result.Attributes); diff != "" {
				t.Errorf("attributes (-want +got):\n%s\n%v", diff, m)
			}
		})
	}
}

// only has the route with the shortest path be in the table as it was announced and as change
// leaves it, whatever the policies are.
func only(change func(*policies.Route)) func(policies.Route) (policies.Route, bool) {
	return func(r policies.Route) (policies.Route, bool) {
		if r.Prefix != netip.MustParsePrefix("192.0.2.0/24") || len(r.Path) > 1 {
			return r, false
		}
		change(&r)
		return r, true
	}
}
