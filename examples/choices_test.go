package examples_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/examples"
	"depeer/filters"
	"depeer/policies/build"
	"depeer/policies/eval"
	"depeer/policies/exchange"
)

// What each member of the example gets of McColo's routes, its own choice on top of nothing.
func TestChoices(t *testing.T) {
	const file = "choices/depeer.yaml"
	data, err := examples.Files.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	x, diags := exchange.Read(file, data)
	if len(diags) != 0 {
		t.Fatalf("%s:\n%v", file, diags)
	}
	lists := []*filters.Listing{list(t, "mccolo-2008/listing.yaml")}
	rules := x.Rules(time.Now())
	rules.Lists[lists[0].Name] = x.Lists[0].Treatment
	c, diags := filters.Compile(lists, rules)
	if len(diags) != 0 {
		t.Fatal(diags)
	}
	p := build.PolicyWithChoices(c, x.Treatments, x.ASN, x.Choices(c))
	e, out := eval.New(p), eval.NewExporter(p)
	got := map[string]string{}
	for _, r := range routes(t, "mccolo-2008/routes.tsv") {
		imported, ok := e.Apply(r)
		if !ok {
			t.Errorf("%s is refused for all", r.Prefix)
		}
		for _, m := range x.Members {
			if effect := out.Effect(m.Addresses[0], imported); effect != "" {
				got[fmt.Sprint(r.Prefix, " to ", m.Name)] = effect
			}
		}
	}
	want := map[string]string{}
	for _, prefix := range []string{"208.66.192.0/22", "208.72.168.0/21", "208.72.173.0/24"} {
		want[fmt.Sprint(netip.MustParsePrefix(prefix), " to Member C")] = "community 64500:64662"
		want[fmt.Sprint(netip.MustParsePrefix(prefix), " to Member D")] = "refuse"
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
