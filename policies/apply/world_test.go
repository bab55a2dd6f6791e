package apply_test

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

const asn = filters.ASN(64500)

var (
	seven      = uint32(7)
	treatments = append(policies.Builtin(asn),
		policies.Treatment{Name: "last", MED: &seven, Communities: []policies.Community{64500<<16 | 9}},
		policies.Treatment{Name: "idle"})

	server = plan.Server{RouterID: netip.MustParseAddr("192.0.2.1"), ASN: asn}

	// theirs are the operator's policies. "op-late" stands behind ours and decides.
	theirs = map[string]plantest.Operator{
		"op-tag":    {Community: 64500<<16 | 1},
		"op-mark":   {Community: 64500<<16 | 2},
		"op-accept": {Community: 64500<<16 | 3, Decision: plan.Accept},
		"op-refuse": {Decision: plan.Reject},
	}
)

// The exchange of the tests: members with all kinds of lists, ours in none.
//
//	127.0.0.2   nothing of the operator's
//	127.0.0.3   op-tag, op-accept; and rejects what nothing decides
//	127.0.0.4   op-mark
//	127.0.0.5   op-refuse: nothing comes through
//	2001:db9::6 op-tag
//	127.0.0.7   no route-server client
//	127.0.0.8   announces nothing that is ever listed
func exchange() *plantest.Model {
	m := plantest.New(server)
	m.ByHand(func(o *plantest.Objects) {
		for name, policy := range theirs {
			o.Operators[name] = policy
		}
	})
	m.Load(&policies.RoutingPolicy{})
	for _, c := range []struct {
		address  string
		policies []string
		reject   bool
		other    bool
	}{
		{"127.0.0.2", nil, false, false},
		{"127.0.0.3", []string{"op-tag", "op-accept"}, true, false},
		{"127.0.0.4", []string{"op-mark"}, false, false},
		{"127.0.0.5", []string{"op-refuse"}, false, false},
		{"2001:db9::6", []string{"op-tag"}, false, false},
		{"127.0.0.7", nil, false, true},
		{"127.0.0.8", []string{"op-mark"}, false, false},
	} {
		a := netip.MustParseAddr(c.address)
		client := plan.Client{Address: a, ASN: asnOf(a), RouteServer: !c.other, Up: true}
		client.Import = plan.Assignment{Policies: c.policies, Default: plan.Accept}
		client.Export = plan.Assignment{Default: plan.Accept}
		if c.reject {
			client.Import.Default = plan.Reject
		}
		m.AddClient(client)
		m.Announce(a, announcements(a)...)
	}
	return m
}

func asnOf(a netip.Addr) filters.ASN { return 65000 + filters.ASN(a.AsSlice()[len(a.AsSlice())-1]) }

var prefixes = []string{
	"10.0.0.0/9", "10.0.0.0/16", "10.0.0.0/24", "10.0.0.128/25", "10.1.0.0/16", "10.1.2.0/24", "192.0.2.0/24",
	"192.0.2.0/28",
	"198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "2001:db8::/48", "2001:db8:1::/48",
}

// announcements are routes that lists of the tests are about, for most members.
func announcements(a netip.Addr) []policies.Route {
	self := asnOf(a)
	if self == 65008 {
		return []policies.Route{{Prefix: netip.MustParsePrefix("203.0.113.0/24"), Path: []filters.ASN{self}}}
	}
	paths := [][]filters.ASN{{self}, {self, 64999}, {self, 64998, 64991}, {self, 64998, 64997}, {self, self, self}}
	var out []policies.Route
	for i, p := range prefixes {
		out = append(out, policies.Route{Prefix: netip.MustParsePrefix(p), Path: paths[(i+int(self))%len(paths)]})
	}
	return out
}

func entries(list ...string) filters.Entries {
	var e filters.Entries
	for _, s := range list {
		p := netip.MustParsePrefix(s)
		entry := filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())}
		if p.Addr().Is4() {
			e.IPv4 = append(e.IPv4, entry)
		} else {
			e.IPv6 = append(e.IPv6, entry)
		}
	}
	return filters.Entries{IPv4: filters.Normalise(e.IPv4), IPv6: filters.Normalise(e.IPv6)}
}

// Two lists. From a to b treatments move, entries nest, come and go, and prepends
// with them.
var (
	a = &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: entries("10.0.0.0/16", "2001:db8::/48"),
			ASNs: []filters.ASMatch{{ASN: 64999, Where: filters.Origin}}},
		{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24"),
			Groups: []filters.Group{{ASNs: []filters.ASN{64998}, Except: []filters.ASN{64997}}}},
		{Treatment: "last", Prefixes: entries("198.51.100.0/24")},
	}}
	b = &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: entries("10.0.0.128/25", "192.0.2.0/28")},
		{Treatment: "deprefer", Prefixes: entries("10.0.0.0/9", "2001:db8::/32"),
			ASNs: []filters.ASMatch{{ASN: 64998, Where: filters.Path}}},
		{Treatment: "tag", Prefixes: entries("192.0.2.0/24"),
			ASNs: []filters.ASMatch{{ASN: 65002, Where: filters.Neighbor}}},
	}, Protected: entries("10.1.0.0/16")}
)

func buildPolicy(c *filters.Compiled) *policies.RoutingPolicy {
	return build.Policy(c, treatments, asn)
}

// meant is the oracle: what a route comes out as, read naively off a list. ours
// says whether the client is asked to obey it.
func meant(c *filters.Compiled, ours bool, list []string, reject bool, r policies.Route) (policies.Route, bool) {
	if ours && c != nil {
		var ok bool
		if r, ok = treated(c, r); !ok {
			return r, false
		}
	}
	for _, name := range list {
		o, known := theirs[name]
		if !known {
			continue
		}
		if o.Community != 0 {
			r.Communities = append(slices.Clone(r.Communities), o.Community)
		}
		if o.Decision != plan.None {
			return r, o.Decision == plan.Accept
		}
	}
	return r, !reject
}

func treated(c *filters.Compiled, r policies.Route) (policies.Route, bool) {
	spared := covers(c.Protected, r.Prefix)
	for _, f := range c.Filters {
		hit := covers(f.Prefixes, r.Prefix)
		for _, m := range f.ASNs {
			hit = hit || !spared && at(r.Path, m)
		}
		for _, g := range f.Groups {
			in := func(asn filters.ASN) bool { return slices.Contains(r.Path, asn) }
			hit = hit || !spared && slices.ContainsFunc(g.ASNs, in) && !slices.ContainsFunc(g.Except, in)
		}
		if !hit {
			continue
		}
		t := treatments[slices.IndexFunc(treatments, func(t policies.Treatment) bool { return t.Name == f.Treatment })]
		if t.Reject {
			return r, false
		}
		if t.LocalPref != 0 {
			r.LocalPref = t.LocalPref
		}
		if t.MED != nil {
			r.MED = t.MED
		}
		r.Path = append(slices.Repeat(r.Path[:1], int(t.Prepend)), r.Path...)
		r.Communities = slices.Concat(r.Communities, t.Communities)
		r.LargeCommunities = slices.Concat(r.LargeCommunities, t.LargeCommunities)
		return r, true
	}
	return r, true
}

func covers(e filters.Entries, p netip.Prefix) bool {
	return slices.ContainsFunc(slices.Concat(e.IPv4, e.IPv6), func(e filters.Entry) bool {
		return e.Prefix.Addr().Is4() == p.Addr().Is4() && e.Prefix.Contains(p.Addr()) && e.Prefix.Bits() <= p.Bits() &&
			int(e.Min) <= p.Bits() && p.Bits() <= int(e.Max)
	})
}

func at(path []filters.ASN, m filters.ASMatch) bool {
	switch {
	case len(path) == 0:
		return false
	case m.Where == filters.Origin:
		return path[len(path)-1] == m.ASN
	case m.Where == filters.Neighbor:
		return path[0] == m.ASN
	default:
		return slices.Contains(path, m.ASN)
	}
}
