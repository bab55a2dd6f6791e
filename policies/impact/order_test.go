package impact_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/policies/impact"
)

// nested are prefixes of both families that have many around them and inside: few bits of
// an address are set.
var nested = rapid.Custom(func(t *rapid.T) netip.Prefix {
	width := rapid.SampledFrom([]int{4, 16}).Draw(t, "octets")
	octets := make([]byte, width)
	for range rapid.IntRange(0, 3).Draw(t, "set") {
		bit := rapid.IntRange(0, 8*width-1).Draw(t, "bit")
		octets[bit/8] |= 0x80 >> (bit % 8)
	}
	a, _ := netip.AddrFromSlice(octets)
	p, _ := a.Prefix(rapid.IntRange(0, 8*width).Draw(t, "bits"))
	return p
})

func TestAroundAndInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(nested, 0, 60).Draw(t, "prefixes")
		if rapid.Bool().Draw(t, "in order") {
			slices.SortFunc(all, netip.Prefix.Compare)
		}
		p := impact.NewOrdered(all)
		slices.SortFunc(all, netip.Prefix.Compare)
		all = slices.Compact(all)
		same := func(what string, want, got []netip.Prefix) {
			if d := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{}), cmpopts.EquateEmpty()); d != "" {
				t.Fatalf("%s (-want +got):\n%s", what, d)
			}
		}
		same("all", all, p.All())
		for _, q := range append(rapid.SliceOfN(nested, 0, 10).Draw(t, "asked"), all...) {
			var around, inside []netip.Prefix
			for _, r := range all {
				switch {
				case !r.Overlaps(q):
				case r.Bits() < q.Bits():
					around = append(around, r)
				default:
					inside = append(inside, r)
				}
			}
			slices.Reverse(around)
			same("around "+q.String(), around, p.Around(q))
			same("inside "+q.String(), inside, p.Inside(q))
		}
	})
}
