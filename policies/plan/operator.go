package plan

import (
	"net/netip"
)

// OperatorStatement is a statement of the operator's: what it does to the attributes that our policies change
// or match, and how it matches these. Other conditions are noted only as Conditional.
type OperatorStatement struct {
	Name string

	// Neighbors are the neighbors that a route comes from (import) or is sent to (export), if
	// AsksNeighbor says that the statement has such a condition. As in gobgpd, an empty set is all.
	AsksNeighbor Match
	Neighbors    []netip.Prefix

	// AsksCommunity and AsksLarge say how communities and large communities are matched, and
	// Communities and Large by which regular expressions.
	AsksCommunity, AsksLarge Match
	Communities, Large       []string
	AsksPathLength           bool
	Conditional              bool // has any condition, of these or others

	Decision Disposition // None: the next statement is asked

	LocalPref *uint32
	MED       MEDChange
	// Prepend is the ASN that the statement prepends; PrependLeftmost: the leftmost ASN of the path.
	Prepend         uint32
	PrependLeftmost bool
	// OnCommunities and OnLarge are the changes of communities and large communities.
	OnCommunities, OnLarge CommunityChange
}

// Match is the kind of a condition on a set.
type Match uint8

const (
	NotAsked Match = iota
	AnyOf
	AllOf
	NoneOf // INVERT
)

// MEDChange is what a statement does to MED. The zero value does nothing.
type MEDChange struct {
	Replaces bool
	Value    int64 // the new MED, or the number to add
}

// CommunityChange is what a statement does to communities of one kind. The zero value does
// nothing.
type CommunityChange struct {
	Adds     []string
	Removes  []string // regular expressions
	Replaces bool     // removes all others
}

// appliesTo says whether s can match a route that comes from a client, or is sent to it.
func (s *OperatorStatement) appliesTo(client netip.Addr) bool {
	if s.AsksNeighbor == NotAsked || len(s.Neighbors) == 0 {
		return true
	}
	in := false
	for _, p := range s.Neighbors {
		in = in || p.Contains(client)
	}
	return in != (s.AsksNeighbor == NoneOf)
}

// endsList says whether s decides about every route, so that no later statement matters.
func (s *OperatorStatement) endsList() bool { return !s.Conditional && s.Decision != None }
