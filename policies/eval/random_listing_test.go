package eval_test

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"depeer/filters"
	"depeer/policies"
)

// exchange is what one exchange has listed, and what it does about it.
type exchange struct {
	asn        filters.ASN
	lists      []*filters.Listing
	rules      filters.Rules
	treatments []policies.Treatment
}

var today = time.Date(2008, 11, 11, 12, 0, 0, 0, time.UTC)

// mild are two treatments that members may always choose.
var mild = []policies.Treatment{
	{Name: "milder", Prepend: 1, LargeCommunities: larges("64500:666:21")},
	{Name: "mildest", LargeCommunities: larges("64500:666:22")},
}

// exchange makes listings and rules that compile without an error: up to three
// lists of up to five providers, ladders, exceptions, protected space and ASNs.
func (c chooser) exchange() exchange {
	x := exchange{asn: pick(c, []filters.ASN{0, 64500}), treatments: c.towards(append(c.treatments(), mild...)),
		rules: filters.Rules{At: today}}
	for _, t := range x.treatments {
		x.rules.Treatments = append(x.rules.Treatments, t.Name)
	}
	x.rules.Ladders = []filters.Ladder{{Name: "ladder", Steps: []filters.Step{
		{After: 0, Treatment: pick(c, x.rules.Treatments)},
		{After: 24 * time.Hour, Treatment: pick(c, x.rules.Treatments)},
	}}}
	treatment := func() string { return pick(c, append([]string{"ladder"}, x.rules.Treatments...)) }
	for i := range 1 + c(3) {
		l := &filters.Listing{Name: fmt.Sprint("list", i), Treatment: treatment()}
		for j := range 1 + c(5) {
			l.Providers = append(l.Providers, c.provider(fmt.Sprint("p", j), treatment()))
		}
		x.lists = append(x.lists, l)
	}
	if c.oneIn(4) {
		x.rules.Except = []filters.Exception{{List: "list0", Provider: "p0", Reason: "test"}}
	}
	for range c(3) {
		x.rules.Protect.Prefixes = append(x.rules.Protect.Prefixes,
			filters.ProtectedPrefix{Prefix: c.prefix(c.oneIn(2))})
	}
	if c.oneIn(4) {
		x.rules.Protect.ASNs = []filters.ProtectedASN{{ASN: c.asn()}}
	}
	return x
}

func (c chooser) provider(id, treatment string) filters.Provider {
	p := filters.Provider{Name: id, ID: id, Treatment: treatment, Listed: filters.DayOf(today.AddDate(0, 0, -c(3)))}
	if c.oneIn(8) {
		p.Expires = filters.DayOf(today.AddDate(0, 0, -c(2)))
	}
	for range c(4) {
		e := c.entry(c.oneIn(2))
		p.Prefixes = append(p.Prefixes, filters.PrefixMatch{Prefix: e.Prefix, Min: e.Min, Max: e.Max})
	}
	for range c(3) * c(3) / 2 {
		m := filters.ASMatch{ASN: c.asn(), Where: filters.Where(c(3))}
		if m.Where == filters.Path && c.oneIn(2) {
			m.Except = slices.DeleteFunc([]filters.ASN{c.asn()}, func(a filters.ASN) bool { return a == m.ASN })
		}
		p.ASNs = append(p.ASNs, m)
	}
	return p
}

// near returns a prefix at the edge of an entry: one of its lengths or just
// outside them, inside it, around it or beside it.
func (c chooser) near(e filters.Entry) netip.Prefix {
	bits, widest := e.Prefix.Bits(), e.Prefix.Addr().BitLen()
	length := pick(c, []int{bits - 1, bits, bits + 1, int(e.Min) - 1, int(e.Min), int(e.Max), int(e.Max) + 1,
		(int(e.Min) + int(e.Max)) / 2})
	length = min(max(length, 1), widest)
	a := e.Prefix.Addr().AsSlice()
	flip := func(bit int) {
		if 0 <= bit && bit < widest {
			a[bit/8] ^= 0x80 >> (bit % 8)
		}
	}
	switch c(4) {
	case 0: // beside it
		flip(bits - 1)
	case 1: // its far end
		for bit := bits; bit < length; bit++ {
			flip(bit)
		}
	}
	addr, _ := netip.AddrFromSlice(a)
	return netip.PrefixFrom(addr, length).Masked()
}

// routeNear is a route whose prefix is mostly at the edge of one of entries.
func (c chooser) routeNear(entries []filters.Entry) policies.Route {
	r := c.route()
	if len(entries) != 0 && !c.oneIn(5) {
		r.Prefix = c.near(pick(c, entries))
	}
	r.LocalPref = uint32(c(3)) // GoBGP takes it from an EBGP peer
	if c.oneIn(4) {
		r.LargeCommunities = slices.Repeat(r.LargeCommunities, 2)
	}
	return r
}
