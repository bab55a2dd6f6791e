package plan_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/plan"
)

func TestProviderChanges(t *testing.T) {
	ref := func(id, treatment string, matches ...string) plan.ProviderRef {
		return plan.ProviderRef{List: "l", ID: id, Treatment: treatment, Matches: matches}
	}
	old := []plan.ProviderRef{ref("a", "depeer", "AS1"), ref("b", "tag", "AS2"), ref("c", "tag", "AS3"),
		ref("e", "", "AS5"), ref("g", "tag", "AS7")}
	new := []plan.ProviderRef{ref("a", "depeer", "AS1"), ref("b", "deprefer", "AS2"), ref("d", "tag", "AS4"),
		ref("e", "tag", "AS5"), ref("f", "", "AS6"), ref("g", "tag", "AS8")}
	var got []string
	for _, c := range plan.ProviderChanges(old, new) {
		got = append(got, c.Verb()+c.Old.ID+c.New.ID)
	}
	want := []string{"~bb", "-c", "+d", "+ee", "~gg"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}

func TestNextSteps(t *testing.T) {
	refs := []plan.ProviderRef{
		{List: "l", ID: "a", Treatment: "tag", Next: "depeer", NextFrom: "2024-03-01"},
		{List: "l", ID: "b", Treatment: "depeer"},
		{List: "l", ID: "c", Treatment: "deprefer", NextFrom: "2024-02-01"},
		{List: "m", ID: "a", Next: "tag", NextFrom: "2024-02-01"},
	}
	want := []plan.NextStep{
		{List: "l", ID: "c", From: "2024-02-01", Before: "deprefer"},
		{List: "m", ID: "a", From: "2024-02-01", After: "tag"},
		{List: "l", ID: "a", From: "2024-03-01", Before: "tag", After: "depeer"},
	}
	if diff := cmp.Diff(want, plan.NextSteps(refs)); diff != "" {
		t.Errorf("steps (-want +got):\n%s", diff)
	}
	if got := plan.NextSteps(nil); got == nil || len(got) != 0 {
		t.Errorf("of nobody: %v, want an empty list", got)
	}
}

// How an entry is matched is part of it, where the older plan says how.
func TestProviderChangesOfWays(t *testing.T) {
	ref := func(ways ...string) plan.ProviderRef {
		return plan.ProviderRef{List: "l", ID: "a", Treatment: "depeer", Matches: []string{"AS26780", "41.1.0.0/16"},
			Ways: ways}
	}
	for _, test := range []struct {
		name     string
		old, new plan.ProviderRef
		want     []string // nil: no change
	}{
		{"both", ref("origin", "exact"), ref("path", "longer"),
			[]string{"AS26780 origin -> path", "41.1.0.0/16 exact -> longer"}},
		{"one", ref("origin", "exact"), ref("origin", "25..32"), []string{"41.1.0.0/16 exact -> 25..32"}},
		{"none", ref("path", "exact"), ref("path", "exact"), nil},
		{"an older plan", ref(), ref("path", "exact"), nil},
	} {
		var got []string
		for _, c := range plan.ProviderChanges([]plan.ProviderRef{test.old}, []plan.ProviderRef{test.new}) {
			got = append(got, c.Changed()...)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	if diff := cmp.Diff([]string{"AS26780 path", "41.1.0.0/16 exact"}, ref("path", "exact").Entries()); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
}
