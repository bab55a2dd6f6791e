package testbed_test

// The facts of GoBGP v3.37.0 that our policies rely on, each a test against the
// real daemon. Several contradict its documentation. A red TestFact... says that
// an upgrade of gobgpd has changed the fact, and that whatever names the test in
// a comment is to be looked at again.

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// fact is a policy "fact" on the import side of the first member, what that
// member announces, and what the second holds then.
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

const refuse = `actions.route-disposition = "reject-route"` + "\n"

func prefixSet(name string, entries ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "[[defined-sets.prefix-sets]]\nprefix-set-name = %q\nprefix-list = [", name)
	for _, e := range entries {
		prefix, lengths, _ := strings.Cut(e, " ")
		fmt.Fprintf(&b, "{ip-prefix = %q, masklength-range = %q}, ", prefix, lengths)
	}
	return b.String() + "]\n"
}

// bgpSet defines a set of kind as-path, community or large-community.
func bgpSet(kind, name string, patterns ...string) string {
	return fmt.Sprintf("[[defined-sets.bgp-defined-sets.%s-sets]]\n%s-set-name = %q\n%s-list = [\"%s\"]\n",
		kind, kind, name, kind, strings.Join(patterns, `", "`))
}

func matchPrefix(set, option string) string {
	return fmt.Sprintf("conditions.match-prefix-set = {prefix-set = %q, match-set-options = %q}\n", set, option)
}

func matchBGP(kind, set, option string) string {
	return fmt.Sprintf("conditions.bgp-conditions.match-%s-set = {%s-set = %q, match-set-options = %q}\n", kind, kind,
		set, option)
}

// setCommunities is an action on communities of kind community or large-community.
func setCommunities(kind, option, community string) string {
	return fmt.Sprintf("actions.bgp-actions.set-%s = {options = %q, set-%s-method.communities-list = [%q]}\n", kind,
		option, kind, community)
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

// large is an announcement with large communities.
func large(prefix string, communities ...string) testbed.Announcement {
	a := testbed.Announce(prefix)[0]
	for _, s := range communities {
		c, err := policies.ParseLargeCommunity(s)
		if err != nil {
			panic(err)
		}
		a.LargeCommunities = append(a.LargeCommunities, c)
	}
	return a
}

func heldLarge(a testbed.Announcement) policies.Route {
	r := heldAlong(a.Prefix.String(), a.Path...)
	r.LargeCommunities = a.LargeCommunities
	return r
}

// with is a held route with large communities.
func with(r policies.Route, communities ...string) policies.Route {
	r.LargeCommunities = large(r.Prefix.String(), communities...).LargeCommunities
	return r
}
