package exchange

import (
	"fmt"
	"math/big"
	"net/netip"
	"strings"

	"depeer/filters"
)

// checkEverything refuses an entry of half of a family's space or more.
func checkEverything(_ *guardInput, m *filters.PrefixMatch) complaint {
	switch m.Prefix.Bits() {
	case 0:
		return complaint{fmt.Sprintf("%s is everything", m.Prefix), "nothing passes this guard, wide neither"}
	case 1:
		return complaint{fmt.Sprintf("%s is half of everything", m.Prefix), "nothing passes this guard, wide neither"}
	default:
		return complaint{}
	}
}

// checkEverythingTogether refuses entries that together cover half of a family's space or
// more. It leaves single entries of that size to checkEverything.
func checkEverythingTogether(g *guardInput, f family) complaint {
	half := false
	prefixes := func(yield func(netip.Prefix) bool) {
		for m := range g.eachEntry(true) {
			if f.isOf(m.Prefix) {
				half = half || m.Prefix.Bits() <= 1
				if !yield(m.Prefix) {
					return
				}
			}
		}
	}
	share, over := checkUnion(f, prefixes, func(part, all *big.Int) bool {
		return new(big.Int).Lsh(part, 1).Cmp(all) >= 0
	})
	if half || !over {
		return complaint{}
	}
	return complaint{fmt.Sprintf("all entries together cover %s of the %s address space", share, f.name),
		"nothing passes this guard at half or more"}
}

// checkShortestPrefix refuses an entry that is shorter than the limit. It leaves those of half
// of a family's space to checkEverything.
func checkShortestPrefix(g *guardInput, m *filters.PrefixMatch) complaint {
	limit := g.Limits.ShortestPrefix.forFamily(familyOf(m.Prefix))
	if m.Wide || m.Prefix.Bits() <= 1 || m.Prefix.Bits() >= int(limit) {
		return complaint{}
	}
	return complaint{
		fmt.Sprintf("%s is shorter than /%d, the limit", m.Prefix, limit),
		fmt.Sprintf("{prefix: %q, wide: true}, if it is meant", m.Prefix),
	}
}

// checkMaxCovered compares the union of all compiled entries in force with the limit.
// Compiling has taken protected space out of them.
func checkMaxCovered(g *guardInput, f family) complaint {
	limit := g.Limits.MaxCovered.forFamily(f)
	prefixes := func(yield func(netip.Prefix) bool) {
		for _, filter := range g.compiled.Filters {
			for _, e := range (PerFamily[[]filters.Entry]{filter.Prefixes.IPv4, filter.Prefixes.IPv6}).forFamily(f) {
				if !yield(e.Prefix) {
					return
				}
			}
		}
	}
	share, over := checkUnion(f, prefixes, limit.Exceeded)
	if !over {
		return complaint{}
	}
	hint := fmt.Sprintf("max_covered: {%s: %s}, if it is meant", strings.ToLower(f.name), share)
	if largest := g.largestEntry(f); largest != nil {
		hint += fmt.Sprintf("; the largest entry is %s at %s", largest.Prefix, largest.Source)
	}
	return complaint{fmt.Sprintf("all entries together cover %s of the %s address space, over the limit of %s", share,
		f.name, limit), hint}
}

// largestEntry returns the first of the shortest entries in force, or nil.
func (g *guardInput) largestEntry(f family) *filters.PrefixMatch {
	var largest *filters.PrefixMatch
	for m := range g.eachEntry(false) {
		if f.isOf(m.Prefix) && (largest == nil || m.Prefix.Bits() < largest.Prefix.Bits()) {
			largest = m
		}
	}
	return largest
}

// checkOwnSpace refuses an entry that overlaps a peering LAN, and one that covers the address
// of a member's session: that is a LAN of one address. A listed network may peer from its own
// space; then the entry, or the member, says wide.
func checkOwnSpace(g *guardInput, m *filters.PrefixMatch) complaint {
	for _, lan := range g.PeeringLANs {
		if !lan.Prefix.Overlaps(m.Prefix) {
			continue
		}
		how := "lies inside"
		switch {
		case lan.Prefix == m.Prefix:
			how = "is"
		case m.Prefix.Bits() < lan.Prefix.Bits():
			how = "lies around"
		}
		return complaint{
			fmt.Sprintf("%s %s the exchange's own peering LAN %s at %s", m.Prefix, how, lan.Prefix, lan.Source),
			"nothing passes this guard",
		}
	}
	held := peersWithin(m.Prefix, g.sessions)
	if m.Wide || len(held) == 0 {
		return complaint{}
	}
	return complaint{
		fmt.Sprintf("%s covers the address of a session at %s: %s", m.Prefix, g.facts.Name, formatPeers(held)),
		fmt.Sprintf("{prefix: %q, wide: true}, or wide: true in that member's entry of members, if it peers from "+
			"its own space", m.Prefix),
	}
}
