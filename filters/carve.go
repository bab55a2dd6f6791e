package filters

import (
	"slices"

	"depeer/filters/diag"
)

// Protected space is cut out of prefix entries: no entry matches an announcement inside it.
// Announcements that cover it are still matched. An entry with a hole keeps its shorter lengths;
// its longer ones are matched only beside the hole:
//
//	10.0.0.0/8  8..32                  10.0.0.0/8    8..9
//	└─ hole 10.64.0.0/10        ►      10.0.0.0/10   10..32
//	                                   10.128.0.0/9  10..32

// holes is protected space of one family: disjoint, sorted by address.
type holes []hole

// hole is a protected prefix (a block of which only the prefix is used) and the position that
// declares it.
type hole struct {
	block
	source diag.Position
}

// newHoles sorts protected prefixes and drops those inside another one.
func newHoles(protected []ProtectedPrefix) (ipv4, ipv6 holes) {
	for _, p := range protected {
		b, _ := newBlock(p.Prefix, 0, 255, 0)
		if p.Prefix.Addr().Is4() {
			ipv4 = append(ipv4, hole{b, p.Source})
		} else {
			ipv6 = append(ipv6, hole{b, p.Source})
		}
	}
	return ipv4.withoutNested(), ipv6.withoutNested()
}

// withoutNested sorts the holes and drops those inside another one.
func (h holes) withoutNested() holes {
	slices.SortStableFunc(h, func(a, b hole) int { return compareBlocks(a.block, b.block) })
	var out holes
	for _, next := range h {
		if len(out) == 0 || !out[len(out)-1].covers(next.block) {
			out = append(out, next)
		}
	}
	return out
}

// coveredEntries returns entries that match all announcements inside the holes.
func (h holes) coveredEntries(top uint8) []Entry {
	var blocks []block
	for _, x := range h {
		blocks = append(blocks, x.block)
	}
	return normaliseBlocks(blocks, top)
}

// findOverlaps returns the holes that protect an announcement which b matches.
func (h holes) findOverlaps(b block) holes {
	if len(h) == 0 {
		return nil
	}
	at, _ := slices.BinarySearchFunc(h, b, func(x hole, b block) int { return compareAddresses(x.block, b) })
	if at > 0 && h[at-1].covers(b) {
		return h[at-1 : at]
	}
	if at < len(h) && h[at].covers(b) {
		return h[at : at+1]
	}
	end := at
	for end < len(h) && b.covers(h[end].block) {
		end++
	}
	if slices.ContainsFunc(h[at:end], func(x hole) bool { return x.bits <= b.max }) {
		return h[at:end]
	}
	return nil
}

// carveBlock appends to out what is left of b after the holes, which must overlap it, are cut out.
func (h holes) carveBlock(out []block, b block) []block {
	shortest := b.max + 1
	for _, x := range h {
		if x.covers(b) {
			return out
		}
		shortest = min(shortest, x.bits)
	}
	whole := b
	whole.max = min(b.max, shortest-1)
	if whole.min <= whole.max {
		out = append(out, whole)
	}
	b.min = max(b.min, shortest)
	if b.min > b.max {
		return out
	}
	split, _ := slices.BinarySearchFunc(h, 1, func(x hole, bit int) int { return x.bitAt(b.bits) - bit })
	out = h[:split].carveBlock(out, b.half(0))
	return h[split:].carveBlock(out, b.half(1))
}
