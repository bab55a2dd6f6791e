package policies

import (
	"cmp"
	"iter"
	"slices"
	"strconv"

	"depeer/filters"
)

// Prefixes are the elements of a prefix set, of one family. No entry hides another (filters.Entries).
type Prefixes []filters.Entry

// Kind is PrefixSet.
func (Prefixes) Kind() SetKind { return PrefixSet }

// Len returns how many there are.
func (e Prefixes) Len() int { return len(e) }

// All yields each.
func (e Prefixes) All() iter.Seq[any] { return yieldAll(e) }

// SameAs says whether other has the same elements.
func (e Prefixes) SameAs(other Elements) bool {
	o, is := other.(Prefixes)
	return is && sameElements(e, o)
}

// With returns e with other behind it.
func (e Prefixes) With(other Elements) Elements { return slices.Concat(e, other.(Prefixes)) }

func (e Prefixes) inOwnOrder() Elements { return Prefixes(inOrder(e, compareEntries)) }

// Lines yields each as text.
func (e Prefixes) Lines() iter.Seq[string] { return linesOf(e, entryLine) }

func (e Prefixes) kindInName() string {
	if e[0].Prefix.Addr().Is4() {
		return "prefix4"
	}
	return "prefix6"
}

func compareEntries(a, b filters.Entry) int {
	return cmp.Or(a.Prefix.Compare(b.Prefix), cmp.Compare(a.Min, b.Min), cmp.Compare(a.Max, b.Max))
}

// entryLine is "prefix min..max". There may be many, so it goes without fmt.
func entryLine(e filters.Entry) string {
	line := e.Prefix.AppendTo(make([]byte, 0, 64))
	line = strconv.AppendUint(append(line, ' '), uint64(e.Min), 10)
	return string(strconv.AppendUint(append(line, ".."...), uint64(e.Max), 10))
}
