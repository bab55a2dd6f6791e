package gobgp_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies/lab/testbed"
	"depeer/policies/rib"
)

// refusing is an operator's policy that refuses a prefix and an origin, and prepends the ASN
// of the third member to what has another origin.
const refusing = `
[[defined-sets.prefix-sets]]
prefix-set-name = "bogons"
prefix-list = [{ip-prefix = "10.0.0.0/8", masklength-range = "8..32"}]
[[defined-sets.prefix-sets]]
prefix-set-name = "bogons6"
prefix-list = [{ip-prefix = "2001:db8::/32", masklength-range = "32..64"}]
[[defined-sets.bgp-defined-sets.as-path-sets]]
as-path-set-name = "hijacker"
as-path-list = ["_666$"]
[[defined-sets.bgp-defined-sets.as-path-sets]]
as-path-set-name = "hidden"
as-path-list = ["_777$"]

[[policy-definitions]]
name = "in"
[[policy-definitions.statements]]
name = "bogons"
conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "bogons6"
conditions.match-prefix-set = {prefix-set = "bogons6", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "hijacker"
conditions.bgp-conditions.match-as-path-set = {as-path-set = "hijacker", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "hidden"
conditions.bgp-conditions.match-as-path-set = {as-path-set = "hidden", match-set-options = "any"}
actions.bgp-actions.set-as-path-prepend = {repeat-n = 1, as = "64498"}
`

// The table says which paths passed, also of one that some views do not have; asking changes
// nothing.
func TestPassages(t *testing.T) {
	t.Parallel()
	from := func(prefix string, path ...filters.ASN) testbed.Announcement {
		return testbed.Announcement{Prefix: netip.MustParsePrefix(prefix), Path: path}
	}
	x := testbed.Exchange(t, testbed.Config{Policy: refusing, Members: []testbed.MemberConfig{
		{ASN: 64496, Import: []string{"in"}, Announce: []testbed.Announcement{from("10.1.0.0/16"), from("20.1.0.0/16"),
			from("20.2.0.0/16", 64497, 64498), from("20.3.0.0/16", 666), from("20.4.0.0/16", 777),
			from("20.5.0.0/16", 64498)}},
		{ASN: 64497, Import: []string{"in"}, Announce: []testbed.Announcement{from("20.1.0.0/16", 666),
			from("2001:db8:1::/48"), from("2a00:1::/32")}},
		{ASN: 64498, Import: []string{"in"}},
	}})
	c := dialTarget(t, x.Daemon)
	x.Settle()
	clients := state(t, c).Clients
	var announced []*rib.Path
	for p, err := range c.Announced(t.Context(), clients) {
		if err != nil {
			t.Fatal(err)
		}
		announced = append(announced, p.Clone())
	}
	gone := announced[0].Clone()
	gone.Prefix = netip.MustParsePrefix("10.99.0.0/16")
	later := announced[slices.IndexFunc(announced,
		func(p *rib.Path) bool { return p.Prefix.String() == "10.1.0.0/16" })].Clone()
	later.Since--
	announced = append(announced, gone, later)
	tables := x.Members[0].Routes()
	got, err := c.Passages(t.Context(), clients)(announced)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for i, p := range announced {
		lines = append(lines, fmt.Sprintf("%s AS%s %s", p.Prefix, p.PeerASN, got[i]))
	}
	slices.Sort(lines)
	want := []string{
		"10.1.0.0/16 AS64496 stopped",
		"10.1.0.0/16 AS64496 unknown", // announced anew since
		"10.99.0.0/16 AS" + gone.PeerASN.String() + " unknown",
		"20.1.0.0/16 AS64496 passed",
		"20.1.0.0/16 AS64497 stopped",
		"20.2.0.0/16 AS64496 unknown", // nobody can see it
		"20.3.0.0/16 AS64496 stopped",
		"20.4.0.0/16 AS64496 passed", // the third member does not see it
		"20.5.0.0/16 AS64496 passed",
		"2001:db8:1::/48 AS64497 stopped",
		"2a00:1::/32 AS64497 passed",
	}
	slices.Sort(want)
	if diff := gocmp.Diff(want, lines); diff != "" {
		t.Errorf("passages (-want +got):\n%s", strings.TrimSpace(diff))
	}
	if diff := gocmp.Diff(tables, x.Members[0].Routes(), equal); diff != "" {
		t.Errorf("asking changed what a member has (-want +got):\n%s", diff)
	}
	if got, err := c.Passages(t.Context(), nil)(announced); err != nil || slices.ContainsFunc(got,
		func(p rib.Passage) bool { return p != rib.PassageUnknown }) {
		t.Errorf("without a client to ask through: %v %v", got, err)
	}
}

// What it takes to find out which of many routes passed.
func BenchmarkPassages(b *testing.B) {
	n := many(b, 100_000)
	d := testbed.Gobgpd(b, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}, {ASN: 64498}}})
	announce(b, d, n)
	c := dialTarget(b, d)
	var announced []*rib.Path
	clients := state(b, c).Clients
	for p, err := range c.Announced(b.Context(), clients) {
		if err != nil {
			b.Fatal(err)
		}
		if announced = append(announced, p.Clone()); len(announced) == 10_000 {
			break
		}
	}
	for b.Loop() {
		got, err := c.Passages(b.Context(), clients)(announced)
		if err != nil || slices.Contains(got, rib.Stopped) {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(announced)), "ns/route")
}
