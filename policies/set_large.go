package policies

import (
	"fmt"
	"iter"
	"slices"
)

// LargeCommunities are the elements of a large-community set.
type LargeCommunities []LargeCommunityPattern

// Kind is LargeCommunitySet.
func (LargeCommunities) Kind() SetKind { return LargeCommunitySet }

// Len returns how many there are.
func (e LargeCommunities) Len() int { return len(e) }

// All yields each.
func (e LargeCommunities) All() iter.Seq[any] { return yieldAll(e) }

// SameAs says whether other has the same elements.
func (e LargeCommunities) SameAs(other Elements) bool {
	o, is := other.(LargeCommunities)
	return is && sameElements(e, o)
}

// With returns e with other behind it.
func (e LargeCommunities) With(other Elements) Elements {
	return slices.Concat(e, other.(LargeCommunities))
}

func (e LargeCommunities) inOwnOrder() Elements {
	return e.Sorted()
}

// Sorted returns e in the order of its parts.
func (e LargeCommunities) Sorted() LargeCommunities {
	return inOrder(e, LargeCommunityPattern.comparePattern)
}

// Lines yields each as text.
func (e LargeCommunities) Lines() iter.Seq[string] { return linesOf(e, LargeCommunityPattern.String) }

func (LargeCommunities) kindInName() string { return "large-community" }

// LargeCommunityPattern matches one large community, or all that share its
// first two parts.
type LargeCommunityPattern struct {
	LargeCommunity
	AnyLocal2 bool // Local2 is not looked at
}

// String returns the pattern as a regular expression for gobgpd, anchored: an
// unanchored 64500:666:1 would match 164500:666:1, too.
func (p LargeCommunityPattern) String() string {
	if p.AnyLocal2 {
		return fmt.Sprintf("^%d:%d:[0-9]+$", p.Global, p.Local1)
	}
	return "^" + p.LargeCommunity.String() + "$"
}

// Matches says whether c is one that p matches.
func (p LargeCommunityPattern) Matches(c LargeCommunity) bool {
	return p.Global == c.Global && p.Local1 == c.Local1 && (p.AnyLocal2 || p.Local2 == c.Local2)
}

// Exactly returns the patterns that match just these large communities.
func Exactly(list []LargeCommunity) []LargeCommunityPattern {
	patterns := make([]LargeCommunityPattern, len(list))
	for i, c := range list {
		patterns[i] = LargeCommunityPattern{LargeCommunity: c}
	}
	return patterns
}

func (p LargeCommunityPattern) comparePattern(o LargeCommunityPattern) int {
	return p.Compare(o.LargeCommunity)
}
