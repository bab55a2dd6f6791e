package eval_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
)

// bench returns the policy of the figures we name, 100,000 prefix entries (a
// fifth of them IPv6) and 500 ASNs under three treatments with protected space,
// and kinds of routes.
func bench() (*policies.RoutingPolicy, map[string]policies.Route) {
	random := rand.New(rand.NewPCG(1, 2))
	c := &filters.Compiled{Protected: filters.Entries{
		IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("203.0.113.0/24"), Min: 24, Max: 32}},
		IPv6: []filters.Entry{{Prefix: netip.MustParsePrefix("2001:db8::/32"), Min: 32, Max: 128}},
	}}
	treatments := policies.Builtin(64500)
	for i, t := range treatments {
		f := filters.Filter{Treatment: t.Name}
		for range 100_000 * 4 / 5 / len(treatments) {
			f.Prefixes.IPv4 = append(f.Prefixes.IPv4, entry4(random))
		}
		for range 100_000 / 5 / len(treatments) {
			f.Prefixes.IPv6 = append(f.Prefixes.IPv6, entry6(random))
		}
		f.Prefixes.IPv4, f.Prefixes.IPv6 = filters.Normalise(f.Prefixes.IPv4), filters.Normalise(f.Prefixes.IPv6)
		for range 500 / len(treatments) {
			f.ASNs = append(f.ASNs, filters.ASMatch{ASN: filters.ASN(100_000 + random.IntN(100_000)),
				Where: filters.Where(i)})
		}
		c.Filters = append(c.Filters, f)
	}
	hit4, hit6 := c.Filters[1].Prefixes.IPv4[777].Prefix, c.Filters[1].Prefixes.IPv6[777].Prefix
	path := []filters.ASN{3356, 1299, 64999, 65001}
	long := make([]filters.ASN, 30)
	for i := range long {
		long[i] = filters.ASN(3000 + i*37)
	}
	miss := netip.MustParsePrefix("9.1.2.0/24")
	return build.Policy(c, treatments, 64500), map[string]policies.Route{
		"miss":      {Prefix: miss, Path: path},
		"hit":       {Prefix: hit4, Path: path},
		"hit-v6":    {Prefix: hit6, Path: path},
		"miss-v6":   {Prefix: netip.MustParsePrefix("2a00:1:2::/48"), Path: path},
		"hit-as":    {Prefix: miss, Path: append(path[:3:3], c.Filters[0].ASNs[77].ASN)},
		"long-path": {Prefix: miss, Path: long},
		"five-large": {Prefix: miss, Path: path,
			LargeCommunities: larges("64501:1:1", "64501:2:1", "64500:100:3", "64500:666:9", "6939:1:1")},
	}
}

// larges reads large communities.
func larges(list ...string) []policies.LargeCommunity {
	var out []policies.LargeCommunity
	for _, s := range list {
		c, err := policies.ParseLargeCommunity(s)
		if err != nil {
			panic(err)
		}
		out = append(out, c)
	}
	return out
}

// entry4 is a /16 to /24 in 16.0.0.0/4.
func entry4(random *rand.Rand) filters.Entry {
	bits := 16 + random.IntN(9)
	p, _ := netip.AddrFrom4([4]byte{16 + byte(random.IntN(16)), byte(random.IntN(256)), byte(random.IntN(256)),
		0}).Prefix(bits)
	return filters.Entry{Prefix: p, Min: uint8(bits), Max: 32}
}

// entry6 is a /32 to /48 in 2600::/12.
func entry6(random *rand.Rand) filters.Entry {
	bits := 32 + random.IntN(17)
	a := [16]byte{0x26, byte(random.IntN(16))}
	for i := 2; i < 6; i++ {
		a[i] = byte(random.IntN(256))
	}
	p, _ := netip.AddrFrom16(a).Prefix(bits)
	return filters.Entry{Prefix: p, Min: uint8(bits), Max: 128}
}

// BenchmarkVerdict is held to 150 ns a route.
func BenchmarkVerdict(b *testing.B) {
	p, routes := bench()
	e := eval.New(p)
	for _, name := range []string{"miss", "hit", "miss-v6", "hit-v6", "hit-as", "long-path", "five-large"} {
		r := routes[name]
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Verdict(&r)
			}
		})
	}
}

// BenchmarkNew is what it takes to get ready for verdicts.
func BenchmarkNew(b *testing.B) {
	p, _ := bench()
	for b.Loop() {
		eval.New(p)
	}
}

func TestVerdictDoesNotAllocate(t *testing.T) {
	p, routes := bench()
	e := eval.New(p)
	for name, r := range routes {
		if got := testing.AllocsPerRun(100, func() { e.Verdict(&r) }); got != 0 {
			t.Errorf("%s: %v allocations, want 0", name, got)
		}
	}
	for name, treated := range map[string]bool{"miss": false, "hit": true, "hit-v6": true, "miss-v6": false,
		"hit-as": true} {
		if r := routes[name]; e.Verdict(&r).Treated() != treated {
			t.Errorf("%s: treated %t, want %t", name, !treated, treated)
		}
	}
}
