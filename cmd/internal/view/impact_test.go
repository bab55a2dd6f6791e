package view_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// Who is not listed loses what is refused; what is changed it does not lose.
func TestBesides(t *testing.T) {
	via := []filters.ASN{701}
	r := &impact.Report{Collateral: []impact.Collateral{
		{Origin: 64501, Refused: 3, WithoutPath: 2, Via: via},
		{Origin: 64502, Refused: 1, Changed: 2, Via: via},
		{Origin: 64503, Changed: 1, Via: []filters.ASN{701, 702}},
	}}
	var out bytes.Buffer
	nothing := plan.Change{Old: &policies.RoutingPolicy{}, New: &policies.RoutingPolicy{}}
	if err := view.New(view.Options{Out: &out}).Impact(operate.Impact{Report: r,
		Summary: nothing.Summary()}); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(out.String(), "besides")
	want := `   AS64501 is not listed, and loses 3 routes behind AS701, 2 prefixes without a path
          AS64502 is not listed, and loses 1 route and has 2 changed behind AS701, 0 prefixes without a path
          AS64503 is not listed, and has 1 route changed behind AS701, AS702
`
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("besides (-want +got):\n%s", d)
	}
}

// An entry that is overruled has its own effect and statement, and says by what.
func TestOverruled(t *testing.T) {
	e := &impact.Explanation{Query: "192.0.2.0/24", Matches: []impact.Match{{
		Provider: "host", Name: "host", List: "l", Entry: "AS64999", File: "l.yaml", Line: 9, Treatment: "tag",
		Effect: "large-community 64500:666:2", Statement: "depeer/0123/002-tag-as-path",
		Overruled: &impact.Overruler{Provider: "other", List: "m", Entry: "192.0.2.0/24", Treatment: "depeer"},
	}}}
	var out bytes.Buffer
	if err := view.New(view.Options{Out: &out}).Explain(operate.Explanation{Explanation: e}); err != nil {
		t.Fatal(err)
	}
	want := `192.0.2.0/24

listed        host (l) by AS64999, l.yaml:9
treatment     tag: large-community 64500:666:2
overruled by  other (m) by 192.0.2.0/24: depeer
statement     depeer/0123/002-tag-as-path
since         not said until it is taken out
`
	if d := cmp.Diff(want, strings.TrimRight(out.String(), "\n")+"\n"); d != "" {
		t.Errorf("explain (-want +got):\n%s", d)
	}
}
