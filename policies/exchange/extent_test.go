package exchange

import (
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies/guard"
)

// An exact share is seen from outside only as over a limit or not, so this is tested
// from inside.

// TestUnion compares with counting addresses one by one, in the last /24 of each
// family, with what is shorter than that let in by doubling.
func TestUnion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.SampledFrom([]family{ipv4, ipv6}).Draw(t, "family")
		last := netip.MustParseAddr("255.255.255.255")
		if f == ipv6 {
			last = netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
		}
		var prefixes []netip.Prefix
		var counted [256]bool
		for range rapid.IntRange(0, 12).Draw(t, "prefixes") {
			host := rapid.IntRange(0, 8).Draw(t, "host bits")
			block := rapid.IntRange(0, 256>>host-1).Draw(t, "block") << host
			addr := last.AsSlice()
			addr[len(addr)-1] = byte(block)
			a, _ := netip.AddrFromSlice(addr)
			prefixes = append(prefixes, netip.PrefixFrom(a, f.bits-host))
			for i := range 1 << host {
				counted[block+i] = true
			}
		}
		want := int64(0)
		for _, c := range counted {
			if c {
				want++
			}
		}
		if got := unionSize(f, slices.Clone(prefixes)); got.Cmp(big.NewInt(want)) != 0 {
			t.Fatalf("union of %v is %v, want %d", prefixes, got, want)
		}
		limit := int64(rapid.IntRange(0, 256).Draw(t, "limit"))
		over := func(part, _ *big.Int) bool { return part.Cmp(big.NewInt(limit)) > 0 }
		if _, got := checkUnion(f, slices.Values(prefixes), over); got != (want > limit) {
			t.Fatalf("%d of %v over %d: %t", want, prefixes, limit, got)
		}
	})
}

func TestUnionWhole(t *testing.T) {
	for _, test := range []struct {
		f        family
		prefixes []string
		want     string
	}{
		{ipv4, []string{"0.0.0.0/0", "10.0.0.0/8"}, "4294967296"},
		{ipv6, []string{"::/0", "8000::/1"}, "340282366920938463463374607431768211456"},
		{ipv6, []string{"::/1", "8000::/1"}, "340282366920938463463374607431768211456"},
		{ipv6, nil, "0"},
	} {
		var prefixes []netip.Prefix
		for _, p := range test.prefixes {
			prefixes = append(prefixes, netip.MustParsePrefix(p))
		}
		if got := unionSize(test.f, prefixes).String(); got != test.want {
			t.Errorf("%v: got %s, want %s", test.prefixes, got, test.want)
		}
	}
}

// TestShareOf holds that a share is rounded up: never to what it is over.
func TestShareOf(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := big.NewInt(rapid.Int64Range(1, 1<<62).Draw(t, "all"))
		part := big.NewInt(rapid.Int64Range(0, all.Int64()).Draw(t, "part"))
		share := guard.ShareOf(part, all)
		if share.Exceeded(part, all) {
			t.Fatalf("%v of %v is over %v", part, all, share)
		}
		if share > 0 && !(share-1).Exceeded(part, all) {
			t.Fatalf("%v of %v is not over %v", part, all, share-1)
		}
	})
}
