package plan_test

import (
	"fmt"
	"net/netip"
	"slices"

	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// chooser returns a number from 0 to n-1. All is drawn from a small world, so
// that generations share sets, entries nest, and routes meet them.
type chooser func(n int) int

func choose(t *rapid.T) chooser {
	return func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") }
}

func (c chooser) oneIn(n int) bool { return c(n) == 0 }

func pick[E any](c chooser, from ...E) E { return from[c(len(from))] }

const asn = filters.ASN(64500)

var treatments = append(policies.Builtin(asn), policies.Treatment{Name: "idle"})

func (c chooser) prefix() netip.Prefix {
	return netip.MustParsePrefix(pick(c, "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24", "10.1.0.0/16", "192.0.2.0/24",
		"2001:db8::/32", "2001:db8::/48"))
}

func (c chooser) entries() filters.Entries {
	var four, six []filters.Entry
	for range c(4) {
		p := c.prefix()
		e := filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())}
		if c.oneIn(3) {
			e.Max = e.Min
		}
		if p.Addr().Is4() {
			four = append(four, e)
		} else {
			six = append(six, e)
		}
	}
	return filters.Entries{IPv4: filters.Normalise(four), IPv6: filters.Normalise(six)}
}

// choices are about up to two lists. Their members are clients of the tests, and one
// that is none.
func (c chooser) choices() build.Choices {
	out := build.Choices{Deprefer: treatments[1], Tag: treatments[2]}
	for _, name := range []string{"bad", "worse"}[:c(3)] {
		f := filters.Filter{Treatment: "choice", Prefixes: c.entries()}
		if f.Prefixes.Len() == 0 || c.oneIn(3) {
			f.ASNs = []filters.ASMatch{{ASN: filters.ASN(64990 + c(3))}}
		}
		out.Lists = append(out.Lists, build.ChosenList{Name: name,
			Compiled: &filters.Compiled{Filters: []filters.Filter{f}}})
	}
	for _, addresses := range [][]string{{"127.0.0.2", "2001:db9::2"}, {"127.0.0.3"}, {"2001:db9::3", "192.0.2.9"}} {
		m := build.Chooser{Policies: map[string]policies.MemberPolicy{}}
		for _, a := range addresses {
			m.Addresses = append(m.Addresses, netip.MustParseAddr(a))
		}
		for _, name := range []string{"bad", "worse"} {
			if !c.oneIn(3) {
				m.Policies[name] = pick(c, policies.Refuse, policies.Deprefer, policies.Tag)
			}
		}
		out.Members = append(out.Members, m)
	}
	return out
}

// policy is what build.Policy makes of a few filters, and of choices; at times it is empty.
func (c chooser) policy() *policies.RoutingPolicy {
	compiled := &filters.Compiled{}
	for _, t := range treatments {
		if c.oneIn(2) {
			continue
		}
		f := filters.Filter{Treatment: t.Name, Prefixes: c.entries()}
		if c.oneIn(3) {
			f.ASNs = []filters.ASMatch{{ASN: filters.ASN(64990 + c(3))}}
		}
		if c.oneIn(5) {
			f.Groups = []filters.Group{{ASNs: []filters.ASN{64995}, Except: []filters.ASN{64997}}}
		}
		if f.Prefixes.Len()+len(f.ASNs)+len(f.Groups) > 0 {
			compiled.Filters = append(compiled.Filters, f)
		}
	}
	if c.oneIn(4) {
		compiled.Protected = filters.Entries{IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("10.1.0.0/16"),
			Min: 16,
			Max: 32}}}
	}
	var choices build.Choices
	if c.oneIn(2) {
		choices = c.choices()
	}
	p := build.PolicyWithChoices(compiled, treatments, asn, choices)
	p.Sessions = c.sessions()
	return p
}

// sessions are of the first members, at times; some are told this, some that.
func (c chooser) sessions() []policies.Session {
	var out []policies.Session
	for i := range 3 {
		if c.oneIn(3) {
			out = append(out, policies.Session{ASN: filters.ASN(65000 + i), Message: pick(c, "this", "that")})
		}
	}
	return out
}

var server = plan.Server{RouterID: netip.MustParseAddr("192.0.2.1"), ASN: asn}

// operators are policies of the operator's, by name.
var operators = map[string]plantest.Operator{
	"op-tag":    {Community: 64500<<16 | 1},
	"op-mark":   {Community: 64500<<16 | 2},
	"op-accept": {Community: 64500<<16 | 3, Decision: plan.Accept},
}

// client's lists have at times ours, and theirs before or behind it; nothing that
// accepts before ours.
func (c chooser) client(n int) plan.Client {
	k := plan.Client{
		Address: netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + n)}), ASN: filters.ASN(65000 + n),
		RouteServer: !c.oneIn(6), Up: true,
	}
	if c.oneIn(3) {
		k.Address = netip.MustParseAddr(fmt.Sprintf("2001:db9::%d", 2+n))
	}
	if k.AdminDown = c.oneIn(6); k.AdminDown { // by the operator
		k.Up, k.DownInFile = false, c.oneIn(2)
	}
	if !k.RouteServer {
		return k
	}
	k.Import.Default, k.Export.Default = pick(c, plan.Accept, plan.Accept, plan.Reject), plan.Accept
	k.Import.Policies = pick(c, nil, []string{"op-tag"}, []string{"op-mark", "op-accept"})
	if !c.oneIn(3) {
		k.Import.Policies = slices.Concat(pick(c, nil, []string{"op-tag"}), []string{policies.ImportPolicy},
			pick(c, nil, []string{"op-mark"}, []string{"op-accept"}))
	}
	if !c.oneIn(3) {
		k.Export.Policies = []string{policies.ExportPolicy}
	}
	return k
}

// server is a route server that has both definitions, with p in them, and clients.
func (c chooser) server(p *policies.RoutingPolicy) *plantest.Model {
	m := plantest.New(server)
	m.ByHand(func(o *plantest.Objects) {
		for name, policy := range operators {
			o.Operators[name] = policy
		}
	})
	m.Load(p)
	for i := range 1 + c(3) {
		m.AddClient(c.client(i))
	}
	return m
}

// routes are all that is looked at: some of each prefix.
var routes = func() []policies.Route {
	var out []policies.Route
	for i, prefix := range []string{"10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/25", "10.1.0.0/16", "192.0.2.0/24",
		"203.0.113.0/24", "2001:db8::/32", "2001:db8::/64"} {
		r := policies.Route{Prefix: netip.MustParsePrefix(prefix), Path: []filters.ASN{65000, 64990}}
		switch i % 4 {
		case 1:
			r.Path = []filters.ASN{65000, 64995, 64991}
		case 2:
			r.Path = []filters.ASN{65000, 64995, 64997}
			r.LargeCommunities = []policies.LargeCommunity{{Global: uint32(asn), Local1: 66600, Local2: 1}}
		}
		out = append(out, r)
	}
	return out
}()

// policyOf refuses prefixes, and de-prefers an ASN.
func policyOf(prefixes ...string) *policies.RoutingPolicy {
	var entries []filters.Entry
	for _, p := range prefixes {
		prefix := netip.MustParsePrefix(p)
		entries = append(entries, filters.Entry{Prefix: prefix, Min: uint8(prefix.Bits()), Max: 32})
	}
	return build.Policy(&filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: filters.Entries{IPv4: entries}},
		{Treatment: "deprefer", ASNs: []filters.ASMatch{{ASN: 64990}}},
	}}, treatments, asn)
}
