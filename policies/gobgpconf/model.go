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
	sets.addKey("prefix-sets", setTables(p, prefixSetTable))
	sets.addKey("neighbor-sets", setTables(p, neighborSetTable))
	bgp.addKey("as-path-sets", setTables(p, asPathSet))
	bgp.addKey("large-community-sets", setTables(p, largeCommunitySet))
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

// setTables returns the sets of p whose elements are of type E.
func setTables[E policies.Elements](p *policies.RoutingPolicy, f func(name string, elements E) table) []table {
	out := []table{}
	for name, elements := range policies.SetsOf[E](p) {
		out = append(out, f(name, elements))
	}
	return out
}

func prefixSetTable(name string, entries policies.Prefixes) table {
	list := make([]table, len(entries))
	for i, e := range entries {
		// Without a range gobgpd takes the prefix alone, over gRPC none at all.
		lengths := strconv.Itoa(int(e.Min)) + ".." + strconv.Itoa(int(e.Max))
		list[i] = table{{"ip-prefix", e.Prefix.String()}, {"masklength-range", lengths}}
	}
	return table{{"prefix-set-name", name}, {"prefix-list", list}}
}

func neighborSetTable(name string, addresses policies.Neighbors) table {
	hosts := mapSlice(addresses, func(a netip.Addr) string { return netip.PrefixFrom(a, a.BitLen()).String() })
	return table{{"neighbor-set-name", name}, {"neighbor-info-list", hosts}}
}

func asPathSet(name string, patterns policies.ASPaths) table {
	return table{{"as-path-set-name", name}, {"as-path-list", mapSlice(patterns, policies.ASPathPattern.String)}}
}

func largeCommunitySet(name string, patterns policies.LargeCommunities) table {
	return table{{"large-community-set-name", name},
		{"large-community-list", mapSlice(patterns, policies.LargeCommunityPattern.String)}}
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
