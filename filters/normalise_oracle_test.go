package filters_test

import (
	"math"
	"math/bits"
	"net/netip"

	"depeer/filters"
)

// The two readings of a set of entries, as slow as they are obvious.

// matchesAny says whether any entry matches the announcement p.
func matchesAny(entries []filters.Entry, p netip.Prefix) bool {
	for _, e := range entries {
		if inside(p, e.Prefix) && int(e.Min) <= p.Bits() && p.Bits() <= int(e.Max) {
			return true
		}
	}
	return false
}

// matchesLongest says whether one of the entries matches p that have the
// longest prefix of those that cover it, as gobgpd 3.37 looks at them.
func matchesLongest(entries []filters.Entry, p netip.Prefix) bool {
	longest := -1
	for _, e := range entries {
		if inside(p, e.Prefix) {
			longest = max(longest, e.Prefix.Bits())
		}
	}
	for _, e := range entries {
		if inside(p, e.Prefix) && e.Prefix.Bits() == longest && int(e.Min) <= p.Bits() && p.Bits() <= int(e.Max) {
			return true
		}
	}
	return false
}

// inside says whether p is q or more specific.
func inside(p, q netip.Prefix) bool { return q.Bits() <= p.Bits() && q.Contains(p.Addr()) }

// universe is a small world: a prefix so many bits shorter than an address, and
// all that is inside it. Its announcements have numbers: 1 is the prefix itself, 2n
// and 2n+1 are the halves of n. A set of them is a bit for each number.
type universe struct{ bits int }

func (u universe) size() int { return 2 << u.bits } // one more than the largest number

func depth(n int) int { return bits.Len(uint(n)) - 1 }

func (u universe) prefix(n int) netip.Prefix {
	d := depth(n)
	addr := (n - 1<<d) << (u.bits - d)
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(addr)}), 32-u.bits+d)
}

func (u universe) length(d int) uint8 { return uint8(32 - u.bits + d) }

// announcements returns which of all announcements entries match.
func (u universe) announcements(entries []filters.Entry,
	matches func([]filters.Entry, netip.Prefix) bool) (set uint64) {
	for n := 1; n < u.size(); n++ {
		if matches(entries, u.prefix(n)) {
			set |= 1 << n
		}
	}
	return set
}

// exact returns an entry for each announcement of set.
func (u universe) exact(set uint64) (entries []filters.Entry) {
	for n := 1; n < u.size(); n++ {
		if set>>n&1 == 1 {
			p := u.prefix(n)
			entries = append(entries, filters.Entry{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Bits())})
		}
	}
	return entries
}

// fewest returns how many entries are needed to match exactly the announcements
// of set under both readings. It knows nothing but this: a key has a set of depths,
// and must not match less inside it than the key above.
func (u universe) fewest(set uint64) int {
	memo := make(map[[2]int]int)
	var needed func(n, given int) int // at n and below; given: depths that the key above matches
	needed = func(n, given int) int {
		if n >= u.size() {
			return 0
		}
		state := [2]int{n, given >> depth(n) << depth(n)}
		if cost, known := memo[state]; known {
			return cost
		}
		best := math.MaxInt / 4
		try := func(cost, key int) {
			if set>>n&1 == uint64(key>>depth(n)&1) { // n itself is looked up in key
				best = min(best, cost+needed(2*n, key)+needed(2*n+1, key))
			}
		}
		try(0, given)
		for key := range 2 << u.bits {
			if key>>depth(n)<<depth(n) == key && key&state[1] == state[1] {
				try(runs(key), key)
			}
		}
		memo[state] = best
		return best
	}
	return needed(1, 0)
}

// runs counts the runs of ones in s.
func runs(s int) int { return bits.OnesCount(uint(s &^ (s << 1))) }

// everyWay calls do with each choice of keys in the universe, right or wrong.
func (u universe) everyWay(do func(keys []int)) {
	keys := make([]int, u.size()) // depths that the key at a number matches; 0: no key
	var at func(n int)
	at = func(n int) {
		if n == u.size() {
			do(keys)
			return
		}
		for key := 0; key < 2<<u.bits; key += 1 << depth(n) {
			keys[n] = key
			at(n + 1)
		}
	}
	at(1)
}

// read returns the announcements that keys match, under both readings.
func (u universe) read(keys []int) (longest, any uint64) {
	for n := 1; n < u.size(); n++ {
		found := false
		for k := n; k > 0; k /= 2 {
			if keys[k] == 0 {
				continue
			}
			if keys[k]>>depth(n)&1 == 1 {
				any |= 1 << n
				if !found {
					longest |= 1 << n
				}
			}
			found = true
		}
	}
	return longest, any
}
