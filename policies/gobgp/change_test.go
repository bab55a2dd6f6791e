package gobgp_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// What is put in is read back, name by name, and nothing is strange at any call.
func TestChangesReadBack(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	c := dial(t, d)
	begin := state(t, c)
	id := 0
	for _, want := range []*policies.RoutingPolicy{built("10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/9"), built("10.0.0.0/8", "12.0.0.0/8"), {}} {
		id++
		s := state(t, c)
		change := plan.To(s, want, string(rune('a'+id)))
		for _, call := range change.Calls() {
			do(t, c, call)
			now := state(t, c)
			if len(now.Strange) != 0 {
				t.Fatalf("after %s: %v", call, now.Strange)
			}
		}
		if diff := cmp.Diff(want, state(t, c).InForce(), equal); diff != "" {
			t.Fatalf("in force (-want +got):\n%s", diff)
		}
	}
	end := state(t, c)
	_ = begin
	_ = end
}
