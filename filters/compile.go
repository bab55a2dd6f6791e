package filters

import (
	"net/netip"
	"time"

	"depeer/filters/diag"
)

// Rules is what an exchange says about listings: which treatments exist, which treatment a list
// gets, and what is protected. The zero value has no treatment.
type Rules struct {
	At         time.Time         // the moment that listings are compiled for
	Treatments []string          // names, most severe first
	Ladders    []Ladder          //
	Lists      map[string]string // listing name to the exchange's own treatment or ladder for it
	Except     []Exception
	Protect    Protection
}

// Ladder is a treatment that changes with the age of a listing.
type Ladder struct {
	Name  string
	Steps []Step // ascending in After; at least one
}

// Step is one treatment of a ladder, and the age from which it applies.
type Step struct {
	After     time.Duration // whole days since Provider.Listed
	Treatment string
}

// Exception takes one provider of a shared listing out of force at this exchange.
type Exception struct {
	List     string
	Provider string // ID
	Until    Day    // last day; none: for good
	Reason   string
	Source   diag.Position
}

// Protection is what no policy may match: announcements inside Prefixes are left out of matches,
// and ASNs are taken out of AS matches.
type Protection struct {
	Prefixes []ProtectedPrefix
	ASNs     []ProtectedASN
}

// ProtectedPrefix is protected space and the position that declares it.
type ProtectedPrefix struct {
	Prefix netip.Prefix
	Source diag.Position
}

// ProtectedASN is a protected ASN and the position that declares it.
type ProtectedASN struct {
	ASN    ASN
	Source diag.Position
}

// Compiled is what listings match at one moment.
type Compiled struct {
	At        time.Time
	Filters   []Filter // most severe first; only treatments that match something
	Protected Entries  // protected space, where AS matches need it; else empty
	Listed    []Listed // every provider of every listing, in their order
}

// Filter is all that one treatment matches. An announcement that several filters match belongs to
// the first of them.
type Filter struct {
	Treatment string
	Prefixes  Entries
	ASNs      []ASMatch // without exceptions; sorted by ASN and Where, unique
	Groups    []Group   // path matches that have exceptions
}

// Group is a number of path matches with the same exceptions. It matches announcements with one of
// ASNs anywhere in the path, and none of Except.
type Group struct {
	ASNs   []ASN // sorted, unique
	Except []ASN // sorted, unique, not empty
}

// Entry matches the announcements inside Prefix whose lengths are from Min to Max, both inclusive.
type Entry struct {
	Prefix   netip.Prefix
	Min, Max uint8
}

// Entries is a normalised set of entries: sorted by address, length and range, and as few as we
// know how to find. It is right for a reader that looks at the longest covering prefix only (gobgpd
// before 4.4) and for one that looks at all: an entry nested in another repeats the lengths that
// the other matches.
type Entries struct {
	IPv4, IPv6 []Entry
}

// Len returns the number of entries of both families.
func (e Entries) Len() int { return len(e.IPv4) + len(e.IPv6) }

// Listed is the state of one provider of one listing at the moment of compilation.
type Listed struct {
	Listing  *Listing
	Provider *Provider
	State    State
	// Treatment is the treatment in force; empty unless State is InForce.
	Treatment string
	// Ladder is the ladder that sets Treatment; empty if there is none.
	Ladder string
	// NextFrom is the next day on which the treatment changes, as lists and rules are now; no day
	// if it never changes. Next is the treatment from then on, or empty if the listing expires.
	Next     string
	NextFrom Day
	// Exception takes the provider out of force; nil unless State is Excepted.
	Exception *Exception
}

// State says whether a provider's matches are in force.
type State uint8

const (
	InForce  State = iota
	Expired        // its expiry is past
	Excepted       // the exchange takes it out
	Waiting        // listed in the future, or its ladder has not begun
)

// String returns the state in lower-case words.
func (s State) String() string {
	switch s {
	case InForce:
		return "in force"
	case Expired:
		return "expired"
	case Excepted:
		return "excepted"
	case Waiting:
		return "waiting"
	default:
		panic("filters: no such state")
	}
}
