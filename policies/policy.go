package policies

import (
	"fmt"
	"net/netip"

	"depeer/filters"
)

// The names of the two policies that the operator's gobgpd.conf defines and that
// are ours to fill, and what the names of all our other objects start with.
const (
	ImportPolicy = "depeer"
	ExportPolicy = "depeer-export"
	Prefix       = "depeer/"
)

// RoutingPolicy is all that we put into a route server: defined sets, the two
// policies, and the sessions that are shut. Names are unique within their kind. Sets are
// never empty.
type RoutingPolicy struct {
	PrefixSets         []PrefixSet
	NeighborSets       []NeighborSet `json:",omitempty"` // of members who have chosen
	ASPathSets         []ASPathSet
	LargeCommunitySets []LargeCommunitySet
	Import             []Statement // of policy "depeer", in order
	Export             []Statement // of policy "depeer-export", in order
	Sessions           []Session   `json:",omitempty"` // by ASN and address
}

// PrefixSet is a set of prefix entries of one family.
type PrefixSet struct {
	Name    string
	Entries []filters.Entry // as in filters.Entries: no entry hides another
}

// NeighborSet is a set of members. Never empty: gobgpd takes that for everybody.
type NeighborSet struct {
	Name      string
	Addresses []netip.Addr // sorted, unique
}

// ASPathSet is a set of patterns, each in one of gobgpd's fast forms.
type ASPathSet struct {
	Name     string
	Patterns []ASPathPattern
}

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

// LargeCommunitySet is a set of patterns.
type LargeCommunitySet struct {
	Name     string
	Patterns []LargeCommunityPattern
}

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

// Statement is one step of a policy: if all its conditions hold, its actions
// are taken.
type Statement struct {
	Name       string
	Conditions Conditions
	Actions    Actions
}

// OnTags says whether s is about routes with tags, and none else: a statement of the
// export policy.
func (s Statement) OnTags() bool {
	c := s.Conditions
	return c.LargeCommunitySet.Set != "" && !c.LargeCommunitySet.Invert && !c.NeighborSet.Invert &&
		c.PrefixSet.Set == "" && c.ASPathSet.Set == ""
}

// Conditions are ANDed; gobgpd has at most one of each type in a statement.
// Those whose Set is empty are not there; no condition at all matches everything.
type Conditions struct {
	PrefixSet         Condition
	ASPathSet         Condition
	LargeCommunitySet Condition
	// NeighborSet is of those whom a route is sent to, on export only.
	NeighborSet Condition `json:",omitzero"`
}

// All returns each condition, there or not.
func (c Conditions) All() []Condition {
	return []Condition{c.PrefixSet, c.NeighborSet, c.ASPathSet, c.LargeCommunitySet}
}

// Condition refers to a defined set by its name.
type Condition struct {
	Set    string
	Invert bool // none of the set matches, instead of any
}

// Actions change a route's attributes, and then refuse it or let it go on.
// The zero value does nothing. There is no accepting.
type Actions struct {
	Reject bool

	LocalPref            uint32  // 0: left alone
	MED                  *uint32 // nil: left alone
	Prepend              uint8   // times the leftmost AS ("last-as"); 0: not
	Communities          []Community
	DropCommunities      []Community // only without Communities
	AddLargeCommunities  []LargeCommunity
	DropLargeCommunities []LargeCommunityPattern // only without AddLargeCommunities
}
