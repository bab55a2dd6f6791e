package view_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/cmd/internal/view"
	"depeer/policies"
	"depeer/policies/operate"
	"depeer/policies/plan"
)

// However much lists have in store, a plan shows it in six lines.
func TestNextFitsAScreen(t *testing.T) {
	var refs []plan.ProviderRef
	add := func(n int, treatment, next, from string) {
		for i := range n {
			refs = append(refs, plan.ProviderRef{List: "l", ID: fmt.Sprintf("%s-host-%d", orElse(next, "last"), i),
				Treatment: treatment, Next: next, NextFrom: from})
		}
	}
	add(1000, "tag", "deprefer", "2024-02-01")
	add(2, "deprefer", "", "2024-02-01")
	add(1, "", "depeer", "2024-02-02")
	add(3, "deprefer", "depeer", "2024-02-03")
	add(1, "deprefer", "tag", "2024-03-02")
	add(40, "tag", "depeer", "2024-03-03") // over the horizon
	nothing := plan.Change{Old: &policies.RoutingPolicy{}, New: &policies.RoutingPolicy{}}
	p := &plan.Plan{At: time.Date(2024, 2, 1, 12, 0, 0, 0, time.UTC), Providers: refs, Change: nothing}
	var out bytes.Buffer
	if err := view.New(view.Options{Out: &out}).Plan(operate.Draft{Plan: p,
		Impact: operate.Impact{Summary: nothing.Summary()}}); err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(out.String(), "\nnext")
	got, _, _ := strings.Cut(after, "\n\n")
	want := `  2024-02-01  tag -> deprefer: deprefer-host-0, deprefer-host-1, deprefer-host-2, and 997 more
      2024-02-01  deprefer expires: last-host-0, last-host-1
      2024-02-02  depeer begins: depeer-host-0
      2024-02-03  deprefer -> depeer: depeer-host-0, depeer-host-1, depeer-host-2
      2024-03-02  deprefer -> tag: tag-host-0
      2024-03-03  40 steps from then on`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
