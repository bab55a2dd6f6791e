package policies

import (
	"iter"
	"net/netip"
	"slices"
)

// Neighbors are the elements of a neighbor set: addresses of members who have chosen. Never empty in a policy:
// gobgpd takes that for everybody.
type Neighbors []netip.Addr

// Kind is NeighborSet.
func (Neighbors) Kind() SetKind { return NeighborSet }

// Len returns how many there are.
func (e Neighbors) Len() int { return len(e) }

// All yields each.
func (e Neighbors) All() iter.Seq[any] { return yieldAll(e) }

// SameAs says whether other has the same elements.
func (e Neighbors) SameAs(other Elements) bool {
	o, is := other.(Neighbors)
	return is && sameElements(e, o)
}

// With returns e with other behind it.
func (e Neighbors) With(other Elements) Elements { return slices.Concat(e, other.(Neighbors)) }

func (e Neighbors) inOwnOrder() Elements { return Neighbors(inOrder(e, netip.Addr.Compare)) }

// Lines yields each as text.
func (e Neighbors) Lines() iter.Seq[string] { return linesOf(e, netip.Addr.String) }

func (Neighbors) kindInName() string { return "neighbor" }

// Chooses says whether a member has chosen anything.
func (p *RoutingPolicy) Chooses(member netip.Addr) bool {
	for _, addresses := range SetsOf[Neighbors](p) {
		if slices.Contains(addresses, member) {
			return true
		}
	}
	return false
}
