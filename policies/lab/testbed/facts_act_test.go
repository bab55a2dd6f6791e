package testbed_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// An option in capitals, as the documentation has it, is taken for "add".
func TestFactOptionsAreLowerCase(t *testing.T) {
	for option, after := range map[string][]policies.LargeCommunity{
		"REMOVE": {{Global: 64500, Local1: 1, Local2: 1}, {Global: 64500, Local1: 2, Local2: 2}},
		"remove": {{Global: 64500, Local1: 1, Local2: 1}},
		"add":    {{Global: 64500, Local1: 1, Local2: 1}, {Global: 64500, Local1: 2, Local2: 2}},
	} {
		t.Run(option, func(t *testing.T) {
			f := fact{
				policy:   policy("", setCommunities("large-community", option, "64500:2:2")),
				announce: []testbed.Announcement{large("10.0.0.0/16", "64500:1:1")},
				want:     routes("10.0.0.0/16"),
			}
			f.want[0].LargeCommunities = after
			f.hold(t)
		})
	}
}

func TestFactRemovingLargeCommunities(t *testing.T) {
	all := []string{"64500:666:1", "64500:666:10", "164500:666:1"}
	for name, c := range map[string]struct {
		pattern string
		left    []string
	}{
		"a community":         {"64500:666:1", all[1:]},
		"a pattern":           {"64500:666:[0-9]+", nil},
		"an anchored pattern": {"^64500:666:[0-9]+$", all[2:]},
	} {
		t.Run(name, func(t *testing.T) {
			fact{
				policy:   policy("", setCommunities("large-community", "remove", c.pattern)),
				announce: []testbed.Announcement{large("10.0.0.0/16", all...)},
				want:     []policies.Route{heldLarge(large("10.0.0.0/16", c.left...))},
			}.hold(t)
		})
	}
}

// What does not fit is the largest that does: 65535:666 is BLACKHOLE (RFC 7999).
func TestFactCommunityIsClamped(t *testing.T) {
	f := fact{
		policy:   policy("", setCommunities("community", "add", "200000:666")),
		announce: testbed.Announce("10.0.0.0/16"),
		want:     routes("10.0.0.0/16"),
	}
	f.want[0].Communities = []policies.Community{65535<<16 | 666}
	f.hold(t)
}

func TestFactPrependIsOfTheLeftmostAS(t *testing.T) {
	fact{
		policy: policy("", "actions.bgp-actions.set-as-path-prepend = {as = \"last-as\", repeat-n = 2}\n"),
		announce: []testbed.Announcement{along("10.0.0.0/16"), along("10.1.0.0/16", 65001),
			along("2001:db8::/32", 65001)},
		want: []policies.Route{
			heldAlong("10.0.0.0/16", 64496, 64496), heldAlong("10.1.0.0/16", 64496, 64496, 65001),
			heldAlong("2001:db8::/32", 64496, 64496, 65001),
		},
	}.hold(t)
}

// A LOCAL_PREF set on import decides in the route server: 50 loses to none at
// all, whatever the paths. It leaks to members, who mostly do not look.
func TestFactLocalPrefDecides(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{
		Policy: policy(prefixSet("set", "10.0.0.0/8 8..32"),
			matchPrefix("set", "any")+"actions.bgp-actions.set-local-pref = 50\n"),
		Members: []testbed.MemberConfig{
			{ASN: 64496, Import: []string{"fact"},
				Announce: testbed.Announce("10.0.0.0/16", "10.1.0.0/16", "192.0.2.0/24")},
			{ASN: 64497, Announce: []testbed.Announcement{along("10.0.0.0/16", 65001, 65002),
				along("192.0.2.0/24", 65001, 65002)}},
			{ASN: 64498, LocalPref: true},
		},
	})
	want := []policies.Route{
		{Peer: x.Members[1].Address, Path: []filters.ASN{64497, 65001, 65002}, LocalPref: 100}, // although longer
		{Peer: x.Members[0].Address, Path: []filters.ASN{64496}, LocalPref: 50},                // leaked
		// not matched: the shorter wins
		{Peer: x.Members[0].Address, Path: []filters.ASN{64496}, LocalPref: 100},
	}
	for i, p := range countPrefixes("10.0.0.0/16", "10.1.0.0/16", "192.0.2.0/24") {
		want[i].Prefix = p
	}
	if diff := cmp.Diff(want, x.Members[2].Routes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s", diff)
	}
}

// A statement has one condition of each type; so what is to happen is marked
// first, and each later statement asks for the absence of a mark. Statements see
// what earlier ones changed.
func TestFactMarkThenAct(t *testing.T) {
	sets := prefixSet("severe", "10.0.0.0/8 8..32") + bgpSet("as-path", "mild", "_65001$") +
		bgpSet("large-community", "refused", "^64500:66600:1$") +
		bgpSet("large-community", "tagged", "^64500:66600:2$") +
		bgpSet("large-community", "marked", "^64500:66600:[0-9]+$")
	unmarked := matchBGP("large-community", "marked", "invert")
	fact{
		policy: policy(sets,
			setCommunities("large-community", "remove", "^64500:66600:[0-9]+$"),
			matchPrefix("severe", "any")+unmarked+setCommunities("large-community", "add", "64500:66600:1"),
			matchBGP("as-path", "mild", "any")+unmarked+setCommunities("large-community", "add", "64500:66600:2"),
			matchBGP("large-community", "refused", "any")+refuse,
			matchBGP("large-community", "tagged", "any")+setCommunities("large-community", "add", "64500:666:2"),
			setCommunities("large-community", "remove", "^64500:66600:[0-9]+$"),
		),
		announce: []testbed.Announcement{
			along("10.0.0.0/16", 65001),                                   // both: the more severe
			along("192.0.2.0/24", 65001),                                  // the milder
			large("198.51.100.0/24", "64500:66600:1", "64500:1:1"),        // a member's own mark counts for nothing
			along("203.0.113.0/24"), along("2001:db8::/32", 65002, 65001), // neither; IPv6
		},
		want: []policies.Route{
			with(heldAlong("192.0.2.0/24", 65001), "64500:666:2"),
			heldLarge(large("198.51.100.0/24", "64500:1:1")),
			heldAlong("203.0.113.0/24"),
			with(heldAlong("2001:db8::/32", 65002, 65001), "64500:666:2"),
		},
	}.hold(t)
}
