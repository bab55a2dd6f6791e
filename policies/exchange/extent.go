package exchange

import (
	"cmp"
	"iter"
	"math/big"
	"net/netip"
	"slices"

	"depeer/policies/guard"
)

// family is an address family: its name, and how many bits an address has.
type family struct {
	name string
	bits int
}

var (
	ipv4 = family{"IPv4", 32}
	ipv6 = family{"IPv6", 128}
)

func familyOf(p netip.Prefix) family {
	if p.Addr().Is4() {
		return ipv4
	}
	return ipv6
}

// addressCount returns how many addresses the family has.
func (f family) addressCount() *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(f.bits)) }

// isOf says whether p is of the family.
func (f family) isOf(p netip.Prefix) bool { return p.Addr().BitLen() == f.bits }

// extent is how many prefixes of each length there are: with disjoint prefixes an
// exact number of addresses, for a single addition a prefix.
type extent [129]uint64

// countAddresses returns how many addresses x has in f.
func (x *extent) countAddresses(f family) *big.Int {
	sum, term := new(big.Int), new(big.Int)
	for length, n := range x[:f.bits+1] {
		sum.Add(sum, term.Lsh(term.SetUint64(n), uint(f.bits-length)))
	}
	return sum
}

// unionSize returns how many addresses lie in at least one of prefixes, all of f and
// masked. It sorts them in place.
//
// Prefixes overlap only where one lies inside the other:
//
//	|--------------- kept ----------------|   |--- kept ---|
//	   |--- inside ---|   |-- inside --|
//
// so, sorted by address and then the shorter first, each that does not lie inside
// the last one kept is disjoint from all before it.
func unionSize(f family, prefixes []netip.Prefix) *big.Int {
	slices.SortFunc(prefixes, func(a, b netip.Prefix) int {
		return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
	})
	var x extent
	var kept netip.Prefix
	for _, p := range prefixes {
		if !kept.IsValid() || !kept.Contains(p.Addr()) {
			x[p.Bits()]++
			kept = p
		}
	}
	return x.countAddresses(f)
}

// checkUnion returns the share of f's space that prefixes cover together, and whether it
// is over the limit. The sum of their sizes is never less than the union, and needs no
// sorting: if it is within the limit, checkUnion skips the union, and returns a share of 0.
func checkUnion(f family, prefixes iter.Seq[netip.Prefix], over func(part, all *big.Int) bool) (Percent, bool) {
	var sum extent
	for p := range prefixes {
		sum[p.Bits()]++
	}
	space := f.addressCount()
	if !over(sum.countAddresses(f), space) {
		return 0, false
	}
	part := unionSize(f, slices.Collect(prefixes))
	return guard.ShareOf(part, space), over(part, space)
}
