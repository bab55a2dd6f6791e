package policies

import (
	"cmp"
	"iter"
	"slices"

	"depeer/filters"
)

// ASPaths are the elements of an AS-path set.
type ASPaths []ASPathPattern

// Kind is ASPathSet.
func (ASPaths) Kind() SetKind { return ASPathSet }

// Len returns how many there are.
func (e ASPaths) Len() int { return len(e) }

// All yields each.
func (e ASPaths) All() iter.Seq[any] { return yieldAll(e) }

// SameAs says whether other has the same elements.
func (e ASPaths) SameAs(other Elements) bool {
	o, is := other.(ASPaths)
	return is && sameElements(e, o)
}

// With returns e with other behind it.
func (e ASPaths) With(other Elements) Elements { return slices.Concat(e, other.(ASPaths)) }

func (e ASPaths) inOwnOrder() Elements { return ASPaths(inOrder(e, comparePatterns)) }

// Lines yields each as text.
func (e ASPaths) Lines() iter.Seq[string] { return linesOf(e, ASPathPattern.String) }

func (ASPaths) kindInName() string { return "as-path" }

// ASPathPattern matches paths that hold ASN where Where looks. An AS_SET or a
// confederation segment holds none.
type ASPathPattern struct {
	ASN   filters.ASN
	Where filters.Where
}

// String returns gobgpd's fast form of the pattern.
func (p ASPathPattern) String() string {
	switch p.Where {
	case filters.Origin:
		return "_" + p.ASN.String() + "$"
	case filters.Neighbor:
		return "^" + p.ASN.String() + "_"
	case filters.Path:
		return "_" + p.ASN.String() + "_"
	default:
		panic("policies: AS path pattern looks nowhere")
	}
}

func comparePatterns(a, b ASPathPattern) int {
	return cmp.Or(cmp.Compare(a.ASN, b.ASN), cmp.Compare(a.Where, b.Where))
}
