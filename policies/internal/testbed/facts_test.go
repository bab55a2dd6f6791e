// What we rely on in GoBGP v3.37.0. A red test in the files facts*_test.go says
// that an upgrade of gobgpd has changed a fact (../../../README.md says nothing
// of these; our comments where they are relied on name the test).
//
// A fact is a policy "fact" on the import side of the first member, what that
// member announces, and what the second then holds.
package testbed_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/internal/testbed"
)

type fact struct {
	policy   string
	announce []testbed.Announcement
	want     []policies.Route // held by the second member; Peer and LocalPref are filled in
}

// hold runs the fact on an exchange of its own.
func (f fact) hold(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Policy: f.policy, Members: []testbed.MemberConfig{
		{ASN: 64496, Import: []string{"fact"}, Announce: f.announce},
		{ASN: 64497, LocalPref: true},
	}})
	for i := range f.want {
		f.want[i].Peer = x.Members[0].Address
		if f.want[i].LocalPref == 0 {
			f.want[i].LocalPref = 100 // what BIRD takes the absence for
		}
	}
	if diff := cmp.Diff(f.want, x.Members[1].Routes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s\nafter:\n%s", diff, f.policy)
	}
}

// policy is policy "fact" with the statements, behind the sets.
func policy(sets string, statements ...string) string {
	var b strings.Builder
	b.WriteString(sets)
	b.WriteString("\n[[policy-definitions]]\nname = \"fact\"\n")
	for i, s := range statements {
		fmt.Fprintf(&b, "[[policy-definitions.statements]]\nname = \"fact-%d\"\n%s\n", i, s)
	}
	return b.String()
}

const refuse = `actions = {route-disposition = "reject-route"}`

func prefixSet(name string, entries ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[[defined-sets.prefix-sets]]\nprefix-set-name = %q\nprefix-list = [", name)
	for _, e := range entries {
		prefix, lengths, _ := strings.Cut(e, " ")
		fmt.Fprintf(&b, "{ip-prefix = %q, masklength-range = %q}, ", prefix, lengths)
	}
	return b.String() + "]\n"
}

func bgpSet(kind, name string, patterns ...string) string {
	return fmt.Sprintf("[[defined-sets.bgp-defined-sets.%s-sets]]\n%s-set-name = %q\n%s-list = [\"%s\"]\n",
		kind, kind, name, kind, strings.Join(patterns, `", "`))
}

func matchPrefix(set, option string) string {
	return fmt.Sprintf("conditions = {match-prefix-set = {prefix-set = %q, match-set-options = %q}}\n", set, option)
}

func matchBGP(kind, set, option string) string {
	return fmt.Sprintf("conditions = {bgp-conditions = {match-%s-set = {%s-set = %q, match-set-options = %q}}}\n", kind, kind, set, option)
}

// routes are held routes as the first member announced them.
func routes(prefixes ...string) []policies.Route {
	var all []policies.Route
	for _, a := range testbed.Announce(prefixes...) {
		all = append(all, policies.Route{Prefix: a.Prefix, Path: []filters.ASN{64496}})
	}
	return all
}

func along(prefix string, path ...filters.ASN) testbed.Announcement {
	a := testbed.Announce(prefix)[0]
	a.Path = path
	return a
}

func heldAlong(prefix string, path ...filters.ASN) policies.Route {
	r := routes(prefix)[0]
	r.Path = append(r.Path, path...)
	return r
}

// policy.go, PrefixCondition.Evaluate: LongestMatch, and only its ranges.
func TestFactOnlyLongestEntryIsLookedAt(t *testing.T) {
	fact{
		policy:   policy(prefixSet("set", "10.0.0.0/8 8..32", "10.1.0.0/16 16..16"), matchPrefix("set", "any")+refuse),
		announce: testbed.Announce("10.1.0.0/16", "10.1.2.0/24", "10.2.3.0/24"),
		want:     routes("10.1.2.0/24"),
	}.hold(t)
}

func TestFactNestedEntryRepeatsRanges(t *testing.T) {
	fact{
		policy: policy(prefixSet("set", "10.0.0.0/8 8..9", "10.0.0.0/8 24..32", "10.1.0.0/16 16..16", "10.1.0.0/16 24..32",
			"2001:db8::/32 32..32", "2001:db8::/32 48..48")[:0]+
			prefixSet("set", "10.0.0.0/8 8..9", "10.0.0.0/8 24..32", "10.1.0.0/16 16..16", "10.1.0.0/16 24..32"), matchPrefix("set", "any")+refuse),
		announce: testbed.Announce("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/17", "10.1.2.0/24", "10.2.0.0/16", "10.2.3.0/24"),
		want:     routes("10.1.0.0/17", "10.2.0.0/16"),
	}.hold(t)
}

func TestFactInvertOfOtherFamilyIsFalse(t *testing.T) {
	fact{
		policy:   policy(prefixSet("set", "10.0.0.0/8 8..32"), matchPrefix("set", "invert")+refuse),
		announce: testbed.Announce("10.1.0.0/16", "11.0.0.0/8", "2001:db8::/32"),
		want:     routes("10.1.0.0/16", "2001:db8::/32"),
	}.hold(t)
}

func TestFactEmptySets(t *testing.T) {
	t.Run("an empty prefix-set matches nothing", func(t *testing.T) {
		fact{
			policy:   policy("[[defined-sets.prefix-sets]]\nprefix-set-name = \"set\"\n", matchPrefix("set", "any")+refuse),
			announce: testbed.Announce("192.0.2.0/24"),
			want:     routes("192.0.2.0/24"),
		}.hold(t)
	})
}

// The four fast forms, told from a regular expression by what only they do.
func TestFactASPathForms(t *testing.T) {
	paths := []testbed.Announcement{
		along("10.0.0.0/16"), along("10.1.0.0/16", 65001), along("10.2.0.0/16", 65001, 65002), along("10.3.0.0/16", 65002, 65001),
		along("10.4.0.0/16", 165001), along("10.5.0.0/16", 650010, 65002), along("10.6.0.0/16", 65002, 65001, 65002), along("10.7.0.0/16", 64496),
	}
	for _, c := range []struct {
		name, pattern string
		refused       []int // paths
	}{
		{"anywhere", "_65001_", []int{1, 2, 3, 6}},
		{"origin", "_65001$", []int{1, 3}},
		{"neighbor", "^64496_", []int{0, 1, 2, 3, 4, 5, 6, 7}},
		{"neighbor is the leftmost only", "^65001_", nil},
		{"origin of an own route", "_64496$", []int{0, 7}},
		{"whole path has one AS, and once", "^64496$", []int{0}},
		{"a bare number is a regular expression", "6500", []int{1, 2, 3, 4, 5, 6}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fact{policy: policy(bgpSet("as-path", "set", c.pattern), matchBGP("as-path", "set", "any")+refuse), announce: paths}
		next:
			for i, a := range paths {
				for _, refused := range c.refused {
					if i == refused {
						continue next
					}
				}
				f.want = append(f.want, heldAlong(a.Prefix.String(), a.Path...))
			}
			f.hold(t)
		})
	}
}
