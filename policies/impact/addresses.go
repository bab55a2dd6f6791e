package impact

import (
	"net/netip"
	"slices"
)

// countAddresses counts the addresses that no route leads to any more:
//
//	lost   |-------- 10.0.0.0/8 --------|
//	left        |- 10.1.0.0/16 -|              these are still reached
//	left   0.0.0.0/0, if it is there           then all are
//
// A /64 is reached if any part of it is.
func (c *collected) countAddresses() Addresses {
	lost := sortOutermost(widenToNetworks(c.gone))
	lost = slices.DeleteFunc(lost, func(p netip.Prefix) bool { _, found := c.findCover(p); return found })
	if len(lost) == 0 {
		return Addresses{}
	}
	var out Addresses
	for _, p := range lost {
		n := sizeOf(p)
		for _, q := range sortOutermost(widenToNetworks(c.aliveInside(p))) {
			n -= min(n, sizeOf(q))
		}
		if p.Addr().Is4() {
			out.IPv4 += n
		} else {
			out.IPv6 += n
		}
	}
	return out
}

// aliveInside returns the prefixes inside p that some path is left to.
func (c *collected) aliveInside(p netip.Prefix) []netip.Prefix {
	var out []netip.Prefix
	for slot, to := c.table.slotsInside(keyOf(p)); slot < to; slot++ {
		if c.table.prefixes.at(slot).alive {
			out = append(out, c.table.prefixAt(slot))
		}
	}
	return out
}

// widenToNetworks widens IPv6 prefixes inside a /64 to all of it.
func widenToNetworks(list []netip.Prefix) []netip.Prefix {
	out := slices.Clone(list)
	for i, p := range out {
		if p.Addr().Is6() && p.Bits() > 64 {
			out[i], _ = p.Addr().Prefix(64)
		}
	}
	return out
}

// sortOutermost sorts prefixes, and drops those inside others.
func sortOutermost(list []netip.Prefix) []netip.Prefix {
	list = slices.Clone(list)
	slices.SortFunc(list, netip.Prefix.Compare)
	out := list[:0]
	for _, p := range list {
		if n := len(out); n > 0 && out[n-1].Overlaps(p) {
			continue
		}
		out = append(out, p)
	}
	return out
}

// sizeOf returns the size of a prefix, in addresses for IPv4, in /64s for IPv6.
func sizeOf(p netip.Prefix) uint64 {
	if p.Addr().Is4() {
		return 1 << (32 - p.Bits())
	}
	return 1 << min(63, 64-p.Bits())
}
