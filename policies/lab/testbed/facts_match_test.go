package testbed_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// Whatever else covers a route, its longest entry alone decides. Fixed in v4.4.
func TestFactOnlyTheLongestEntryIsLookedAt(t *testing.T) {
	fact{
		policy:   policy(prefixSet("set", "10.0.0.0/8 8..32", "10.1.0.0/16 16..16"), matchPrefix("set", "any")+refuse),
		announce: testbed.Announce("10.1.0.0/16", "10.1.2.0/24", "10.2.3.0/24"),
		want:     routes("10.1.2.0/24"),
	}.hold(t)
}

// So a nested entry repeats the ranges of those around it, and may: a prefix can
// stand several times in a set, with a range each.
func TestFactAPrefixCanHaveSeveralRanges(t *testing.T) {
	fact{
		policy: policy(prefixSet("set", "10.0.0.0/8 8..9", "10.0.0.0/8 24..32", "10.1.0.0/16 16..16",
			"10.1.0.0/16 24..32"),
			matchPrefix("set", "any")+refuse),
		announce: testbed.Announce("10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/17", "10.1.2.0/24", "10.2.0.0/16",
			"10.2.3.0/24"),
		want: routes("10.1.0.0/17", "10.2.0.0/16"),
	}.hold(t)
}

func TestFactInvertOfAPrefixSetOfTheOtherFamilyIsFalse(t *testing.T) {
	fact{
		policy:   policy(prefixSet("set", "10.0.0.0/8 8..32"), matchPrefix("set", "invert")+refuse),
		announce: testbed.Announce("10.1.0.0/16", "11.0.0.0/8", "2001:db8::/32"),
		want:     routes("10.1.0.0/16", "2001:db8::/32"),
	}.hold(t)
}

func TestFactEmptyPrefixSetMatchesNothing(t *testing.T) {
	fact{
		policy:   policy(prefixSet("set"), matchPrefix("set", "any")+refuse),
		announce: testbed.Announce("192.0.2.0/24", "2001:db8::/32"),
		want:     routes("192.0.2.0/24", "2001:db8::/32"),
	}.hold(t)
}

// An empty neighbor-set is the other way round, and so dangerous.
func TestFactEmptyNeighborSetMatchesEverything(t *testing.T) {
	fact{
		policy: policy("[[defined-sets.neighbor-sets]]\nneighbor-set-name = \"set\"\n",
			"conditions.match-neighbor-set = {neighbor-set = \"set\", match-set-options = \"any\"}\n"+refuse),
		announce: testbed.Announce("192.0.2.0/24", "2001:db8::/32"),
	}.hold(t)
}

// The fast forms look at ASNs; all else is a regular expression over the path as
// it is printed.
func TestFactASPathPatterns(t *testing.T) {
	paths := []testbed.Announcement{
		along("10.0.0.0/16"), along("10.1.0.0/16", 65001), along("10.2.0.0/16", 65001, 65002),
		along("10.3.0.0/16", 65002, 65001),
		along("10.4.0.0/16", 165001), along("10.5.0.0/16", 650010, 65002), along("10.6.0.0/16", 65002, 65001, 65002),
		along("10.7.0.0/16", 64496),
	}
	for name, c := range map[string]struct {
		pattern string
		refused []int // paths
	}{
		"anywhere":                            {"_65001_", []int{1, 2, 3, 6}},
		"origin":                              {"_65001$", []int{1, 3}},
		"origin of an own route":              {"_64496$", []int{0, 7}},
		"neighbor":                            {"^64496_", []int{0, 1, 2, 3, 4, 5, 6, 7}},
		"neighbor is the leftmost":            {"^65001_", nil},
		"the whole path is one AS, once":      {"^64496$", []int{0}},
		"a bare number is part of any number": {"6500", []int{1, 2, 3, 4, 5, 6}},
	} {
		t.Run(name, func(t *testing.T) {
			f := fact{policy: policy(bgpSet("as-path", "set", c.pattern), matchBGP("as-path", "set", "any")+refuse),
				announce: paths}
			for i, a := range paths {
				if !slices.Contains(c.refused, i) {
					f.want = append(f.want, heldAlong(a.Prefix.String(), a.Path...))
				}
			}
			f.hold(t)
		})
	}
}

// The fast forms take an AS_SET for AS0: no ASN in it is seen.
func TestFactASSetIsNotSeen(t *testing.T) {
	t.Parallel()
	set := func(asns ...uint32) *bgp.As4PathParam { return bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SET, asns) }
	for name, pattern := range map[string]string{"anywhere": "_65001_", "origin": "_65001$"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testbed.Gobgpd(t, testbed.Config{
				Policy:  policy(bgpSet("as-path", "set", pattern), matchBGP("as-path", "set", "any")+refuse),
				Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"fact"}}, {ASN: 64497}},
			})
			m := testbed.Bird(t, d, 1, testbed.MemberConfig{ASN: 64497})
			m.WaitEstablished()
			s := testbed.Speak(t, d, d.Site.Member(0), 64496)
			for prefix, path := range map[string][]bgp.AsPathParamInterface{
				"10.1.0.0/16": {sequence(64496, 65001)},
				"10.2.0.0/16": {sequence(64496), set(65001)},
				"10.3.0.0/16": {sequence(64496), set(65001, 65002)},
			} {
				s.Say(testbed.Update(netip.MustParsePrefix(prefix), s.Address, path...))
			}
			s.Say(testbed.Update(netip.MustParsePrefix("10.9.0.0/16"), s.Address, sequence(64496))) // the last to come
			testbed.Eventually(t, testbed.Patience, func() error { return m.Has(netip.MustParsePrefix("10.9.0.0/16")) })
			got := map[string][]filters.ASN{}
			for _, r := range m.Routes() {
				got[r.Prefix.String()] = r.Path
			}
			want := map[string][]filters.ASN{"10.2.0.0/16": {64496, 0}, "10.3.0.0/16": {64496, 0},
				"10.9.0.0/16": {64496}}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s", diff)
			}
		})
	}
}

// A number stands for one large community; a pattern is found anywhere in it.
func TestFactLargeCommunityPatternIsNotAnchored(t *testing.T) {
	for name, c := range map[string]struct {
		pattern string
		passes  []string
	}{
		"a community":         {"64500:666:1", []string{"10.2.0.0/16", "10.3.0.0/16"}},
		"a pattern":           {"64500:666:[0-9]+", nil},
		"an anchored pattern": {"^64500:666:[0-9]+$", []string{"10.3.0.0/16"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := fact{
				policy: policy(bgpSet("large-community", "set", c.pattern),
					matchBGP("large-community", "set", "any")+refuse),
				announce: []testbed.Announcement{
					large("10.1.0.0/16", "64500:666:1"), large("10.2.0.0/16", "64500:666:10"),
					large("10.3.0.0/16", "164500:666:1"),
				},
			}
			for _, a := range f.announce {
				if slices.Contains(c.passes, a.Prefix.String()) {
					f.want = append(f.want, heldLarge(a))
				}
			}
			f.hold(t)
		})
	}
}

// Why no listing may hold an IPv4-mapped prefix: in a file it is IPv4, in silence,
func TestFactMappedEntryInAFileIsIPv4(t *testing.T) {
	fact{
		policy:   policy(prefixSet("set", "::ffff:10.0.0.0/104 8..32"), matchPrefix("set", "any")+refuse),
		announce: testbed.Announce("10.1.0.0/16", "192.0.2.0/24"),
		want:     routes("192.0.2.0/24"),
	}.hold(t)
}

// and in a set made over gRPC it is the end of the daemon, once a member announces
// just that prefix. BIRD does not; anybody can.
func TestFactMappedEntryOverGRPCCrashesTheDaemon(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{
		Policy:  policy(""),
		Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"fact"}}},
	})
	_, err := d.API().AddDefinedSet(t.Context(), &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{
		DefinedType: api.DefinedType_PREFIX, Name: "set",
		Prefixes: []*api.Prefix{{IpPrefix: "::ffff:10.0.0.0/104", MaskLengthMin: 104, MaskLengthMax: 128}},
	}})
	if err == nil {
		_, err = d.API().AddPolicy(t.Context(),
			&api.AddPolicyRequest{Policy: &api.Policy{Name: "fact", Statements: []*api.Statement{{
				Name:       "fact-0",
				Conditions: &api.Conditions{PrefixSet: &api.MatchSet{Name: "set"}},
				Actions:    &api.Actions{RouteAction: api.RouteAction_REJECT},
			}}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	s := testbed.Speak(t, d, d.Site.Member(0), 64496)
	s.Say(testbed.Update(netip.MustParsePrefix("::ffff:10.0.0.0/104"), s.Address, sequence(64496)))
	select {
	case <-d.Done():
	case <-time.After(testbed.Patience):
		t.Error("GoBGP v3.37.0 crashed here")
	}
}

func sequence(asns ...uint32) *bgp.As4PathParam {
	return bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, asns)
}
