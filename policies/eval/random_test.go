package eval_test

import (
	"fmt"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// chooser returns a number from 0 to n-1. With rapid behind it, what it makes
// shrinks; with a seeded generator, it is fast. Everything is drawn from small
// worlds, so that routes meet entries, and entries each other.
type chooser func(n int) int

func (c chooser) oneIn(n int) bool { return c(n) == 0 }

func pick[E any](c chooser, from []E) E { return from[c(len(from))] }

// some returns up to n elements.
func some[E any](c chooser, n int, draw func() E) []E {
	var out []E
	for range c(n + 1) {
		out = append(out, draw())
	}
	return out
}

// prefix is near 10.0.0.0/8 or 2001:db8::/32, with few different bits.
func (c chooser) prefix(v6 bool) netip.Prefix {
	if v6 {
		a := netip.MustParseAddr("2001:db8::").As16()
		for i := 4; i < 8; i++ {
			a[i] = pick(c, []byte{0, 0, 1, 0x80, 0xff})
		}
		p, _ := netip.AddrFrom16(a).Prefix(pick(c, []int{31, 32, 33, 40, 47, 48, 49, 56, 63, 64, 128}))
		return p
	}
	a := [4]byte{pick(c, []byte{10, 10, 10, 11}), pick(c, []byte{0, 1, 128}), pick(c, []byte{0, 1, 128, 255}),
		pick(c, []byte{0, 128, 255})}
	p, _ := netip.AddrFrom4(a).Prefix(pick(c, []int{7, 8, 9, 15, 16, 17, 22, 23, 24, 25, 32}))
	return p
}

// entry matches a prefix and more specifics, itself alone, or a range.
func (c chooser) entry(v6 bool) filters.Entry {
	p := c.prefix(v6)
	e := filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())}
	switch c(3) {
	case 0:
		e.Max = e.Min
	case 1:
		e.Min += uint8(c(min(4, int(e.Max-e.Min)+1)))
		e.Max = e.Min + uint8(c(min(9, int(e.Max-e.Min)+1)))
	}
	return e
}

var asns = []filters.ASN{1, 12, 21, 65001, 6500, 650010, 4200000000, 4294967294}

func (c chooser) asn() filters.ASN { return pick(c, asns) }

var globals = []uint32{64500, 4294967294, 164500}

func (c chooser) largeCommunity() policies.LargeCommunity {
	return policies.LargeCommunity{Global: pick(c, globals), Local1: pick(c, []uint32{666, 66600, 6660}),
		Local2: pick(c, []uint32{0, 1, 11, 1001})}
}

func (c chooser) community() policies.Community {
	return policies.Community(pick(c, []uint32{64500<<16 | 1, 64500<<16 | 666, 65535<<16 | 666}))
}

// route has a path of up to five ASNs, at times with AS_SETs or repeated ones.
func (c chooser) route() policies.Route {
	r := policies.Route{Prefix: c.prefix(c.oneIn(3)), Peer: netip.MustParseAddr("127.0.0.2")}
	for range c(6) {
		a := c.asn()
		if c.oneIn(8) {
			a = 0
		}
		r.Path = append(r.Path, slices.Repeat([]filters.ASN{a}, 1+c(8)/7)...)
	}
	if c.oneIn(2) {
		m := uint32(c(100))
		r.MED = &m
	}
	r.Communities = some(c, 2, c.community)
	r.LargeCommunities = some(c, 3, c.largeCommunity)
	return r
}

// actions change nothing at times, and at times refuse.
func (c chooser) actions() policies.Actions {
	var a policies.Actions
	switch c(5) {
	case 0:
		return policies.Actions{Reject: true}
	case 1:
		a.DropLargeCommunities = some(c, 2, c.pattern)
	default:
		a.AddLargeCommunities = some(c, 2, c.largeCommunity)
	}
	a.LocalPref = uint32(c(3))
	if c(4) > 0 {
		m := uint32(c(100))
		a.MED = &m
	}
	a.Prepend = uint8(c(4))
	if c.oneIn(4) {
		a.DropCommunities = some(c, 2, c.community)
	} else {
		a.Communities = some(c, 2, c.community)
	}
	return a
}

func (c chooser) pattern() policies.LargeCommunityPattern {
	p := policies.LargeCommunityPattern{LargeCommunity: c.largeCommunity(), AnyLocal2: c.oneIn(2)}
	if p.AnyLocal2 {
		p.Local2 = 0
	}
	return p
}

// policy is any policy, also such as build.Policy would never make.
func (c chooser) policy() *policies.RoutingPolicy {
	p := &policies.RoutingPolicy{}
	for i := range 1 + c(4) {
		v6 := c.oneIn(3)
		entries := append(some(c, 6, func() filters.Entry { return c.entry(v6) }), c.entry(v6))
		p.Sets = append(p.Sets, policies.Set{Name: fmt.Sprint("p", i), Elements: policies.Prefixes(entries)})
	}
	pathPattern := func() policies.ASPathPattern {
		return policies.ASPathPattern{ASN: c.asn(), Where: filters.Where(c(3))}
	}
	for i := range 1 + c(3) {
		p.Sets = append(p.Sets, policies.Set{Name: fmt.Sprint("a", i),
			Elements: policies.ASPaths(append(some(c, 3, pathPattern), pathPattern()))})
	}
	for i := range 1 + c(3) {
		p.Sets = append(p.Sets, policies.Set{Name: fmt.Sprint("l", i),
			Elements: policies.LargeCommunities(append(some(c, 3, c.pattern), c.pattern()))})
	}
	count := func(kind policies.SetKind) (n int) {
		for _, set := range p.Sets {
			if set.Kind() == kind {
				n++
			}
		}
		return n
	}
	on := func(letter string, n int) policies.Condition {
		if c.oneIn(2) {
			return policies.Condition{}
		}
		return policies.Condition{Set: fmt.Sprint(letter, c(n)), Invert: c.oneIn(3)}
	}
	for i := range c(8) {
		p.Import = append(p.Import, policies.Statement{
			Name: fmt.Sprint("s", i),
			Conditions: policies.Conditions{
				PrefixSet:         on("p", count(policies.PrefixSet)),
				ASPathSet:         on("a", count(policies.ASPathSet)),
				LargeCommunitySet: on("l", count(policies.LargeCommunitySet)),
			},
			Actions: c.actions(),
		})
	}
	return p
}
