package filters_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"depeer/filters"
)

// Lists for which the fewest entries would take for ever to find: what comes out is
// right all the same, and comes out.
func TestNormaliseHardLists(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	one := func(p netip.Prefix, length int) filters.Entry {
		return filters.Entry{Prefix: p, Min: uint8(length), Max: uint8(length)}
	}
	var chain, comb, sparse []filters.Entry
	for bits := range 121 {
		p := netip.PrefixFrom(netip.IPv6Unspecified(), bits)
		for length := bits; length <= 128; length += 2 + random.IntN(5) {
			chain = append(chain, one(p, length))
		}
	}
	for bits := 8; bits <= 18; bits++ {
		for i := range 1 << (bits - 8) {
			a := uint32(10)<<24 | uint32(i)<<(32-bits)
			p := netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), bits)
			comb = append(comb, one(p, bits+2*random.IntN((34-bits)/2)))
		}
	}
	for range 800 {
		a := [16]byte{0x20, 1}
		for i := 2; i < len(a); i++ {
			a[i] = byte(random.Uint32() & random.Uint32() & random.Uint32())
		}
		bits := 20 + random.IntN(100)
		p := netip.PrefixFrom(netip.AddrFrom16(a), bits).Masked()
		sparse = append(sparse, one(p, bits+random.IntN(129-bits)))
	}
	for name, in := range map[string][]filters.Entry{"chain": chain, "comb": comb, "sparse": sparse} {
		t.Run(name, func(t *testing.T) {
			out := filters.Normalise(in)
			t.Logf("%d entries become %d", len(in), len(out))
			before, after := byPrefix(in), byPrefix(out)
			for _, p := range edges(in) {
				want, _ := before.match(p)
				if all, longest := after.match(p); all != want || longest != want {
					t.Fatalf("%s: matched %v instead of %v, looking at the longest %v", p, all, want, longest)
				}
			}
		})
	}
}
