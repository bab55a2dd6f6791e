package plan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/plan"
)

func TestSummary(t *testing.T) {
	nothing := &policies.RoutingPolicy{}
	one, two := policyOf("10.0.0.0/8", "192.0.2.0/24"), policyOf("10.0.0.0/8", "198.51.100.0/24", "203.0.113.0/24")
	tests := map[string]struct {
		old, new *policies.RoutingPolicy
		want     string
		prefixes [2]int
	}{
		"nothing":  {nothing, nothing, "sets unchanged; statements unchanged", [2]int{0, 0}},
		"the same": {one, one, "sets unchanged; statements unchanged", [2]int{0, 0}},
		"the first": {nothing, one, fmt.Sprintf("%d sets: +%d -0 entries; statements: +%d -0", sets(one),
			3+others(one), len(one.Import)), [2]int{3, 0}},
		"an entry": {one, two, "1 set: +2 -1 entries; statements unchanged", [2]int{2, 1}},
		"all out": {two, nothing, fmt.Sprintf("%d sets: +0 -%d entries; statements: +0 -%d", sets(two),
			4+others(two), len(two.Import)), [2]int{0, 4}},
		"only prefixes": {one, &policies.RoutingPolicy{Sets: prefixSets(one), Import: one.Import[:1]},
			fmt.Sprintf("%d sets: +0 -%d entries; statements: +0 -%d", sets(one)-2, others(one), len(one.Import)-1),
			[2]int{0, 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := (&plan.Change{Old: test.old, New: test.new}).Summary()
			if got := s.String(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			added, removed := countChanged(s, plan.PrefixSet)
			if got := [2]int{added, removed}; got != test.prefixes {
				t.Errorf("prefix entries %v, want %v", got, test.prefixes)
			}
		})
	}
}

func TestSummaryTellsASet(t *testing.T) {
	old, new := policyOf("10.0.0.0/8"), policyOf("192.0.2.0/24")
	want := []plan.SetChange{{Name: new.Sets[0].Name, Type: "prefix-set", Add: []string{"192.0.2.0/24 24..32"},
		Remove: []string{"10.0.0.0/8 8..32"}}}
	if diff := cmp.Diff(want, (&plan.Change{Old: old, New: new}).Summary().Sets); diff != "" {
		t.Errorf("sets (-want +got):\n%s", diff)
	}
}

// Whatever changes in force is in the summary, and there is nothing in it where
// nothing does.
func TestSummaryOfRandomChanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		old, new := c.policy(), c.policy()
		old.Sessions, new.Sessions = nil, nil // these are in its calls
		there, back := (&plan.Change{Old: old, New: new}).Summary(), (&plan.Change{Old: new, New: old}).Summary()
		same := cmp.Equal(old, new, sameOrder)
		if empty := len(there.Sets)+len(there.Statements) == 0; empty != same {
			t.Fatalf("summary %v of %v\nand %v", there, old, new)
		}
		for _, kind := range []plan.Kind{plan.PrefixSet, plan.ASPathSet, plan.LargeCommunitySet} {
			added, removed := countChanged(there, kind)
			addedBack, removedBack := countChanged(back, kind)
			if added != removedBack || removed != addedBack {
				t.Fatalf("%s: +%d -%d, and back +%d -%d", kind, added, removed, addedBack, removedBack)
			}
			if count(new, kind)-count(old, kind) != added-removed {
				t.Fatalf("%s: +%d -%d from %d to %d", kind, added, removed, count(old, kind), count(new, kind))
			}
		}
	})
}

func count(p *policies.RoutingPolicy, k plan.Kind) int {
	n := 0
	for _, set := range p.Sets {
		if plan.ObjectOf(set).Kind == k {
			n += set.Elements.Len()
		}
	}
	return n
}

func sets(p *policies.RoutingPolicy) int { return len(p.Sets) }

func prefixSets(p *policies.RoutingPolicy) []policies.Set {
	return slices.DeleteFunc(slices.Clone(p.Sets), func(s policies.Set) bool { return s.Kind() != policies.PrefixSet })
}

// others counts the elements of all sets but those of prefixes.
func others(p *policies.RoutingPolicy) int {
	return count(p, plan.ASPathSet) + count(p, plan.LargeCommunitySet)
}

// countChanged counts the elements that a summary adds to sets of one kind, and removes from them.
func countChanged(s plan.Summary, k plan.Kind) (added, removed int) {
	for _, set := range s.Sets {
		if set.Type == k.String() {
			added += len(set.Add)
			removed += len(set.Remove)
		}
	}
	return added, removed
}
