package gobgpconf_test

import (
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// sample is a policy that was made by hand, to be rendered and loaded.
type sample struct {
	name    string
	policy  *policies.RoutingPolicy
	comment []string
}

var samples = []sample{
	{name: "empty", policy: &policies.RoutingPolicy{}},
	{name: "prefixes", policy: prefixesOnly(),
		comment: []string{"Made from example-ix-listed, of 2008-11-10.", "", "Überprüft: 2 entries"}},
	{name: "paths", policy: pathsOnly()},
	{name: "marks", policy: marks()},
	{name: "actions", policy: everyAction()},
	{name: "export", policy: exports()},
	{name: "choices", policy: choices()},
}

func entry(prefix string, lengths ...uint8) filters.Entry {
	p := netip.MustParsePrefix(prefix)
	return filters.Entry{Prefix: p, Min: lengths[0], Max: lengths[1]}
}

func where(set string) policies.Condition    { return policies.Condition{Set: set} }
func notWhere(set string) policies.Condition { return policies.Condition{Set: set, Invert: true} }

// prefixesOnly refuses by prefix: nested entries, one prefix with two ranges, a
// prefix wider than its ranges, the longest and the shortest there are.
func prefixesOnly() *policies.RoutingPolicy {
	return &policies.RoutingPolicy{
		Sets: []policies.Set{
			{Name: "depeer/depeer/prefix4/0a1b2c3d", Elements: policies.Prefixes{
				entry("10.0.0.0/7", 8, 32), entry("192.0.2.0/24", 24, 24), entry("192.0.2.0/24", 26, 32),
				entry("192.0.2.255/32", 32, 32), entry("198.51.0.0/16", 22, 24),
			}},
			{Name: "depeer/depeer/prefix6/4e5f6071", Elements: policies.Prefixes{
				entry("2001:db8::/32", 40, 48), entry("2001:db8:ffff::/48", 48, 128),
				entry("2001:db8:ffff:ffff::1/128", 128, 128),
			}},
		},
		Import: []policies.Statement{
			{Name: "depeer/depeer-prefix4/11111111",
				Conditions: policies.Conditions{PrefixSet: where("depeer/depeer/prefix4/0a1b2c3d")},
				Actions:    policies.Actions{Reject: true}},
			{Name: "depeer/depeer-prefix6/22222222",
				Conditions: policies.Conditions{PrefixSet: where("depeer/depeer/prefix6/4e5f6071")},
				Actions:    policies.Actions{Reject: true}},
		},
	}
}

// pathsOnly has each fast form, with the ASNs at the ends of the ranges.
func pathsOnly() *policies.RoutingPolicy {
	return &policies.RoutingPolicy{
		Sets: []policies.Set{
			{Name: "depeer/spared/prefix4/89abcdef",
				Elements: policies.Prefixes{entry("203.0.113.0/25", 25, 32)}},
			{Name: "depeer/depeer/as-path/01234567", Elements: policies.ASPaths{
				{ASN: 1, Where: filters.Origin}, {ASN: 6500, Where: filters.Path},
				{ASN: 65001, Where: filters.Neighbor},
				{ASN: 65536, Where: filters.Path}, {ASN: 4294967294, Where: filters.Origin},
				{ASN: 4294967294, Where: filters.Neighbor},
			}},
		},
		Import: []policies.Statement{{
			Name: "depeer/depeer-as-path4/33333333",
			Conditions: policies.Conditions{
				PrefixSet: notWhere("depeer/spared/prefix4/89abcdef"),
				ASPathSet: where("depeer/depeer/as-path/01234567"),
			},
			Actions: policies.Actions{Reject: true},
		}},
	}
}

// marks is mark, then act, with a group and its exceptions.
func marks() *policies.RoutingPolicy {
	all := policies.LargeCommunityPattern{LargeCommunity: policies.LargeCommunity{Global: 64500, Local1: 66600},
		AnyLocal2: true}
	treated := policies.LargeCommunity{Global: 64500, Local1: 66600, Local2: 1}
	excepted := policies.LargeCommunity{Global: 64500, Local1: 66600, Local2: 1001}
	const any, seen = "depeer/marks/large-community/00000001", "depeer/marks/large-community/00000002"
	drop := policies.Actions{DropLargeCommunities: []policies.LargeCommunityPattern{all}}
	return &policies.RoutingPolicy{
		Sets: []policies.Set{
			{Name: "depeer/tag/prefix4/44444444",
				Elements: policies.Prefixes{entry("192.0.2.0/24", 24, 32)}},
			{Name: "depeer/deprefer/as-path/55555555",
				Elements: policies.ASPaths{{ASN: 64999, Where: filters.Path}}},
			{Name: "depeer/deprefer/as-path/66666666",
				Elements: policies.ASPaths{{ASN: 64997, Where: filters.Path},
					{ASN: 64998, Where: filters.Path}}},
			{Name: any, Elements: policies.LargeCommunities{all}},
			{Name: seen, Elements: policies.LargeCommunities{{LargeCommunity: treated},
				{LargeCommunity: excepted}}},
		},
		Import: []policies.Statement{
			{Name: "depeer/scrub/77777777", Conditions: policies.Conditions{LargeCommunitySet: where(any)},
				Actions: drop},
			{Name: "depeer/deprefer-except1/88888888",
				Conditions: policies.Conditions{ASPathSet: where("depeer/deprefer/as-path/66666666")},
				Actions:    policies.Actions{AddLargeCommunities: []policies.LargeCommunity{excepted}}},
			{
				Name: "depeer/deprefer-group1/99999999",
				Conditions: policies.Conditions{ASPathSet: where("depeer/deprefer/as-path/55555555"),
					LargeCommunitySet: notWhere(seen)},
				Actions: policies.Actions{LocalPref: 50, Prepend: 2,
					AddLargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}, treated}},
			},
			{
				Name: "depeer/tag-prefix4/aaaaaaaa",
				Conditions: policies.Conditions{PrefixSet: where("depeer/tag/prefix4/44444444"),
					LargeCommunitySet: notWhere(seen)},
				Actions: policies.Actions{AddLargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666,
					Local2: 2}}},
			},
			{Name: "depeer/clean/bbbbbbbb", Conditions: policies.Conditions{LargeCommunitySet: where(any)},
				Actions: drop},
		},
	}
}

// everyAction has each action, alone and all together, at the ends of its range.
func everyAction() *policies.RoutingPolicy {
	med := func(v uint32) *uint32 { return &v }
	actions := []policies.Actions{
		{},
		{Reject: true},
		{LocalPref: 1},
		{LocalPref: 4294967295},
		{MED: med(0)},
		{MED: med(4294967295)},
		{Prepend: 255},
		{Communities: []policies.Community{64500<<16 | 666, 0xffff029a, 0}},
		{AddLargeCommunities: []policies.LargeCommunity{{Global: 4294967295, Local1: 4294967295, Local2: 4294967295}}},
		{DropLargeCommunities: []policies.LargeCommunityPattern{{LargeCommunity: policies.LargeCommunity{Global: 64500,
			Local1: 666, Local2: 1}}, {LargeCommunity: policies.LargeCommunity{Global: 64500, Local1: 66600},
			AnyLocal2: true}}},
		{LocalPref: 50, MED: med(100), Prepend: 1, Communities: []policies.Community{64500<<16 | 1},
			AddLargeCommunities: []policies.LargeCommunity{{Global: 1, Local1: 2, Local2: 3}}},
	}
	p := &policies.RoutingPolicy{Sets: []policies.Set{{Name: "depeer/every/prefix4/cccccccc",
		Elements: policies.Prefixes{entry("0.0.0.0/0", 0, 32)}}}}
	for i, a := range actions {
		p.Import = append(p.Import, policies.Statement{
			Name:       "depeer/every/" + string(rune('a'+i)),
			Conditions: policies.Conditions{PrefixSet: where("depeer/every/prefix4/cccccccc")},
			Actions:    a,
		})
	}
	return p
}

// exports has statements in both policies, one of them without a condition.
func exports() *policies.RoutingPolicy {
	return &policies.RoutingPolicy{
		Sets: []policies.Set{{Name: "depeer/tags/large-community/dddddddd",
			Elements: policies.LargeCommunities{{LargeCommunity: policies.LargeCommunity{Global: 64500,
				Local1: 667, Local2: 7}}}}},
		Import: []policies.Statement{{Name: "depeer/all/eeeeeeee",
			Actions: policies.Actions{AddLargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 667,
				Local2: 7}}}}},
		Export: []policies.Statement{{
			Name:       "depeer/choice/ffffffff",
			Conditions: policies.Conditions{LargeCommunitySet: where("depeer/tags/large-community/dddddddd")},
			Actions:    policies.Actions{Reject: true},
		}},
	}
}

// choices are what build.Policy makes of three members' choices about two lists: each kind of
// statement, and each kind of action on export.
func choices() *policies.RoutingPolicy {
	list := func(name string, e filters.Entry) build.ChosenList {
		f := filters.Filter{Treatment: "choice", ASNs: []filters.ASMatch{{ASN: 64999}}}
		if e.Prefix.Addr().Is4() {
			f.Prefixes.IPv4 = []filters.Entry{e}
		} else {
			f.Prefixes.IPv6 = []filters.Entry{e}
		}
		return build.ChosenList{Name: name, Compiled: &filters.Compiled{Filters: []filters.Filter{f}}}
	}
	chooser := func(bad, worse policies.MemberPolicy, addresses ...string) build.Chooser {
		c := build.Chooser{Policies: map[string]policies.MemberPolicy{"bad": bad, "worse": worse}}
		for _, a := range addresses {
			c.Addresses = append(c.Addresses, netip.MustParseAddr(a))
		}
		return c
	}
	med := uint32(100)
	deprefer := policies.Treatment{Name: "deprefer", LocalPref: 50, MED: &med, Prepend: 2,
		Communities:      []policies.Community{64500<<16 | 666},
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}}}
	tag := policies.Treatment{Name: "tag",
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 2}}}
	return build.PolicyWithChoices(&filters.Compiled{Filters: []filters.Filter{
		{Treatment: "deprefer", ASNs: []filters.ASMatch{{ASN: 64998}}},
		{Treatment: "tag", Prefixes: filters.Entries{IPv4: []filters.Entry{entry("192.0.2.0/24", 24, 32)}}},
	}}, []policies.Treatment{deprefer, tag}, 64500, build.Choices{
		Lists: []build.ChosenList{list("bad", entry("192.0.2.0/24", 24, 32)),
			list("worse", entry("2001:db8::/32", 32, 128))},
		Members: []build.Chooser{
			chooser(policies.Refuse, policies.Deprefer, "203.0.113.11", "2001:db9:1::11"),
			chooser(policies.Tag, policies.Deprefer, "203.0.113.12"),
			chooser(policies.Refuse, policies.Refuse, "2001:db9:1::13"),
		},
		Deprefer: deprefer, Tag: tag,
	})
}
