package eval

import (
	"net/netip"
	"slices"

	"depeer/policies"

	"github.com/gaissmai/bart"
)

// prefixTable answers all conditions on prefix sets with one lookup. It holds the
// prefixes of all entries of all sets; at each stand the ranges of every set's own
// longest prefix that covers it, its own or inherited from above:
//
//	set 1   10.0.0.0/8 8..32             10.0.0.0/8    1: 8..32
//	set 2   10.1.0.0/16 16..24     ->    10.1.0.0/16   1: 8..32, 2: 16..24
//	set 1   10.1.2.0/24 24..24           10.1.2.0/24   1: 24..24, 2: 16..24
//
// Prefixes of length 0 stand beside the tree: each policy that adds anything has 0.0.0.0/0, and a
// route that nothing else covers would be looked for up to the root.
type prefixTable struct {
	nodes      *bart.Table[span]
	all4, all6 span  // of 0.0.0.0/0 and ::/0
	allMax     uint8 // the longest length that these match
	ranges     []lengths
}

// span is a part of ranges.
type span struct{ from, to uint32 }

// lengths is a range of lengths that a set matches.
type lengths struct {
	set      uint32
	min, max uint8
}

// key is one entry of one set.
type key struct {
	prefix netip.Prefix
	lengths
}

// node is a prefix with all ranges that apply there, while the table is built.
type node struct {
	prefix netip.Prefix
	ranges []lengths
}

func newPrefixTable(policy *policies.RoutingPolicy, numbers sets) prefixTable {
	var keys []key
	for name, entries := range policies.SetsOf[policies.Prefixes](policy) {
		for _, e := range entries {
			keys = append(keys, key{e.Prefix, lengths{numbers.number[name], e.Min, e.Max}})
		}
	}
	slices.SortStableFunc(keys, func(a, b key) int { return a.prefix.Compare(b.prefix) })

	t := prefixTable{nodes: new(bart.Table[span])}
	var open []node // the prefixes that cover the present one, widest first
	for len(keys) > 0 {
		prefix := keys[0].prefix
		for len(open) > 0 && !open[len(open)-1].prefix.Overlaps(prefix) {
			open = open[:len(open)-1]
		}
		var own []lengths
		for len(keys) > 0 && keys[0].prefix == prefix {
			own, keys = append(own, keys[0].lengths), keys[1:]
		}
		n := node{prefix, own}
		if len(open) > 0 {
			n.inheritRanges(open[len(open)-1])
		}
		open = append(open, n)
		from := len(t.ranges)
		t.ranges = append(t.ranges, n.ranges...)
		there := span{uint32(from), uint32(len(t.ranges))}
		if prefix.Bits() == 0 {
			for _, r := range n.ranges {
				t.allMax = max(t.allMax, r.max)
			}
		}
		switch {
		case prefix.Bits() > 0:
			t.nodes.Insert(prefix, there)
		case prefix.Addr().Is4():
			t.all4 = there
		default:
			t.all6 = there
		}
	}
	return t
}

// inheritRanges adds the parent's ranges of those sets that have none of their own at n.
func (n *node) inheritRanges(parent node) {
	own := n.ranges
	for _, r := range parent.ranges {
		if !slices.ContainsFunc(own, func(o lengths) bool { return o.set == r.set }) {
			n.ranges = append(n.ranges, r)
		}
	}
}

// setHits sets the bits of the sets that match p, and says whether it set any.
func (t *prefixTable) setHits(p netip.Prefix, hits bits) (some bool) {
	if len(t.ranges) == 0 {
		return false
	}
	length := uint8(p.Bits())
	s, found := t.nodes.LookupPrefix(p)
	switch {
	case found:
	case length > t.allMax:
		return false
	case p.Addr().Is4():
		s = t.all4
	default:
		s = t.all6
	}
	for _, r := range t.ranges[s.from:s.to] {
		if r.min <= length && length <= r.max {
			hits.set(r.set)
			some = true
		}
	}
	return some
}
