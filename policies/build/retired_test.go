package build_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// What an earlier version built is known again, and what this one builds is not taken for it.
func TestRetired(t *testing.T) {
	reason := policies.LargeCommunity{Global: 64500, Local1: 66700, Local2: 1}
	before := []policies.Treatment{
		{Name: "depeer", Reject: true},
		{Name: "deprefer", LocalPref: 50, Prepend: 2,
			LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}}},
		{Name: "tag", LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 2}}},
	}
	without := []policies.Treatment{before[0], {Name: "deprefer", LocalPref: 50, Prepend: 2}, {Name: "tag"}}
	telling := []policies.Treatment{before[0], before[1].Telling(reason), before[2].Telling(reason)}
	compiled := &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: entries("192.0.2.0/24")},
		{Treatment: "deprefer", Prefixes: entries("198.51.100.0/24", "2001:db8::/32")},
		{Treatment: "tag", ASNs: asn(64999)},
	}}
	chosen := build.Choices{
		Lists:   []build.ChosenList{chosen("bad", filters.Filter{Prefixes: entries("192.0.2.0/24")})},
		Members: []build.Chooser{chooser("192.0.2.1: bad deprefer")},
	}
	nothing := &filters.Compiled{}
	for name, c := range map[string]struct {
		compiled   *filters.Compiled
		treatments []policies.Treatment
		deprefer   policies.Treatment
		want       []string
	}{
		"before":                 {compiled, before, policies.Treatment{}, []string{"deprefer", "tag"}},
		"before, without an ASN": {compiled, without, policies.Treatment{}, []string{"deprefer"}},
		"before, with reasons":   {compiled, telling, policies.Treatment{}, []string{"deprefer", "tag"}},
		"a choice before":        {nothing, before, before[1], []string{"a choice of deprefer"}},
		"now":                    {compiled, policies.Builtin(64500), policies.Treatment{}, nil},
		"now, 32 bits":           {compiled, policies.Builtin(4200000001), policies.Treatment{}, nil},
		"a choice now": {nothing, policies.Builtin(64500), policies.BuiltinChoice(policies.Deprefer, 64500),
			nil},
	} {
		t.Run(name, func(t *testing.T) {
			choices := build.Choices{}
			if c.deprefer.Name != "" {
				choices = chosen
				choices.Deprefer = c.deprefer
			}
			if diff := cmp.Diff(c.want, build.Retired(build.PolicyWithChoices(c.compiled, c.treatments, 64500,
				choices))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Only what lengthens announcements of /8 and shorter, and leaves none of them out, is of an
// earlier version.
func TestLacksShort(t *testing.T) {
	med := uint32(0)
	written := []policies.Treatment{{Name: "depeer", Reject: true}, {Name: "low", LocalPref: 50},
		{Name: "med", MED: &med}, {Name: "idle"}}
	for name, c := range map[string]struct {
		filter filters.Filter
		want   bool
	}{
		"by ASN":           {filters.Filter{Treatment: "low", ASNs: asn(64999)}, true},
		"by short prefix":  {filters.Filter{Treatment: "med", Prefixes: entries("20.0.0.0/8")}, true},
		"by long prefix":   {filters.Filter{Treatment: "low", Prefixes: entries("192.0.2.0/24")}, false},
		"IPv6":             {filters.Filter{Treatment: "low", Prefixes: entries("2000::/8")}, false},
		"refused":          {filters.Filter{Treatment: "depeer", ASNs: asn(64999)}, false},
		"nothing is added": {filters.Filter{Treatment: "idle", ASNs: asn(64999)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			now := build.Policy(&filters.Compiled{Filters: []filters.Filter{c.filter}}, written, 64500)
			if build.LacksShort(now) {
				t.Error("what is built now is taken for an earlier version's")
			}
			earlier := *now
			earlier.Import = slices.DeleteFunc(slices.Clone(now.Import),
				func(s policies.Statement) bool { return strings.HasSuffix(s.Name, "-short") })
			if got := build.LacksShort(&earlier); got != c.want {
				t.Errorf("without the statement about short announcements: %t, want %t", got, c.want)
			}
		})
	}
}
