package build_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// What build.Policy names is genuine however a daemon orders it, and nothing else is.
func TestGenuine(t *testing.T) {
	c := &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", ASNs: []filters.ASMatch{{ASN: 64999}}},
		{
			Treatment: "deprefer",
			Prefixes:  entries("10.0.0.0/8", "11.0.0.0/9 9..16", "11.0.0.0/9 20..24"),
			ASNs:      []filters.ASMatch{{ASN: 64998}, {ASN: 64998, Where: filters.Path}, {ASN: 65550}},
			Groups:    []filters.Group{{ASNs: []filters.ASN{64996}, Except: []filters.ASN{64995}}},
		},
	}}
	p := build.Policy(c, policies.Builtin(64500), 64500)
	if !policies.GenuineStatements(p.Import) {
		t.Error("build.Policy's statements are not genuine")
	}
	for i := range p.Import {
		changed := slices.Clone(p.Import)
		changed[i].Actions.LocalPref++
		if policies.GenuineStatements(changed) {
			t.Errorf("statement %s is genuine with another action", changed[i].Name)
		}
		if less := slices.Delete(slices.Clone(p.Import), i, i+1); len(less) > 0 && policies.GenuineStatements(less) {
			t.Errorf("the policy is genuine without %s", p.Import[i].Name)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for name, entries := range policies.SetsOf[policies.Prefixes](p) {
			entries = rapid.Permutation(entries).Draw(t, "entries")
			genuinely(t, name, entries, true)
			entries = append(slices.Clone(entries[1:]), filters.Entry{Prefix: entries[0].Prefix, Min: 1, Max: 2})
			genuinely(t, name, entries, false)
		}
		for name, patterns := range policies.SetsOf[policies.ASPaths](p) {
			patterns = rapid.Permutation(patterns).Draw(t, "patterns")
			genuinely(t, name, patterns, true)
			patterns = patterns[1:]
			genuinely(t, name, patterns, false)
		}
		for name, patterns := range policies.SetsOf[policies.LargeCommunities](p) {
			patterns = rapid.Permutation(patterns).Draw(t, "patterns")
			genuinely(t, name, patterns, true)
			patterns = append(slices.Clone(patterns), patterns[0])
			genuinely(t, name, patterns, false)
		}
	})
}

func genuinely(t *rapid.T, name string, elements policies.Elements, want bool) {
	if got := (policies.Set{Name: name, Elements: elements}).Genuine(); got != want {
		t.Errorf("%s: genuine %t, want %t", name, got, want)
	}
}

// Policies are the same by their names, whatever the order of their sets.
func TestSame(t *testing.T) {
	choose := func(prefixes ...string) *policies.RoutingPolicy {
		c := &filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer", Prefixes: entries(prefixes...),
			ASNs: asn(64999)}}}
		return build.Policy(c, policies.Builtin(64500), 64500)
	}
	a, b := choose("10.0.0.0/8", "2001:db8::/32"), choose("10.0.0.0/8")
	turned := *a
	turned.Sets = slices.Clone(a.Sets)
	slices.Reverse(turned.Sets)
	less := *a
	less.Sets = slices.DeleteFunc(slices.Clone(a.Sets),
		func(s policies.Set) bool { return s.Kind() == policies.ASPathSet })
	swapped := *a
	swapped.Import = slices.Clone(a.Import)
	slices.Reverse(swapped.Import)
	for _, trial := range []struct {
		name          string
		of            *policies.RoutingPolicy
		same, genuine bool
	}{
		{"itself", a, true, true}, {"its sets in another order", &turned, true, true}, {"another", b, false, true},
		{"nothing", &policies.RoutingPolicy{}, false, true}, {"a set less", &less, false, true},
		{"statements in another order", &swapped, false, false},
	} {
		if got := policies.Same(a, trial.of); got != trial.same {
			t.Errorf("%s: same is %t", trial.name, got)
		}
		if got := trial.of.Genuine(); got != trial.genuine {
			t.Errorf("%s: genuine is %t", trial.name, got)
		}
	}
}
