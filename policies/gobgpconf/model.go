package gobgpconf

import (
	"net/netip"
	"strconv"

	"depeer/policies"
)

// configuration returns p in gobgpd's keys. Both policies are always defined: a
// list that names a policy which is not makes gobgpd refuse every route.
func configuration(p *policies.RoutingPolicy) table {
	var sets, bgp, c table
	sets.add("prefix-sets", setTables(p, prefixSet))
	sets.add("neighbor-sets", setTables(p, neighborSet))
	bgp.add("as-path-sets", setTables(p, asPathSet))
	bgp.add("large-community-sets", setTables(p, largeCommunitySet))
	sets.add("bgp-defined-sets", bgp)
	c.add("defined-sets", sets)
	c.add("policy-definitions", []table{
		definition(policies.ImportPolicy, p.Import),
		definition(policies.ExportPolicy, p.Export),
	})
	return c
}

func each[T, R any](list []T, f func(T) R) []R {
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

func prefixSet(name string, entries policies.Prefixes) table {
	list := make([]table, len(entries))
	for i, e := range entries {
		// Without a range gobgpd takes the prefix alone, over gRPC none at all.
		lengths := strconv.Itoa(int(e.Min)) + ".." + strconv.Itoa(int(e.Max))
		list[i] = table{{"ip-prefix", e.Prefix.String()}, {"masklength-range", lengths}}
	}
	return table{{"prefix-set-name", name}, {"prefix-list", list}}
}

func neighborSet(name string, addresses policies.Neighbors) table {
	hosts := each(addresses, func(a netip.Addr) string { return netip.PrefixFrom(a, a.BitLen()).String() })
	return table{{"neighbor-set-name", name}, {"neighbor-info-list", hosts}}
}

func asPathSet(name string, patterns policies.ASPaths) table {
	return table{{"as-path-set-name", name}, {"as-path-list", each(patterns, policies.ASPathPattern.String)}}
}

func largeCommunitySet(name string, patterns policies.LargeCommunities) table {
	return table{{"large-community-set-name", name},
		{"large-community-list", each(patterns, policies.LargeCommunityPattern.String)}}
}

func definition(name string, statements []policies.Statement) table {
	t := table{{"name", name}}
	t.add("statements", each(statements, statement))
	return t
}

func statement(s policies.Statement) table {
	t := table{{"name", s.Name}}
	t.add("conditions", conditions(s.Conditions))
	t.add("actions", actions(s.Actions))
	return t
}

func conditions(c policies.Conditions) table {
	var t, bgp table
	t.add("match-prefix-set", match("prefix-set", c.PrefixSet))
	t.add("match-neighbor-set", match("neighbor-set", c.NeighborSet))
	bgp.add("match-as-path-set", match("as-path-set", c.ASPathSet))
	bgp.add("match-large-community-set", match("large-community-set", c.LargeCommunitySet))
	t.add("bgp-conditions", bgp)
	return t
}

func match(key string, c policies.Condition) table {
	switch {
	case c.Set == "":
		return nil
	case c.Invert:
		return table{{key, c.Set}, {"match-set-options", "invert"}}
	default:
		return table{{key, c.Set}, {"match-set-options", "any"}}
	}
}

// actions always says what becomes of the route: "none" lets it go on to the
// next statement, and to the operator's own policies.
func actions(a policies.Actions) table {
	var bgp table
	if a.Prepend != 0 {
		bgp.add("set-as-path-prepend", table{{"as", "last-as"}, {"repeat-n", uint32(a.Prepend)}})
	}
	if len(a.DropCommunities) != 0 {
		bgp.add("set-community", community("set-community-method", "remove",
			each(a.DropCommunities, policies.Community.String)))
	} else {
		bgp.add("set-community", community("set-community-method", "add",
			each(a.Communities, policies.Community.String)))
	}
	if a.LocalPref != 0 {
		bgp.add("set-local-pref", a.LocalPref)
	}
	if a.MED != nil {
		// A sign, even a plus, would add to the MED instead of replacing it.
		bgp.add("set-med", strconv.FormatUint(uint64(*a.MED), 10))
	}
	if len(a.DropLargeCommunities) != 0 {
		bgp.add("set-large-community", community("set-large-community-method", "remove",
			each(a.DropLargeCommunities, policies.LargeCommunityPattern.String)))
	} else {
		bgp.add("set-large-community", community("set-large-community-method", "add",
			each(a.AddLargeCommunities, policies.LargeCommunity.String)))
	}
	disposition := "none"
	if a.Reject {
		disposition = "reject-route"
	}
	t := table{{"route-disposition", disposition}}
	t.add("bgp-actions", bgp)
	return t
}

// community spells the option in small letters: any other is read as "add".
func community(method, option string, list []string) table {
	if len(list) == 0 {
		return nil
	}
	return table{{"options", option}, {method, table{{"communities-list", list}}}}
}
