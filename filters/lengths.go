package filters

import (
	"iter"
	"math/bits"
)

// lengths is a set of prefix lengths, 0 to 128.
type lengths [3]uint64

// lengthsBetween returns the lengths from low to high, both inclusive.
func lengthsBetween(low, high uint8) lengths {
	var s lengths
	for w := range s {
		first, last := max(int(low)-64*w, 0), min(int(high)-64*w, 63)
		if first <= last {
			s[w] = ^uint64(0) << first & (^uint64(0) >> (63 - last))
		}
	}
	return s
}

// atLeast returns the lengths of s that are at least low.
func (s lengths) atLeast(low uint8) lengths {
	w := low / 64
	clear(s[:w])
	s[w] &= ^uint64(0) << (low % 64)
	return s
}

func (s lengths) intersect(t lengths) lengths { return lengths{s[0] & t[0], s[1] & t[1], s[2] & t[2]} }
func (s lengths) union(t lengths) lengths     { return lengths{s[0] | t[0], s[1] | t[1], s[2] | t[2]} }

func (s lengths) isEmpty() bool             { return s == lengths{} }
func (s lengths) has(n uint8) bool          { return s[n/64]>>(n%64)&1 == 1 }
func (s lengths) isSubsetOf(t lengths) bool { return s.intersect(t) == s }

// countRuns returns the number of runs of s: the fewest ranges that make it up.
func (s lengths) countRuns() int {
	n, carry := 0, uint64(0)
	for _, w := range s {
		n += bits.OnesCount64(w &^ (w<<1 | carry))
		carry = w >> 63
	}
	return n
}

// runs yields the ranges that make up s, each as long as it can be.
func (s lengths) runs() iter.Seq2[uint8, uint8] {
	return func(yield func(low, high uint8) bool) {
		for low := s.nextBit(0, 0); low < 64*len(s); {
			end := s.nextBit(low, ^uint64(0))
			if !yield(uint8(low), uint8(end-1)) {
				return
			}
			low = s.nextBit(end, 0)
		}
	}
}

// nextBit returns the first position at or after n whose bit is set; with every bit of flip set,
// the first whose bit is not.
func (s lengths) nextBit(n int, flip uint64) int {
	for ; n < 64*len(s); n = (n/64 + 1) * 64 {
		if w := (s[n/64] ^ flip) >> (n % 64); w != 0 {
			return n + bits.TrailingZeros64(w)
		}
	}
	return n
}
