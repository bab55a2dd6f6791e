package filters

// Normalising keeps announcements, not addresses. An announcement is a prefix; an
// entry matches those inside its own whose lengths are in its range, and the
// entries of the input together match a set of announcements. What comes out
// matches the same set, under two readings at once: a route is matched if any
// entry that covers it says so, and if the longest key (a prefix with all its
// ranges) that covers it says so. Hence a key inside another repeats the
// lengths that the other matches, and
//
//	10.0.0.0/8  8..32  ┐
//	11.0.0.0/8  8..32  ┴►  10.0.0.0/7  8..32     but two exact /8 stay two
//
// One sweep over the sorted entries does the common case: it drops an entry inside another that
// adds nothing, and makes one entry of halves that match the same lengths. Elsewhere the sweep only
// finds which entries depend on each other, and a tree (normalise_tree.go) finds the fewest keys
// and ranges for them.

// Normalise returns the fewest entries that match the same announcements as the given ones. The
// input must be of one family, with masked prefixes. The output is sorted, and right for both kinds
// of reader; see Entries.
//
// The search for the fewest is bounded. A list made to be hard (many separate ranges in one place,
// or hundreds of nested ones) may get more.
func Normalise(entries []Entry) []Entry {
	if len(entries) == 0 {
		return nil
	}
	top := uint8(entries[0].Prefix.Addr().BitLen())
	blocks := make([]block, 0, len(entries))
	for _, e := range entries {
		if b, ok := newBlock(e.Prefix, e.Min, e.Max, 0); ok {
			blocks = append(blocks, b)
		}
	}
	return normaliseBlocks(blocks, top)
}

// normaliseBlocks does the work of Normalise on blocks. It may reorder them.
func normaliseBlocks(blocks []block, top uint8) []Entry {
	if len(blocks) == 0 {
		return nil
	}
	s := sweep{blocks: sortBlocks(blocks), parts: make([]part, 0, len(blocks)), tree: tree{top: top}}
	s.sweepBlocks()
	likely := 0
	for _, p := range s.parts {
		if likely++; !p.isSimple() {
			likely += int(p.end - p.first)
		}
	}
	out := make([]Entry, 0, likely)
	for _, p := range s.parts {
		if p.isSimple() {
			out = append(out, p.toEntry(top))
			continue
		}
		s.tree.loadBlocks(s.blocks[p.first:p.end])
		for _, b := range s.tree.fewestBlocks() {
			out = append(out, b.toEntry(top))
		}
	}
	return out
}

// sweep goes over sorted blocks and divides them into parts that can be normalised separately.
type sweep struct {
	blocks []block
	parts  []part    // a stack
	mixed  []lengths // of the parts that are not simple: the lengths that they match throughout
	tree   tree
}

// part is a prefix and the blocks inside it. If ref is 0 it is simple: all that
// the blocks match is the prefix with the range min to max. Otherwise ref-1 is its
// place in mixed.
type part struct {
	block
	first, end int32
}

// isSimple says whether one entry matches all of the part.
func (p part) isSimple() bool { return p.ref == 0 }

// sweepBlocks fills the stack of parts.
func (s *sweep) sweepBlocks() {
	for i := 0; i < len(s.blocks); {
		p := s.groupAt(i)
		i = int(p.end)
		for len(s.parts) > 0 {
			joined, ok := s.joinHalves(s.parts[len(s.parts)-1], p)
			if !ok {
				break
			}
			s.parts, p = s.parts[:len(s.parts)-1], joined
		}
		s.parts = append(s.parts, p)
	}
}

// groupAt returns the block at i with all blocks inside it.
func (s *sweep) groupAt(i int) part {
	g := part{s.blocks[i], int32(i), int32(i + 1)}
	g.ref = 0
	simple := true
	for ; int(g.end) < len(s.blocks) && g.covers(s.blocks[g.end]); g.end++ {
		b := s.blocks[g.end]
		switch {
		case g.min <= b.min && b.max <= g.max:
		case b.bits == g.bits && b.min <= g.max+1: // sorted: g.min <= b.min
			g.max = max(g.max, b.max)
		default:
			simple = false
		}
	}
	if !simple {
		s.tree.loadBlocks(s.blocks[g.first:g.end])
		root := &s.tree.nodes[0]
		if !root.isSimple() {
			return s.addMixed(g, root.all)
		}
		for g.min, g.max = range root.all.runs() {
		}
	}
	return g
}

// joinHalves makes one part of two halves, if a key there could match anything.
func (s *sweep) joinHalves(left, right part) (part, bool) {
	if !left.isSibling(right.block) {
		return part{}, false
	}
	p := left
	p.bits, p.end = left.bits-1, right.end
	if left.isSimple() && right.isSimple() {
		if left.min == right.min && left.max == right.max {
			return p, true
		}
		if max(left.min, right.min) > min(left.max, right.max) {
			return part{}, false
		}
	}
	all := s.matchedLengths(left).intersect(s.matchedLengths(right))
	if all.isEmpty() {
		return part{}, false
	}
	return s.addMixed(p, all), true
}

// matchedLengths returns the lengths at which p matches every announcement inside it.
func (s *sweep) matchedLengths(p part) lengths {
	if p.isSimple() {
		return lengthsBetween(p.min, p.max)
	}
	return s.mixed[p.ref-1]
}

// addMixed returns p as a part that is not simple, and stores the lengths that it matches
// throughout.
func (s *sweep) addMixed(p part, all lengths) part {
	s.mixed = append(s.mixed, all)
	p.ref = uint32(len(s.mixed))
	return p
}
