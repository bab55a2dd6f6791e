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
	old := []plan.ProviderRef{ref("a", "depeer", "AS1"), ref("b", "tag", "AS2"), ref("c", "tag", "AS3"), ref("e", "", "AS5"), ref("g", "tag", "AS7")}
	new := []plan.ProviderRef{ref("a", "depeer", "AS1"), ref("b", "deprefer", "AS2"), ref("d", "tag", "AS4"), ref("e", "tag", "AS5"), ref("f", "", "AS6"), ref("g", "tag", "AS8")}
	var got []string
	for _, c := range plan.ProviderChanges(old, new) {
		got = append(got, c.Verb()+c.Old.ID+c.New.ID)
	}
	want := []string{"~bb", "-c", "+d", "+ee", "~gg"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("changes (-want +got):\n%s", diff)
	}
}
