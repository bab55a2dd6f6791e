package filters_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"depeer/filters"
)

func TestASNSieve(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s filters.ASNSieve
		asns := rapid.SliceOfN(rapid.Uint32(), 0, 20).Draw(t, "in the set")
		for _, asn := range asns {
			s.Add(filters.ASN(asn))
		}
		for _, asn := range append(rapid.SliceOf(rapid.Uint32()).Draw(t, "others"), asns...) {
			alike := slices.ContainsFunc(asns, func(in uint32) bool { return in&0xffff == asn&0xffff })
			if got := s.May(filters.ASN(asn)); got != alike {
				t.Fatalf("AS%d: %v, want %v", asn, got, alike)
			}
		}
	})
}
