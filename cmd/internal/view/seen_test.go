package view_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// "Any more" is only said of what a plan has counted, and what is seen is not called gone.
func TestGoneAndSeen(t *testing.T) {
	r := &impact.Report{
		Gone: []impact.Gone{{Provider: "a", Entry: "AS64999 path"},
			{Provider: "a", Entry: "192.0.2.0/24 exact", Last: "2008-11-10"}},
		Seen: []impact.Seen{{Provider: "a", Entry: "AS26780", ASN: 26780, As: impact.Transit, Paths: 1},
			{Provider: "a", Entry: "AS26780", ASN: 26780, As: impact.InSet, Paths: 2},
			{Provider: "a", Entry: "AS7 neighbor", ASN: 7, As: impact.NotNeighbor, Paths: 2},
			{Provider: "a", Entry: "192.0.2.0/25", As: impact.OutOfReach, Paths: 2}},
	}
	nothing := plan.Change{Old: &policies.RoutingPolicy{}, New: &policies.RoutingPolicy{}}
	given := operate.Impact{Report: r, Summary: nothing.Summary()}
	var out bytes.Buffer
	if err := view.New(view.Options{Out: &out}).Impact(given); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(out.String(), "gone")
	want := `      192.0.2.0/24 exact (a) is announced by no member any more; the plan of 2008-11-10 counted routes of it
          AS64999 path (a) is announced by no member
seen      AS26780 (a) is in 1 path as transit: not matched there
          AS26780 (a) is in 2 paths in an AS_SET: not matched there
          AS7 neighbor (a) is in 2 paths not as the neighbor: not matched there
          192.0.2.0/25 (a) is in 2 paths from neighbors out of reach: not matched there
`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("gone, seen (-want +got):\n%s", d)
	}
	out.Reset()
	if err := view.New(view.Options{Out: &out, JSON: true}).Impact(given); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"as": "transit"`, `"as": "as_set"`, `"as": "not_neighbor"`, `"as": "out_of_reach"`,
		`"asn": 26780`, `"last": "2008-11-10"`} {
		if !strings.Contains(strings.ReplaceAll(out.String(), `":`, `": `), want) &&
			!strings.Contains(out.String(), want) {
			t.Errorf("JSON lacks %s:\n%s", want, out.String())
		}
	}
}

// A change of how an entry is matched is a line of the plan.
func TestPlanOfWays(t *testing.T) {
	ref := func(treatment string, ways ...string) plan.ProviderRef {
		return plan.ProviderRef{List: "l", ID: "a", Treatment: treatment, Matches: []string{"AS26780", "41.1.0.0/16"},
			Ways: ways}
	}
	for _, test := range []struct {
		old, new plan.ProviderRef
		want     string
	}{
		{ref("depeer", "origin", "exact"), ref("depeer", "path", "longer"),
			"~ depeer  a  AS26780 origin -> path, 41.1.0.0/16 exact -> longer"},
		{ref("tag", "origin", "exact"), ref("depeer", "path", "exact"),
			"~ depeer  a  treatment tag -> depeer, AS26780 origin -> path"},
		{plan.ProviderRef{}, ref("depeer", "path", "25..32"), "+ depeer  a  AS26780 path  41.1.0.0/16 25..32"},
	} {
		nothing := plan.Change{Old: &policies.RoutingPolicy{}, New: &policies.RoutingPolicy{}}
		from := []plan.ProviderRef{}
		if test.old.ID != "" {
			from = append(from, test.old)
		}
		d := operate.Draft{Plan: &plan.Plan{}, Impact: operate.Impact{Summary: nothing.Summary()},
			Changes: plan.ProviderChanges(from, []plan.ProviderRef{test.new})}
		var out bytes.Buffer
		if err := view.New(view.Options{Out: &out}).Plan(d); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), test.want+"\n") {
			t.Errorf("no line %q in:\n%s", test.want, out.String())
		}
	}
}
