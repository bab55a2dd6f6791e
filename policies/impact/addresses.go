package impact

import (
	"net/netip"
	"slices"
)

// addresses counts what nothing leads to any more:
//
//	lost   |-------- 10.0.0.0/8 --------|
//	left        |- 10.1.0.0/16 -|              these are still reached
//	left   0.0.0.0/0, if it is there           then all are
//
// A /64 is reached if any part of it is.
func (c *collected) addresses() Addresses {
	lost := outermost(networks(c.gone))
	lost = slices.DeleteFunc(lost, func(p netip.Prefix) bool { _, found := c.cover(p); return found })
	if len(lost) == 0 {
		return Addresses{}
	}
	var out Addresses
	for _, p := range lost {
		n := size(p)
		for _, q := range outermost(networks(c.aliveInside(p))) {
			n -= min(n, size(q))
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
	for slot, to := c.table.inside(keyOf(p)); slot < to; slot++ {
		if c.table.prefixes.at(slot).alive {
			out = append(out, c.table.prefix(slot))
		}
	}
	return out
}

// networks has IPv6 prefixes inside a /64 be all of it.
func networks(list []netip.Prefix) []netip.Prefix {
	out := slices.Clone(list)
	for i, p := range out {
		if p.Addr().Is6() && p.Bits() > 64 {
			out[i], _ = p.Addr().Prefix(64)
		}
	}
	return out
}

// outermost sorts prefixes, and drops those inside others.
func outermost(list []netip.Prefix) []netip.Prefix {
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

// size is in addresses for IPv4, in /64s for IPv6.
func size(p netip.Prefix) uint64 {
	if p.Addr().Is4() {
		return 1 << (32 - p.Bits())
	}
	return 1 << min(63, 64-p.Bits())
}
