package filters

import (
	"iter"
	"slices"
)

// A key at a node may match the lengths at which every announcement inside the node is to be
// matched: node.all. A key below it repeats what it matches; that is handed down. The search tries,
// at each node and for each set of lengths that may be handed down to it, to place no key, or a key
// with some of the runs of node.all. It returns the fewest ranges.
//
// Four observations make the search complete. The tests compare it with a search that uses none of
// them.
//
//  1. Whole runs of node.all do. To widen a range to its run costs nothing
//     here; and a key further down that has to repeat more has a range that
//     it touches: if the run reaches down to the key's own length, the key
//     matches its own prefix, which nothing else can do for it.
//  2. For the same reason the run with the node's own length is in every key there.
//  3. Where the same lengths are matched throughout, one key at the top is best: a
//     level further down there are twice as many, with at most one run less each.
//     So it is in an empty half, with no input inside, beside the way from a
//     node to its only child.
//  4. On the way between a node and the next one below, with such an empty half
//     beside every step, no key is needed: if it hands down all that is matched
//     around it, it can as well take the place of the empty half's and stand a
//     step higher, and otherwise it can stand at the child. Only where the node
//     has two children the first step may need one of its own, and gets a node.

// A list can be made so that this search would never end. So it is bounded. Beyond the bounds,
// inputs keep their keys: the result is right, and not the fewest.
const (
	mostFree    = 6       // runs of a node that are tried in all combinations
	mostChoices = 256     // for one node
	mostTries   = 32      // for each node of a tree, on average; small trees have some more
	impossible  = 1 << 40 // cost of what leaves an announcement unmatched
)

// tree is a path-compressed binary tree of blocks: its nodes are prefixes of the
// input, those where two branches part, and the first steps of observation 4.
type tree struct {
	top     uint8 // longest length of the family
	nodes   []node
	choices []choice
	tries   int  // left
	spent   bool // a bound is reached
}

type node struct {
	block           // only the prefix
	input bool      // some input has this prefix
	child [2]uint32 // by the next bit; 0: none (the root is no node's child)
	base  lengths   // matched here by inputs at this prefix or above it
	all   lengths   // matched by every announcement inside
	any   lengths   // matched by some announcement inside
	first uint32    // choice made here, plus one
	made  uint32    // how many there are
}

// choice is the best that can be done at and below a node.
type choice struct {
	given lengths // handed down from the key above
	key   lengths // of the key to place here; empty: none
	cost  int
	next  uint32 // another choice at the same node, plus one
}

// isSimple says whether one entry at n matches all that is to be matched inside.
func (n *node) isSimple() bool { return n.all == n.any && n.all.countRuns() == 1 }

// loadBlocks fills the tree with sorted blocks. There must be at least one.
func (t *tree) loadBlocks(blocks []block) {
	t.nodes, t.choices = t.nodes[:0], t.choices[:0]
	t.buildNode(blocks, lengths{}, t.top)
	t.tries, t.spent = mostTries*(len(t.nodes)+512), false
}

// buildNode adds a node, with all nodes below it, for the longest prefix that covers all of blocks
// and is no longer than limit. above holds the lengths that covering prefixes match.
func (t *tree) buildNode(blocks []block, above lengths, limit uint8) uint32 {
	first, last := blocks[0], blocks[len(blocks)-1]
	n := node{block: first.truncateTo(min(first.bits, first.commonBits(last), limit))}
	at := uint32(len(t.nodes))
	t.nodes = append(t.nodes, n)

	for len(blocks) > 0 && blocks[0].bits == n.bits {
		above = above.union(lengthsBetween(blocks[0].min, blocks[0].max))
		blocks, n.input = blocks[1:], true
	}
	n.base = above.atLeast(n.bits)
	n.any = n.base

	right, _ := slices.BinarySearchFunc(blocks, 1, func(b block, bit int) int { return b.bitAt(n.bits) - bit })
	limit = t.top
	if 0 < right && right < len(blocks) && !n.base.isEmpty() {
		limit = n.bits + 1
	}
	sides := [2]lengths{n.base, n.base}
	for side, part := range [2][]block{blocks[:right], blocks[right:]} {
		if len(part) == 0 {
			continue
		}
		n.child[side] = t.buildNode(part, above, limit)
		c := &t.nodes[n.child[side]]
		n.any = n.any.union(c.any)
		if c.bits == n.bits+1 {
			sides[side] = c.all
		}
	}
	n.all = n.base.union(sides[0].intersect(sides[1]))
	t.nodes[at] = n
	return at
}

// fewestBlocks returns the fewest blocks that match what the loaded blocks match.
func (t *tree) fewestBlocks() []block {
	t.solveNode(0, lengths{})
	out := t.placeBlocks(nil, 0, lengths{})
	slices.SortFunc(out, compareBlocks)
	return out
}

// solveNode returns how many ranges are needed at and below the node at i.
func (t *tree) solveNode(i uint32, given lengths) int {
	if t.nodes[i].any.isSubsetOf(given) {
		return 0
	}
	if c := t.findChoice(i, given); c != nil {
		return c.cost
	}
	c := t.chooseKey(i, given)
	n := &t.nodes[i]
	c.given, c.next = given, n.first
	t.choices = append(t.choices, c)
	n.first = uint32(len(t.choices))
	n.made++
	t.spent = t.spent || n.made >= mostChoices
	return c.cost
}

// findChoice returns the choice made at node i for given, or nil.
func (t *tree) findChoice(i uint32, given lengths) *choice {
	for at := t.nodes[i].first; at != 0; at = t.choices[at-1].next {
		if c := &t.choices[at-1]; c.given == given {
			return c
		}
	}
	return nil
}

// chooseKey finds the cheapest choice at node i. Between equal costs it prefers to keep a prefix of
// the input, and adds no other.
func (t *tree) chooseKey(i uint32, given lengths) choice {
	n := &t.nodes[i]
	if n.all == n.any {
		return choice{key: n.all, cost: n.all.countRuns()} // as observation 3
	}
	without := !n.all.has(n.bits) || given.has(n.bits)
	if t.spent && (n.input || !without || !t.canPass(i, given)) {
		return choice{key: n.all, cost: n.all.countRuns() + t.costBelow(i, n.all)}
	}
	best := choice{cost: impossible}
	if without {
		best.cost = t.costBelow(i, given)
	}
	for key := range n.candidateKeys(given) {
		if t.spent && best.cost < impossible {
			break
		}
		cost := key.countRuns() + t.costBelow(i, key)
		if cost < best.cost || cost == best.cost && n.input && best.key.isEmpty() {
			best = choice{key: key, cost: cost}
		}
	}
	return best
}

// candidateKeys yields the sets of lengths that a key at n may match. given holds the lengths that
// the key has to repeat.
func (n *node) candidateKeys(given lengths) iter.Seq[lengths] {
	return func(yield func(lengths) bool) {
		var needed, all lengths
		var free []lengths
		for low, high := range n.all.runs() {
			run := lengthsBetween(low, high)
			all = all.union(run)
			if low == n.bits || !run.intersect(given).isEmpty() {
				needed = needed.union(run)
			} else {
				free = append(free, run)
			}
		}
		try := func(key lengths) bool { return key.isEmpty() || key == given || yield(key) }
		if len(free) > mostFree {
			if !try(needed) || !try(all) {
				return
			}
			for _, run := range free {
				if !try(needed.union(run)) {
					return
				}
			}
			return
		}
		for chosen := range 1 << len(free) {
			key := needed
			for f, run := range free {
				if chosen>>f&1 == 1 {
					key = key.union(run)
				}
			}
			if !try(key) {
				return
			}
		}
	}
}

// costBelow returns how many ranges are needed below node i, if the nearest key matches have.
func (t *tree) costBelow(i uint32, have lengths) int {
	if !t.canPass(i, have) {
		return impossible
	}
	t.tries--
	t.spent = t.spent || t.tries < 0
	cost := 0
	for b := range t.emptyHalves(i, have) {
		cost += t.nodes[i].base.atLeast(b.bits).countRuns()
	}
	for _, c := range t.nodes[i].child {
		if c != 0 {
			cost += t.solveNode(c, have.atLeast(t.nodes[c].bits))
		}
	}
	return cost
}

// canPass says whether have matches all that is to be matched between node i and its only child,
// where no key can be placed.
func (t *tree) canPass(i uint32, have lengths) bool {
	n := &t.nodes[i]
	if n.child[0] != 0 && n.child[1] != 0 || n.child[0] == n.child[1] {
		return true
	}
	child := &t.nodes[n.child[0]+n.child[1]]
	if child.bits == n.bits+1 {
		return true
	}
	return n.base.intersect(lengthsBetween(n.bits+1, child.bits-1)).isSubsetOf(have)
}

// emptyHalves yields the prefixes below node i that have no input inside and that have does not
// match wholly.
//
//	node ─┬─ . ─┬─ . ─┬─ child
//	      └ e   └ e   └ e
func (t *tree) emptyHalves(i uint32, have lengths) iter.Seq[block] {
	return func(yield func(block) bool) {
		n := &t.nodes[i]
		switch left, right := n.child[0], n.child[1]; {
		case left != 0 && right != 0 || n.bits == t.top:
		case left == right:
			if !n.base.atLeast(n.bits + 1).isSubsetOf(have) {
				_ = yield(n.half(0)) && yield(n.half(1))
			}
		default:
			child := &t.nodes[left+right]
			for at := n.bits; at < child.bits && !n.base.atLeast(at+1).isSubsetOf(have); at++ {
				if !yield(child.truncateTo(at).half(1 - child.bitAt(at))) {
					return
				}
			}
		}
	}
}

// placeBlocks appends the blocks chosen at and below node i.
func (t *tree) placeBlocks(out []block, i uint32, given lengths) []block {
	n := &t.nodes[i]
	if n.any.isSubsetOf(given) {
		return out
	}
	have := given
	if c := t.findChoice(i, given); !c.key.isEmpty() {
		have = c.key
		out = appendRuns(out, n.block, have)
	}
	for b := range t.emptyHalves(i, have) {
		out = appendRuns(out, b, n.base.atLeast(b.bits))
	}
	for _, c := range n.child {
		if c != 0 {
			out = t.placeBlocks(out, c, have.atLeast(t.nodes[c].bits))
		}
	}
	return out
}

// appendRuns appends a block for each run of s, with b's prefix.
func appendRuns(out []block, b block, s lengths) []block {
	for b.min, b.max = range s.runs() {
		out = append(out, b)
	}
	return out
}
