package build_test

import (
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"

	"github.com/google/go-cmp/cmp"
)

// names returns every name in p, sets first.
func names(p *policies.RoutingPolicy) (sets, statements []string) {
	for name := range policies.SetsOf[policies.Prefixes](p) {
		sets = append(sets, name)
	}
	for name := range policies.SetsOf[policies.ASPaths](p) {
		sets = append(sets, name)
	}
	for name := range policies.SetsOf[policies.LargeCommunities](p) {
		sets = append(sets, name)
	}
	for _, s := range p.Import {
		statements = append(statements, s.Name)
	}
	return sets, statements
}

func TestNamesAreOfContents(t *testing.T) {
	one := &filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24"),
		ASNs: asn(64999)}}}
	two := &filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24 24..25"),
		ASNs: asn(64999)}}}
	harder := deprefer
	harder.Prepend = 3

	sets, statements := names(build.Policy(one, treatments, 64500))
	again, statementsAgain := names(build.Policy(one, treatments, 64500))
	if diff := cmp.Diff(append(sets, statements...), append(again, statementsAgain...)); diff != "" {
		t.Errorf("not the same twice:\n%s", diff)
	}
	changed := map[string]*policies.RoutingPolicy{
		"an entry":  build.Policy(two, treatments, 64500),
		"an action": build.Policy(one, []policies.Treatment{harder}, 64500),
		"the ASN":   build.Policy(one, treatments, 64501),
	}
	for what, p := range changed {
		_, other := names(p)
		for i := range statements {
			if statements[i] == other[i] {
				t.Errorf("%s differs, and statement %s is in both generations", what, statements[i])
			}
		}
	}
	otherSets, _ := names(changed["an entry"])
	var same int
	for i := range sets {
		if sets[i] == otherSets[i] {
			same++
		}
	}
	if want := len(sets) - 1; same != want {
		t.Errorf("one set differs: %d names are the same, want %d", same, want)
	}
}

func TestNamesAreASCIIAndOurs(t *testing.T) {
	c := &filters.Compiled{
		Filters: []filters.Filter{{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24"), ASNs: asn(64999),
			Groups: []filters.Group{{ASNs: []filters.ASN{1}, Except: []filters.ASN{2}}}}},
		Protected: entries("203.0.113.0/24"),
	}
	sets, statements := names(build.Policy(c, treatments, 0))
	for _, name := range append(sets, statements...) {
		if !strings.HasPrefix(name, policies.Prefix) ||
			strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789/-") != "" {
			t.Errorf("name %q", name)
		}
	}
	if len(sets) != 11 {
		t.Errorf("%d sets, want 11: %q", len(sets), sets)
	}
}
