package filters

import (
	"iter"
	"slices"
)

// A key at a node may match those lengths of which every announcement inside the
// node is to be matched: node.all. What a key matches is handed down: a key
// below repeats it. The fewest ranges are found by trying, at each node and for
// each set of lengths that may be handed down to it, to place no key, or a key
// with some of the runs of node.all.
//
// That this finds the fewest of all rests on four observations; the tests compare
// with a search that knows none of them.
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

// Lists can be made for which this would take for ever. So it is bounded; beyond
// that, inputs keep their keys, which is right, and not the fewest.
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
	child [2]uint32 // by the next bit; 0: none, as the root is nobody's child
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

// simple says whether one entry at n matches all that is to be matched inside.
func (n *node) simple() bool { return n.all == n.any && n.all.count() == 1 }

// load fills the tree with sorted blocks: at least one.
func (t *tree) load(blocks []block) {
	t.nodes, t.choices = t.nodes[:0], t.choices[:0]
	t.build(blocks, lengths{}, t.top)
	t.tries, t.spent = mostTries*(len(t.nodes)+512), false
}

// build adds a node for the prefix that all of blocks lie in, not longer than
// limit, with all that is below it. above is matched by what covers it.
func (t *tree) build(blocks []block, above lengths, limit uint8) uint32 {
	first, last := blocks[0], blocks[len(blocks)-1]
	n := node{block: first.cut(min(first.bits, first.common(last), limit))}
	at := uint32(len(t.nodes))
	t.nodes = append(t.nodes, n)

	for len(blocks) > 0 && blocks[0].bits == n.bits {
		above = above.or(span(blocks[0].min, blocks[0].max))
		blocks, n.input = blocks[1:], true
	}
	n.base = above.from(n.bits)
	n.any = n.base

	right, _ := slices.BinarySearchFunc(blocks, 1, func(b block, bit int) int { return b.bit(n.bits) - bit })
	limit = t.top
	if 0 < right && right < len(blocks) && !n.base.empty() {
		limit = n.bits + 1
	}
	sides := [2]lengths{n.base, n.base}
	for side, part := range [2][]block{blocks[:right], blocks[right:]} {
		if len(part) == 0 {
			continue
		}
		n.child[side] = t.build(part, above, limit)
		c := &t.nodes[n.child[side]]
		n.any = n.any.or(c.any)
		if c.bits == n.bits+1 {
			sides[side] = c.all
		}
	}
	n.all = n.base.or(sides[0].and(sides[1]))
	t.nodes[at] = n
	return at
}

// fewest returns the fewest blocks that match what those that were loaded match.
func (t *tree) fewest() []block {
	t.solve(0, lengths{})
	out := t.place(nil, 0, lengths{})
	slices.SortFunc(out, compareBlocks)
	return out
}

// solve returns how many ranges are needed at and below the node at i.
func (t *tree) solve(i uint32, given lengths) int {
	if t.nodes[i].any.in(given) {
		return 0
	}
	if c := t.choice(i, given); c != nil {
		return c.cost
	}
	c := t.choose(i, given)
	n := &t.nodes[i]
	c.given, c.next = given, n.first
	t.choices = append(t.choices, c)
	n.first = uint32(len(t.choices))
	n.made++
	t.spent = t.spent || n.made >= mostChoices
	return c.cost
}

// choice returns the choice that was made at node i, if any.
func (t *tree) choice(i uint32, given lengths) *choice {
	for at := t.nodes[i].first; at != 0; at = t.choices[at-1].next {
		if c := &t.choices[at-1]; c.given == given {
			return c
		}
	}
	return nil
}

// choose tries what can be done at node i. Where two ways cost the same, a prefix of
// the input is kept, and no other is made up.
func (t *tree) choose(i uint32, given lengths) choice {
	n := &t.nodes[i]
	if n.all == n.any {
		return choice{key: n.all, cost: n.all.count()} // as observation 3
	}
	without := !n.all.has(n.bits) || given.has(n.bits)
	if t.spent && (n.input || !without || !t.passes(i, given)) {
		return choice{key: n.all, cost: n.all.count() + t.below(i, n.all)}
	}
	best := choice{cost: impossible}
	if without {
		best.cost = t.below(i, given)
	}
	for key := range n.keys(given) {
		if t.spent && best.cost < impossible {
			break
		}
		cost := key.count() + t.below(i, key)
		if cost < best.cost || cost == best.cost && n.input && best.key.empty() {
			best = choice{key: key, cost: cost}
		}
	}
	return best
}

// keys yields what a key at n may match, given what it has to repeat.
func (n *node) keys(given lengths) iter.Seq[lengths] {
	return func(yield func(lengths) bool) {
		var needed, all lengths
		var free []lengths
		for low, high := range n.all.runs() {
			run := span(low, high)
			all = all.or(run)
			if low == n.bits || !run.and(given).empty() {
				needed = needed.or(run)
			} else {
				free = append(free, run)
			}
		}
		try := func(key lengths) bool { return key.empty() || key == given || yield(key) }
		if len(free) > mostFree {
			if !try(needed) || !try(all) {
				return
			}
			for _, run := range free {
				if !try(needed.or(run)) {
					return
				}
			}
			return
		}
		for chosen := range 1 << len(free) {
			key := needed
			for f, run := range free {
				if chosen>>f&1 == 1 {
					key = key.or(run)
				}
			}
			if !try(key) {
				return
			}
		}
	}
}

// below returns what is needed below node i, if the nearest key matches have.
func (t *tree) below(i uint32, have lengths) int {
	if !t.passes(i, have) {
		return impossible
	}
	t.tries--
	t.spent = t.spent || t.tries < 0
	cost := 0
	for b := range t.empty(i, have) {
		cost += t.nodes[i].base.from(b.bits).count()
	}
	for _, c := range t.nodes[i].child {
		if c != 0 {
			cost += t.solve(c, have.from(t.nodes[c].bits))
		}
	}
	return cost
}

// passes says whether have matches what is to be matched on the way from node i
// to its only child, where no key will stand.
func (t *tree) passes(i uint32, have lengths) bool {
	n := &t.nodes[i]
	if n.child[0] != 0 && n.child[1] != 0 || n.child[0] == n.child[1] {
		return true
	}
	child := &t.nodes[n.child[0]+n.child[1]]
	if child.bits == n.bits+1 {
		return true
	}
	return n.base.and(span(n.bits+1, child.bits-1)).in(have)
}

// empty yields the prefixes below node i that have no input inside and are not
// wholly matched by have.
//
//	node ─┬─ . ─┬─ . ─┬─ child
//	      └ e   └ e   └ e
func (t *tree) empty(i uint32, have lengths) iter.Seq[block] {
	return func(yield func(block) bool) {
		n := &t.nodes[i]
		switch left, right := n.child[0], n.child[1]; {
		case left != 0 && right != 0 || n.bits == t.top:
		case left == right:
			if !n.base.from(n.bits + 1).in(have) {
				_ = yield(n.half(0)) && yield(n.half(1))
			}
		default:
			child := &t.nodes[left+right]
			for at := n.bits; at < child.bits && !n.base.from(at+1).in(have); at++ {
				if !yield(child.cut(at).half(1 - child.bit(at))) {
					return
				}
			}
		}
	}
}

// place appends the blocks that were chosen at and below node i.
func (t *tree) place(out []block, i uint32, given lengths) []block {
	n := &t.nodes[i]
	if n.any.in(given) {
		return out
	}
	have := given
	if c := t.choice(i, given); !c.key.empty() {
		have = c.key
		out = appendRuns(out, n.block, have)
	}
	for b := range t.empty(i, have) {
		out = appendRuns(out, b, n.base.from(b.bits))
	}
	for _, c := range n.child {
		if c != 0 {
			out = t.place(out, c, have.from(t.nodes[c].bits))
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
