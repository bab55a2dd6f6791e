package policies

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// Set is a defined set: elements of one kind. Names are unique within their kind.
type Set struct {
	Name     string
	Elements Elements
}

// Kind returns what the elements are.
func (s Set) Kind() SetKind { return s.Elements.Kind() }

// SetKind is a kind of defined set.
type SetKind uint8

const (
	PrefixSet SetKind = iota
	NeighborSet
	ASPathSet
	LargeCommunitySet
)

// SetKinds are all kinds, in the order of sets in a policy.
var SetKinds = []SetKind{PrefixSet, NeighborSet, ASPathSet, LargeCommunitySet}

// setKindNames stand in digests: they never change.
var setKindNames = [...]string{"prefix", "neighbor", "as-path", "large-community"}

// String returns the word that tells kinds apart in digests.
func (k SetKind) String() string {
	if int(k) >= len(setKindNames) {
		panic(fmt.Sprintf("policies: no kind %d of set", uint8(k)))
	}
	return setKindNames[k]
}

// Elements are what a set consists of. The types of elements are Prefixes, Neighbors, ASPaths
// and LargeCommunities; each of them knows its kind, also where it is empty or nil.
type Elements interface {
	Kind() SetKind
	Len() int
	// All yields the elements, one by one.
	All() iter.Seq[any]
	// SameAs says whether other has the same elements, in whatever order.
	SameAs(other Elements) bool
	// With returns the elements with those of other, of the same kind, behind them. It
	// shares no memory with either.
	With(other Elements) Elements

	// Lines yields each element as text. Names and digests are made of these lines, sorted:
	// the order of elements means nothing.
	Lines() iter.Seq[string]

	// ordered returns the elements sorted.
	inOwnOrder() Elements
	// kindInName is the word for the kind in the names of sets.
	kindInName() string
}

// NewSet returns the set of elements, at least one, with its name. What the set is for, owner,
// is a treatment or another word. The name is made of the elements in the order given: what
// compiled lists have is sorted, and large communities are to be Sorted.
func NewSet(owner string, elements Elements) Set {
	return Set{Prefix + owner + "/" + elements.kindInName() + "/" + digestLines(elements.Lines()), elements}
}

// CompareSets orders sets by kind and name.
func CompareSets(a, b Set) int {
	return cmp.Or(cmp.Compare(a.Kind(), b.Kind()), cmp.Compare(a.Name, b.Name))
}

// SetsOf yields the sets of p whose elements are of type E, by name.
func SetsOf[E Elements](p *RoutingPolicy) iter.Seq2[string, E] {
	return func(yield func(string, E) bool) {
		for _, s := range p.Sets {
			if elements, is := s.Elements.(E); is && !yield(s.Name, elements) {
				return
			}
		}
	}
}

// ElementsOf returns the elements of the set of a name, of type E; none where p has no such set.
func ElementsOf[E Elements](p *RoutingPolicy, name string) E {
	for found, elements := range SetsOf[E](p) {
		if found == name {
			return elements
		}
	}
	var none E
	return none
}

// yieldAll yields the elements of a list.
func yieldAll[E any](list []E) iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, e := range list {
			if !yield(e) {
				return
			}
		}
	}
}

// linesOf yields a line for each element of a list.
func linesOf[E any](list []E, line func(E) string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, e := range list {
			if !yield(line(e)) {
				return
			}
		}
	}
}

// inOrder returns the elements sorted; the list itself, if it is: it may be long.
func inOrder[E any](list []E, compare func(a, b E) int) []E {
	if !slices.IsSortedFunc(list, compare) {
		list = slices.Clone(list)
		slices.SortFunc(list, compare)
	}
	return list
}

// sameElements says whether two lists have the same elements, in any order.
func sameElements[E comparable](list, of []E) bool {
	if len(list) != len(of) {
		return false
	}
	if slices.Equal(list, of) {
		return true
	}
	count := make(map[E]int, len(of))
	for _, e := range of {
		count[e]++
	}
	for _, e := range list {
		if count[e]--; count[e] < 0 {
			return false
		}
	}
	return true
}
