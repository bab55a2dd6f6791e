package gobgpconf

import (
	"net/netip"
	"strconv"

	"depeer/policies"
)

// buildConfiguration returns p in gobgpd's keys. Both policies are always defined: a
// list that names a policy which is not makes gobgpd refuse every route.
func buildConfiguration(p *policies.RoutingPolicy) table {
	var sets, bgp, c table
	sets.addKey("prefix-sets", mapSlice(p.PrefixSets, prefixSetTable))
	sets.addKey("neighbor-sets", mapSlice(p.NeighborSets, neighborSetTable))
	bgp.addKey("as-path-sets", mapSlice(p.ASPathSets, asPathSet))
	bgp.addKey("large-community-sets", mapSlice(p.LargeCommunitySets, largeCommunitySet))
	sets.addKey("bgp-defined-sets", bgp)
	c.addKey("defined-sets", sets)
	c.addKey("policy-definitions", []table{
		definitionTable(policies.ImportPolicy, p.Import),
		definitionTable(policies.ExportPolicy, p.Export),
	})
	return c
}

func mapSlice[T, R any](list []T, f func(T) R) []R {
	out := make([]R, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func prefixSetTable(s policies.PrefixSet) table {
	list := make([]table, len(s.Entries))
	for i, e := range s.Entries {
		// Without a range gobgpd takes the prefix alone, over gRPC none at all.
		lengths := strconv.Itoa(int(e.Min)) + ".." + strconv.Itoa(int(e.Max))
		list[i] = table{{"ip-prefix", e.Prefix.String()}, {"masklength-range", lengths}}
	}
	return table{{"prefix-set-name", s.Name}, {"prefix-list", list}}
}

func neighborSetTable(s policies.NeighborSet) table {
	hosts := mapSlice(s.Addresses, func(a netip.Addr) string { return netip.PrefixFrom(a, a.BitLen()).String() })
	return table{{"neighbor-set-name", s.Name}, {"neighbor-info-list", hosts}}
}

func asPathSet(s policies.ASPathSet) table {
	return table{{"as-path-set-name", s.Name}, {"as-path-list", mapSlice(s.Patterns, policies.ASPathPattern.String)}}
}

func largeCommunitySet(s policies.LargeCommunitySet) table {
	return table{{"large-community-set-name", s.Name},
		{"large-community-list", mapSlice(s.Patterns, policies.LargeCommunityPattern.String)}}
}

func definitionTable(name string, statements []policies.Statement) table {
	t := table{{"name", name}}
	t.addKey("statements", mapSlice(statements, statementTable))
	return t
}

func statementTable(s policies.Statement) table {
	t := table{{"name", s.Name}}
	t.addKey("conditions", conditionsTable(s.Conditions))
	t.addKey("actions", actionsTable(s.Actions))
	return t
}

func conditionsTable(c policies.Conditions) table {
	var t, bgp table
	t.addKey("match-prefix-set", matchTable("prefix-set", c.PrefixSet))
	t.addKey("match-neighbor-set", matchTable("neighbor-set", c.NeighborSet))
	bgp.addKey("match-as-path-set", matchTable("as-path-set", c.ASPathSet))
	bgp.addKey("match-large-community-set", matchTable("large-community-set", c.LargeCommunitySet))
	t.addKey("bgp-conditions", bgp)
	return t
}

func matchTable(key string, c policies.Condition) table {
	switch {
	case c.Set == "":
		return nil
	case c.Invert:
		return table{{key, c.Set}, {"match-set-options", "invert"}}
	default:
		return table{{key, c.Set}, {"match-set-options", "any"}}
	}
}

// actionsTable always writes a disposition: "none" passes the route on to the next
// statement, and to the operator's own policies.
func actionsTable(a policies.Actions) table {
	var bgp table
	if a.Prepend != 0 {
		bgp.addKey("set-as-path-prepend", table{{"as", "last-as"}, {"repeat-n", uint32(a.Prepend)}})
	}
	if len(a.DropCommunities) != 0 {
		bgp.addKey("set-community", communityTable("set-community-method", "remove",
			mapSlice(a.DropCommunities, policies.Community.String)))
	} else {
		bgp.addKey("set-community", communityTable("set-community-method", "add",
			mapSlice(a.Communities, policies.Community.String)))
	}
	if a.LocalPref != 0 {
		bgp.addKey("set-local-pref", a.LocalPref)
	}
	if a.MED != nil {
		// A sign, even a plus, would add to the MED instead of replacing it.
		bgp.addKey("set-med", strconv.FormatUint(uint64(*a.MED), 10))
	}
	if len(a.DropLargeCommunities) != 0 {
		bgp.addKey("set-large-community", communityTable("set-large-community-method", "remove",
			mapSlice(a.DropLargeCommunities, policies.LargeCommunityPattern.String)))
	} else {
		bgp.addKey("set-large-community", communityTable("set-large-community-method", "add",
			mapSlice(a.AddLargeCommunities, policies.LargeCommunity.String)))
	}
	disposition := "none"
	if a.Reject {
		disposition = "reject-route"
	}
	t := table{{"route-disposition", disposition}}
	t.addKey("bgp-actions", bgp)
	return t
}

// communityTable spells the option in small letters: gobgpd reads any other spelling as "add".
func communityTable(method, option string, list []string) table {
	if len(list) == 0 {
		return nil
	}
	return table{{"options", option}, {method, table{{"communities-list", list}}}}
}
