package filters_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
)

var comparePrefixes = cmpopts.EquateComparable(netip.Prefix{})

// entry reads "10.0.0.0/8 8..32".
func entry(prefix string, low, high uint8) filters.Entry {
	return filters.Entry{Prefix: netip.MustParsePrefix(prefix), Min: low, Max: high}
}

func TestNormalise(t *testing.T) {
	tests := []struct {
		name     string
		in, want []filters.Entry
	}{
		{"nothing", nil, nil},
		{"one", []filters.Entry{entry("10.0.0.0/8", 8, 32)}, []filters.Entry{entry("10.0.0.0/8", 8, 32)}},
		{
			"exact halves become one, without the whole",
			[]filters.Entry{entry("11.0.0.0/8", 8, 8), entry("10.0.0.0/8", 8, 8)},
			[]filters.Entry{entry("10.0.0.0/7", 8, 8)},
		},
		{
			"and with all that is inside them",
			[]filters.Entry{entry("11.0.0.0/8", 8, 32), entry("10.0.0.0/8", 8, 32)},
			[]filters.Entry{entry("10.0.0.0/7", 8, 32)},
		},
		{
			"nested and nothing new",
			[]filters.Entry{entry("10.1.0.0/16", 16, 24), entry("10.0.0.0/8", 8, 32)},
			[]filters.Entry{entry("10.0.0.0/8", 8, 32)},
		},
		{
			"nested repeats what is around it",
			[]filters.Entry{entry("10.0.0.0/8", 8, 20), entry("10.1.0.0/16", 24, 24)},
			[]filters.Entry{entry("10.0.0.0/8", 8, 20), entry("10.1.0.0/16", 16, 20), entry("10.1.0.0/16", 24, 24)},
		},
		{
			"nested takes on from what is around it",
			[]filters.Entry{entry("10.0.0.0/8", 8, 20), entry("10.1.0.0/16", 21, 24)},
			[]filters.Entry{entry("10.0.0.0/8", 8, 20), entry("10.1.0.0/16", 16, 24)},
		},
		{
			"ranges of one prefix that touch",
			[]filters.Entry{entry("10.0.0.0/8", 21, 24), entry("10.0.0.0/8", 8, 20), entry("10.0.0.0/8", 9, 9)},
			[]filters.Entry{entry("10.0.0.0/8", 8, 24)},
		},
		{
			"ranges of one prefix that do not",
			[]filters.Entry{entry("10.0.0.0/8", 24, 24), entry("10.0.0.0/8", 8, 8)},
			[]filters.Entry{entry("10.0.0.0/8", 8, 8), entry("10.0.0.0/8", 24, 24)},
		},
		{
			"a prefix and its halves",
			[]filters.Entry{entry("10.0.0.0/8", 8, 8), entry("10.0.0.0/9", 9, 32), entry("10.128.0.0/9", 9, 32)},
			[]filters.Entry{entry("10.0.0.0/8", 8, 32)},
		},
		{
			"a key around all saves one", // 4 without it
			[]filters.Entry{
				entry("8.0.0.0/8", 8, 32), entry("9.0.0.0/8", 9, 32),
				entry("10.0.0.0/8", 8, 32), entry("11.0.0.0/8", 9, 32),
			},
			[]filters.Entry{entry("8.0.0.0/6", 9, 32), entry("8.0.0.0/8", 8, 32), entry("10.0.0.0/8", 8, 32)},
		},
		{"inert", []filters.Entry{entry("10.0.0.0/8", 4, 7), entry("10.0.0.0/8", 33, 40), entry("10.0.0.0/8", 9, 8)},
			nil},
		{"partly inert", []filters.Entry{entry("10.0.0.0/8", 0, 255)}, []filters.Entry{entry("10.0.0.0/8", 8, 32)}},
		{"everything", []filters.Entry{entry("0.0.0.0/0", 0, 32), entry("10.0.0.0/8", 8, 8)},
			[]filters.Entry{entry("0.0.0.0/0", 0, 32)}},
		{"both halves of everything", []filters.Entry{entry("0.0.0.0/1", 1, 32), entry("128.0.0.0/1", 1, 32)},
			[]filters.Entry{entry("0.0.0.0/0", 1, 32)}},
		{
			"IPv6",
			[]filters.Entry{
				entry("::/0", 0, 0), entry("2001:db8::/32", 128, 128), entry("2001:db8:1::/48", 48, 64),
				entry("2001:db8:2::/64", 64, 128), entry("2001:db8:2:1::/64", 64, 128),
				entry("2001:db8::ffff/128", 128, 128),
			},
			[]filters.Entry{
				entry("::/0", 0, 0), entry("2001:db8::/32", 128, 128),
				entry("2001:db8:1::/48", 48, 64), entry("2001:db8:1::/48", 128, 128),
				entry("2001:db8:2::/63", 64, 128),
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, filters.Normalise(test.in), comparePrefixes); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is the fewest is found by looking at every choice of keys there is, in a
// world that is small enough.
func TestFewestOfEveryWay(t *testing.T) {
	u := universe{bits: 2}
	fewest := make(map[uint64]int)
	u.everyWay(func(keys []int) {
		longest, any := u.read(keys)
		if longest != any {
			return
		}
		cost := 0
		for _, k := range keys {
			cost += runs(k)
		}
		if old, known := fewest[any]; !known || cost < old {
			fewest[any] = cost
		}
	})
	for set := uint64(0); set < 1<<u.size(); set += 2 {
		want := fewest[set]
		if got := u.fewest(set); got != want {
			t.Fatalf("%b: oracle finds %d entries, there are %d", set, got, want)
		}
		checkSet(t, u, u.exact(set), want)
	}
}

// Every set of announcements of a world of three bits.
func TestFewestOfEverySet(t *testing.T) {
	u := universe{bits: 3}
	for set := uint64(0); set < 1<<u.size(); set += 2 {
		checkSet(t, u, u.exact(set), u.fewest(set))
	}
}

// Larger worlds by chance, given as entries of all kinds.
func TestFewestByChance(t *testing.T) {
	for _, width := range []int{4, 5} {
		u := universe{bits: width}
		often(t, func(t *rapid.T) {
			entries := u.draw(t)
			checkSet(t, u, entries, u.fewest(u.announcements(entries, matchesAny)))
		})
	}
}

// often checks a property of which a hundred tries, rapid's default, see too little.
func often(t *testing.T, property func(*rapid.T)) {
	for range 20 {
		rapid.Check(t, property)
	}
}

// draw returns entries of every kind, more of them the deeper they are.
func (u universe) draw(t *rapid.T) []filters.Entry {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) filters.Entry {
		n := rapid.IntRange(1, u.size()-1).Draw(t, "number")
		low := rapid.IntRange(depth(n), u.bits).Draw(t, "min")
		high := rapid.SampledFrom([]int{low, low, u.bits, rapid.IntRange(low, u.bits).Draw(t, "any max")}).Draw(t,
			"max")
		return filters.Entry{Prefix: u.prefix(n), Min: u.length(low), Max: u.length(high)}
	}), 0, 4+u.size()/3).Draw(t, "entries")
}

// checkSet normalises entries and compares what they match, and how many there are.
func checkSet(t interface {
	Helper()
	Fatalf(string, ...any)
}, u universe, entries []filters.Entry, fewest int) {
	t.Helper()
	want := u.announcements(entries, matchesAny)
	got := filters.Normalise(entries)
	if any := u.announcements(got, matchesAny); any != want {
		t.Fatalf("%v becomes %v: looking at all entries, %b is matched instead of %b", entries, got, any, want)
	}
	if longest := u.announcements(got, matchesLongest); longest != want {
		t.Fatalf("%v becomes %v: looking at the longest, %b is matched instead of %b", entries, got, longest, want)
	}
	if len(got) != fewest {
		t.Fatalf("%v becomes %v: %d entries, %d do", entries, got, len(got), fewest)
	}
	if !slices.IsSortedFunc(got, compareEntries) {
		t.Fatalf("%v becomes %v: not sorted", entries, got)
	}
}

func compareEntries(a, b filters.Entry) int {
	if c := a.Prefix.Addr().Compare(b.Prefix.Addr()); c != 0 {
		return c
	}
	if c := a.Prefix.Bits() - b.Prefix.Bits(); c != 0 {
		return c
	}
	return int(a.Min) - int(b.Min)
}

// The order and the repeating of the input do not matter.
func TestNormaliseOrder(t *testing.T) {
	u := universe{bits: 5}
	rapid.Check(t, func(t *rapid.T) {
		entries := u.draw(t)
		want := filters.Normalise(entries)
		seed := rapid.Uint64().Draw(t, "seed")
		shuffled := append(slices.Clone(entries), entries...)
		rand.New(rand.NewPCG(seed, 0)).Shuffle(len(shuffled), func(i, j int) {
			shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
		})
		if diff := cmp.Diff(want, filters.Normalise(shuffled), comparePrefixes); diff != "" {
			t.Errorf("(-sorted +shuffled):\n%s", diff)
		}
	})
}
