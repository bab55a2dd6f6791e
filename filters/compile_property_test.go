package filters_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/filters/diag"
)

// Whatever is listed: a route is treated as the oracle says, by the fewest entries.
func TestCompileMeansWhatIsListed(t *testing.T) {
	w := world{universe{bits: 4}}
	often(t, func(t *rapid.T) {
		lists, rules := w.lists(t), w.rules(t)
		c, diags := filters.Compile(lists, rules)
		if c == nil {
			t.Fatalf("refused: %v", diags)
		}
		paths := rapid.SliceOfN(rapid.SliceOfN(rapid.Custom(asn), 0, 4), 1, 20).Draw(t, "paths")
		paths = append(paths, nil)
		for n := 1; n < w.size(); n++ {
			for _, prefix := range []netip.Prefix{w.prefix(n), sixth(w.prefix(n))} {
				for _, path := range paths {
					want := verdict(lists, rules, prefix, path)
					if got := interpret(c, matchesAny, prefix, path); got != want {
						t.Fatalf("%s by %v: %q instead of %q", prefix, path, got, want)
					}
					if got := interpret(c, matchesLongest, prefix, path); got != want {
						t.Fatalf("%s by %v: %q instead of %q, looking at the longest", prefix, path, got, want)
					}
				}
			}
		}
		for _, f := range c.Filters {
			if want := w.fewest(w.announcements(f.Prefixes.IPv4, matchesAny)); len(f.Prefixes.IPv4) != want {
				t.Errorf("%s: %d entries, %d do: %v", f.Treatment, len(f.Prefixes.IPv4), want, f.Prefixes.IPv4)
			}
		}
	})
}

// world draws listings of a small universe, which it has in IPv6, too.
type world struct{ universe }

// sixth returns the IPv6 prefix that stands for an IPv4 prefix of the universe.
func sixth(p netip.Prefix) netip.Prefix {
	a := netip.MustParseAddr("2001:db8::").As16()
	four := p.Addr().As4()
	copy(a[12:], four[:])
	return netip.PrefixFrom(netip.AddrFrom16(a), p.Bits()+96)
}

var treatments = []string{"depeer", "deprefer", "tag"}

func asn(t *rapid.T) filters.ASN { return filters.ASN(rapid.IntRange(0, 5).Draw(t, "asn")) }

func aDay(t *rapid.T) filters.Day {
	return rapid.SampledFrom([]filters.Day{
		{}, {}, day("2008-10-30"), day("2008-11-10"), day("2008-11-11"), day("2008-11-12"), day("2008-12-24"),
	}).Draw(t, "day")
}

func (w world) lists(t *rapid.T) (lists []*filters.Listing) {
	for i := range rapid.IntRange(0, 3).Draw(t, "lists") {
		lists = append(lists, &filters.Listing{
			Name:      fmt.Sprintf("list-%d", i),
			Treatment: rapid.SampledFrom(treatments).Draw(t, "default"),
			Providers: rapid.SliceOfN(rapid.Custom(w.provider), 0, 4).Draw(t, "providers"),
		})
	}
	for _, l := range lists {
		for i := range l.Providers {
			l.Providers[i].ID = fmt.Sprintf("provider-%d", i)
		}
	}
	return lists
}

func (w world) provider(t *rapid.T) filters.Provider {
	p := filters.Provider{
		ASNs:      rapid.SliceOfN(rapid.Custom(asMatch), 0, 3).Draw(t, "asns"),
		Prefixes:  rapid.SliceOfN(rapid.Custom(w.prefixMatch), 0, 5).Draw(t, "prefixes"),
		Treatment: rapid.SampledFrom(append([]string{"", "", "slow"}, treatments...)).Draw(t, "treatment"),
		Listed:    aDay(t), Expires: aDay(t), Review: aDay(t),
	}
	if p.Listed.IsZero() {
		p.Listed = day("2008-11-01")
	}
	return p
}

func (w world) prefixMatch(t *rapid.T) filters.PrefixMatch {
	n := rapid.IntRange(1, w.size()-1).Draw(t, "number")
	low := rapid.IntRange(depth(n), w.bits).Draw(t, "min")
	high := rapid.IntRange(low, w.bits).Draw(t, "max")
	m := filters.PrefixMatch{Prefix: w.prefix(n), Min: w.length(low), Max: w.length(high)}
	if rapid.Bool().Draw(t, "IPv6") {
		m.Prefix, m.Min, m.Max = sixth(m.Prefix), m.Min+96, m.Max+96
	}
	return m
}

func asMatch(t *rapid.T) filters.ASMatch {
	m := filters.ASMatch{
		ASN: 1 + asn(t)%4,
		Where: rapid.SampledFrom([]filters.Where{filters.Origin, filters.Neighbor, filters.Path, filters.Path}).Draw(t,
			"where"),
	}
	if m.Where == filters.Path {
		for _, a := range rapid.SliceOfN(rapid.IntRange(1, 5), 0, 2).Draw(t, "except") {
			m.Except = append(m.Except, filters.ASN(a))
		}
		slices.Sort(m.Except)
		m.Except = slices.Compact(m.Except)
	}
	return m
}

func (w world) rules(t *rapid.T) filters.Rules {
	rules := filters.Rules{
		At:         time.Date(2008, 11, 11, rapid.IntRange(0, 23).Draw(t, "hour"), 0, 0, 0, time.UTC),
		Treatments: treatments,
		Ladders: []filters.Ladder{{Name: "slow", Steps: []filters.Step{
			{After: oneDay, Treatment: "tag"}, {After: 5 * oneDay, Treatment: "deprefer"},
			{After: 12 * oneDay, Treatment: "depeer"},
		}}},
		Lists: map[string]string{},
	}
	for i := range 3 {
		list := fmt.Sprintf("list-%d", i)
		if rapid.IntRange(0, 3).Draw(t, "override") == 0 {
			rules.Lists[list] = rapid.SampledFrom(append([]string{"slow"}, treatments...)).Draw(t, "treatment")
		}
		if rapid.IntRange(0, 3).Draw(t, "except") == 0 {
			id := fmt.Sprintf("provider-%d", rapid.IntRange(0, 5).Draw(t, "provider"))
			rules.Except = append(rules.Except, filters.Exception{List: list, Provider: id, Until: aDay(t),
				Source: diag.Position{File: "depeer.yaml", Line: i + 1}})
		}
	}
	for range rapid.IntRange(0, 5).Draw(t, "protected prefixes") {
		m := w.prefixMatch(t)
		rules.Protect.Prefixes = append(rules.Protect.Prefixes, filters.ProtectedPrefix{Prefix: m.Prefix})
	}
	for range rapid.IntRange(0, 1).Draw(t, "protected ASNs") {
		rules.Protect.ASNs = append(rules.Protect.ASNs, filters.ProtectedASN{ASN: 1 + asn(t)%4})
	}
	return rules
}

// What a Compiled says comes next is what the oracle says, day by day, and nothing
// is in force otherwise in between.
func TestCompileNext(t *testing.T) {
	w := world{universe{bits: 4}}
	often(t, func(t *rapid.T) {
		lists, rules := w.lists(t), w.rules(t)
		c, diags := filters.Compile(lists, rules)
		if c == nil {
			t.Fatalf("refused: %v", diags)
			return
		}
		for _, listed := range c.Listed {
			day, next := "", ""
			then := rules
			now := inForce(listed.Listing, *listed.Provider, rules)
			if listed.Treatment != now {
				t.Fatalf("%s is treated by %q, want %q", listed.Provider.ID, listed.Treatment, now)
			}
			for range 70 { // the last day of all is 2008-12-24
				then.At = filters.DayOf(then.At).Add(oneDay).Start()
				if next = inForce(listed.Listing, *listed.Provider, then); next != now {
					day = filters.DayOf(then.At).String()
					break
				}
			}
			if day == "" {
				next = ""
			}
			if listed.NextFrom.String() != day || listed.Next != next {
				t.Fatalf("%s of %+v: %q follows on %q, want %q on %q", listed.Provider.ID, listed.Provider, listed.Next,
					listed.NextFrom, next, day)
			}
		}
	})
}
