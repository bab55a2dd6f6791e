package filters_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"depeer/filters"
	"depeer/filters/diag"
)

// 10,000 providers with ten prefixes each, five members' networks protected.
func BenchmarkCompile(b *testing.B) {
	entries := realistic(100_000)
	l := &filters.Listing{Name: "bench", Treatment: "depeer", Source: at(1)}
	for i := range 10_000 {
		p := filters.Provider{ID: fmt.Sprintf("p%d", i), Source: at(20 * i), Treatment: treatments[i%3]}
		for j, e := range entries[10*i : 10*i+10] {
			p.Prefixes = append(p.Prefixes, filters.PrefixMatch{
				Prefix: e.Prefix, Min: e.Min, Max: e.Max,
				Source: diag.Position{File: "bench.yaml", Line: 20*i + j, Column: 9},
			})
		}
		if i%20 == 0 {
			p.ASNs = []filters.ASMatch{{ASN: filters.ASN(1000 + i)}}
		}
		l.Providers = append(l.Providers, p)
	}
	r := rules()
	for _, e := range realistic(5) {
		r.Protect.Prefixes = append(r.Protect.Prefixes, filters.ProtectedPrefix{Prefix: e.Prefix})
	}
	b.ReportAllocs()
	for b.Loop() {
		if c, diags := filters.Compile([]*filters.Listing{l}, r); c == nil {
			b.Fatal(diags)
		}
	}
}

// realistic returns n different prefixes in random order, each with all that is inside:
// with the lengths of a routing table, and close to each other as they are there.
func realistic(n int) []filters.Entry {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	seen := make(map[netip.Prefix]bool, n)
	entries := make([]filters.Entry, 0, n)
	for len(entries) < n {
		length := 24
		switch r := random.IntN(100); {
		case r < 10:
			length = 22
		case r < 20:
			length = 23
		case r < 26:
			length = 21
		case r < 32:
			length = 20
		case r < 37:
			length = 19
		case r < 41:
			length = 16 + random.IntN(3)
		}
		// Some 30,000 /16s are in use, some of them much more than others.
		block := uint32(random.ExpFloat64()*4000) % 30000
		a := (block*40503%56000+256)<<16 | random.Uint32()&0xffff
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}),
			length).Masked()
		if !seen[p] {
			seen[p] = true
			entries = append(entries, filters.Entry{Prefix: p, Min: uint8(length), Max: 32})
		}
	}
	return entries
}
