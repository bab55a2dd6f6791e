package gobgp_test

import (
	"errors"
	"fmt"
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
	c := dialTarget(t, d)
	id := 0
	for _, want := range []*policies.RoutingPolicy{built("10.0.0.0/8", "11.0.0.0/8", "10.0.0.0/9"),
		built("10.0.0.0/8", "12.0.0.0/8"), {}} {
		id++
		s := state(t, c)
		change := plan.To(s, want, string(rune('a'+id)))
		for _, call := range change.Calls() {
			do(t, c, call)
			now := state(t, c)
			if len(now.Conflicts) != 0 {
				t.Fatalf("after %s: %v", call, now.Conflicts)
			}
		}
		if diff := cmp.Diff(want, state(t, c).InForce(), equal); diff != "" {
			t.Fatalf("in force (-want +got):\n%s", diff)
		}
	}
}

// What is read while somebody is at work fits together all the same: each statement
// has its sets, and each generation is whole.
func TestStateWhileItChanges(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c, reader := dialTarget(t, d), dialTarget(t, d)
	done := make(chan struct{})
	go func() {
		defer close(done)
		read, failed := 0, 0
		for t.Context().Err() == nil && read < 60 {
			s, err := reader.State(t.Context())
			if err != nil {
				failed++
				if !errors.Is(err, plan.ErrUnreachable) || failed > 200 {
					t.Errorf("reading: %v", err)
					return
				}
				continue
			}
			read++
			if len(s.Conflicts) != 0 {
				t.Errorf("strange: %v", s.Conflicts)
			}
			for _, name := range s.Import {
				for _, set := range []string{s.Statements[name].Conditions.PrefixSet.Set, s.Statements[name].Gate.Set} {
					_, prefixes := s.Sets[plan.Object{Kind: plan.PrefixSet, Name: set}]
					_, gate := s.Gates[set]
					if set != "" && !prefixes && !gate {
						t.Errorf("statement %s is there, and %s is not", name, set)
					}
				}
			}
		}
		t.Logf("%d states read, %d times given up", read, failed)
	}()
	for id := 0; ; id++ {
		want := built("10.0.0.0/8", fmt.Sprintf("11.%d.0.0/16", id%256))
		for _, call := range plan.To(state(t, c), want, fmt.Sprint("c", id)).Calls() {
			do(t, c, call)
		}
		select {
		case <-done:
			return
		default:
		}
	}
}
