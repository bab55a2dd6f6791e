package policies

import (
	"iter"
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
	Sets     []Set       // by kind and name
	Import   []Statement // of policy "depeer", in order
	Export   []Statement // of policy "depeer-export", in order
	Sessions []Session   // by ASN and address
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

// All yields each condition, there or not, with the kind of set that it is on.
func (c *Conditions) All() iter.Seq2[SetKind, *Condition] {
	return func(yield func(SetKind, *Condition) bool) {
		for kind, condition := range [...]*Condition{PrefixSet: &c.PrefixSet, NeighborSet: &c.NeighborSet,
			ASPathSet: &c.ASPathSet, LargeCommunitySet: &c.LargeCommunitySet} {
			if !yield(SetKind(kind), condition) {
				return
			}
		}
	}
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
