package plan

import (
	"net/netip"
)

// OperatorStatement is what a statement of the operator's does to the attributes that ours
// give or look at, and what it matches of them. Conditions that ours have nothing to do with
// are counted only: where they hold is not looked at.
type OperatorStatement struct {
	Name string

	// Neighbors are whom a route comes from (on import) or is sent to (on export), if Asks
	// says that the statement asks for it; an empty set is everybody, as in gobgpd.
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
	// Prepend is the ASN that is put in front of the path; Leftmost is its own first one again.
	Prepend         uint32
	PrependLeftmost bool
	// OnCommunities and OnLarge say what is done to communities and large communities.
	OnCommunities, OnLarge CommunityChange
}

// Match says how a condition on a set is meant.
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
	Value    int64 // to replace by, or to add
}

// CommunityChange is what a statement does to communities of one kind. The zero value does
// nothing.
type CommunityChange struct {
	Adds     []string
	Removes  []string // regular expressions
	Replaces bool     // takes all off that Adds does not have
}

// appliesTo says whether s may match a route that comes from, or is sent to, a client.
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

// endsList says whether no statement behind s is asked, whatever the route.
func (s *OperatorStatement) endsList() bool { return !s.Conditional && s.Decision != None }
