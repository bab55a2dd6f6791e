package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// theirs is what the operator has: bogons are refused, what comes in is tagged.
const theirs = `
[[defined-sets.prefix-sets]]
prefix-set-name = "bogons"
prefix-list = [{ip-prefix = "10.0.0.0/8", masklength-range = "8..32"}]

[[policy-definitions]]
name = "in"
[[policy-definitions.statements]]
name = "bogons"
conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "tag"
actions.route-disposition = "accept-route"
actions.bgp-actions.set-large-community = {options = "add", set-large-community-method.communities-list = ["64500:1:1"]}

[[policy-definitions]]
name = "out"
[[policy-definitions.statements]]
name = "nothing"
actions.bgp-actions.set-med = "+0"
`

// anchored are definitions of our two policies, as emit --anchor prints them.
var anchored = string(gobgpconf.Anchor(gobgpconf.TOML))

// exchange is an exchange of three members: the first announces what is listed, in
// nested prefixes, the second another path to one of them, the third only looks.
// Its lists of policies have ours first.
func exchange() testbed.Config {
	member := func(asn filters.ASN, announce ...testbed.Announcement) testbed.MemberConfig {
		return testbed.MemberConfig{ASN: asn, LocalPref: true, Announce: announce,
			Import: []string{policies.ImportPolicy, "in"}, Export: []string{policies.ExportPolicy, "out"}}
	}
	return testbed.Config{Policy: anchored + theirs, Members: []testbed.MemberConfig{
		member(64496, append(testbed.Announce("10.0.0.0/16", "20.1.0.0/16", "20.1.1.0/24", "20.1.2.0/24", "2a00:1::/32",
			"2a00:1:1::/48"), from("20.4.0.0/16", 64999))...),
		member(64497, append(testbed.Announce("20.3.0.0/16"), from("20.4.0.0/16", 65010, 65011))...),
		member(64498, testbed.Announce("20.5.0.0/16")...),
	}}
}

// from is an announcement of a route that comes along a path.
func from(prefix string, path ...filters.ASN) testbed.Announcement {
	a := testbed.Announce(prefix)[0]
	a.Path = path
	return a
}

// world is an exchange, and a person who has depeer.
type world struct {
	*shell
	*testbed.Running
	t testing.TB
}

func newWorld(t testing.TB, c testbed.Config) *world {
	t.Helper()
	x := testbed.Exchange(t, c)
	return &world{newShell(t, x.Daemon.Target.String()), x, t}
}

// put applies a list, whatever is in force, and checks that it took.
func (w *world) put(list string) {
	w.t.Helper()
	w.on("plan", list+".yaml", "-o", list+".plan").exits(0)
	w.depeer("apply", list+".plan", "--yes").exits(0)
	w.holds(outcomes[list])
}

// holds fails the test unless members hold, soon, exactly what is wanted.
func (w *world) holds(want table) {
	w.t.Helper()
	w.Settle()
	if diff := cmp.Diff(want, w.table()); diff != "" {
		w.t.Errorf("members hold (-want +got):\n%s", diff)
	}
}

// table is what each member holds, a line for each route.
type table [][]string

func (w *world) table() table {
	w.t.Helper()
	var all table
	for _, m := range w.Members {
		lines := []string{}
		for _, r := range m.Routes() {
			lines = append(lines, line(r))
		}
		slices.Sort(lines)
		all = append(all, lines)
	}
	return all
}

// line writes a route: prefix, path, local preference, communities, large communities.
func line(r policies.Route) string {
	var b strings.Builder
	b.WriteString(r.Prefix.String())
	for _, asn := range r.Path {
		fmt.Fprintf(&b, " %s", asn)
	}
	fmt.Fprintf(&b, " | %d", r.LocalPref)
	for _, c := range r.Communities {
		fmt.Fprintf(&b, " %s", c)
	}
	for _, c := range r.LargeCommunities {
		fmt.Fprintf(&b, " %s", c)
	}
	return b.String()
}
