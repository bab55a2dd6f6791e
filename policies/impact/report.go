package impact

import (
	"net/netip"

	"depeer/filters"
	"depeer/policies/counted"
)

// Report is what a policy does to routes. Counts are of paths as members announce
// them, unless they are said to be of prefixes. Lists are sorted, and never nil.
type Report struct {
	Routes    Routes     `json:"routes"`
	Prefixes  Prefixes   `json:"prefixes"`
	Members   []Member   `json:"members"`   // by ASN and address
	Providers []Provider `json:"providers"` // all that are in force, by list and id

	// Nothing of the following is said of protected space.
	//
	// Covered are listed prefixes with no route of their own, and the less specific
	// route that still carries them. Reached are announced prefixes, listed themselves or
	// by an ASN, whose routes are all refused, and which a less specific one still carries.
	Covered []Cover `json:"covered"`
	Reached []Cover `json:"reached"`
	// Moved are listed prefixes that an origin announces which is not listed, of
	// providers that list their ASNs. Unlisted is what their ASNs announce besides the
	// listed prefixes, of providers that list prefixes, too.
	Moved    []Sighting `json:"moved"`
	Unlisted []Sighting `json:"unlisted"`
	// Gone is what is listed, and is neither announced nor covered. Seen are listed ASNs in
	// paths that their entries do not match, whether they match others or not.
	Gone []Gone `json:"gone"`
	Seen []Seen `json:"seen"`
	// Collateral are origins that are not listed, and whose paths are treated because a
	// listed ASN is in them; those that lose most first.
	Collateral []Collateral `json:"collateral"`

	// Polluted are members with routes that are treated already, or announced so.
	Polluted []Polluted `json:"polluted"`

	Addresses Addresses `json:"addresses"` // that nothing leads to any more
	Effort    Effort    `json:"effort"`

	// Details are the paths that are treated, or were, where they were asked for; nil: they were not.
	Details []Detail `json:"details,omitzero"`

	// Choices is what members that have chosen are expected to be sent; nil: nobody has chosen
	// anything, nor had before.
	Choices *Choices `json:"-"`

	// Counted is what this report counts as refused, for apply and the next plan.
	Counted counted.Routes `json:"-"`
}

// Routes counts paths.
type Routes struct {
	Total        int `json:"total"`
	Refused      int `json:"refused"`  // reach nobody any more
	Changed      int `json:"changed"`  // have other attributes than they were announced with
	Released     int `json:"released"` // were refused or changed, and are not now
	NewlyRefused int `json:"newly_refused"`
	NewlyChanged int `json:"newly_changed"` // or in another way than they were
	// Uncounted are refused as before, and more of what the plan in force has counted:
	// guards leave them out (package counted).
	Uncounted int `json:"uncounted,omitempty"`
	// RefusedAlready are refused or changed, and the operator's own policies refuse them
	// already. Of NotKnown, which the policy in force refuses, too, it is not known whether
	// they do. Only where a route server was asked.
	RefusedAlready int `json:"refused_already,omitempty"`
	NotKnown       int `json:"refused_already_not_known,omitempty"`
}

// Prefixes counts prefixes. A path that the operator's own policies refuse is none.
type Prefixes struct {
	Total       int `json:"total"`
	Refused     int `json:"refused"`      // at least one path is
	WithoutPath int `json:"without_path"` // every path is
	Rerouted    int `json:"rerouted"`     // some member gets another path than before
	// RefusedAlready are prefixes without any path, of which one is refused: the operator's own
	// policies refuse all.
	RefusedAlready int `json:"refused_already,omitempty"`
}

// Member is what happens to one session's routes, and what it can use itself.
type Member struct {
	Address      netip.Addr  `json:"address"`
	ASN          filters.ASN `json:"asn"`
	Name         string      `json:"name"`
	Routes       int         `json:"routes"`
	Refused      int         `json:"refused"`
	Changed      int         `json:"changed"`
	Released     int         `json:"released"`
	NewlyRefused int         `json:"newly_refused"`
	Uncounted    int         `json:"uncounted,omitempty"` // see Routes
	WithoutPath  int         `json:"without_path"`        // prefixes that it announces, and nobody does any more
	// Lost are prefixes that it could use before, from others, and cannot after.
	Lost   int  `json:"lost"`
	Usable int  `json:"usable"`         // prefixes that it could use before
	Shut   bool `json:"shut,omitempty"` // its session is shut: all its routes are refused, and it can use none
	Reset  bool `json:"reset"`          // something else is made of one of its routes than before
}

// Provider is what happens to the routes that a provider's matches decide about.
type Provider struct {
	ID          string       `json:"id"`
	List        string       `json:"list"`
	Treatment   string       `json:"treatment"`
	Refused     int          `json:"refused"`
	Changed     int          `json:"changed"`
	Prefixes    int          `json:"prefixes"`     // with such a route
	WithoutPath int          `json:"without_path"` // of these
	Members     []netip.Addr `json:"members"`      // that announce them
}

// Cover is a listed prefix and the less specific route that leads there.
type Cover struct {
	Provider string       `json:"provider"`
	List     string       `json:"list"`
	Prefix   netip.Prefix `json:"prefix"`
	By       netip.Prefix `json:"by"`
	Origin   filters.ASN  `json:"origin"` // 0: an AS_SET
}

// Sighting is an announcement of a provider's that is not where its listing says.
type Sighting struct {
	Provider string       `json:"provider"`
	List     string       `json:"list"`
	Prefix   netip.Prefix `json:"prefix"`
	Origin   filters.ASN  `json:"origin"`
}

// Gone is a prefix or an ASN of a listing that is not announced.
type Gone struct {
	Provider string `json:"provider"`
	List     string `json:"list"`
	Entry    string `json:"entry"` // 198.51.100.0/22, AS64999 path
	// Last is the day on which a plan counted routes of it; "" where none did, and it is not
	// known whether it was ever announced.
	Last string `json:"last,omitempty"`
}

// Seen is an entry in paths that it does not match. Paths to protected space count, too.
type Seen struct {
	Provider string      `json:"provider"`
	List     string      `json:"list"`
	Entry    string      `json:"entry"` // AS64999 path; 198.51.100.0/22, where it is out of reach
	ASN      filters.ASN `json:"asn"`   // 0: the entry is a prefix
	As       SeenAs      `json:"as"`
	Paths    int         `json:"paths"`
}

// Collateral is an origin that is not listed itself.
type Collateral struct {
	Origin      filters.ASN   `json:"origin"`
	Refused     int           `json:"refused"`
	Changed     int           `json:"changed"`
	WithoutPath int           `json:"without_path"` // prefixes
	Via         []filters.ASN `json:"via"`          // listed ASNs in these paths
}

// Addresses counts addresses that a route led to before, and none does after: those of
// prefixes left without a path that no other route covers.
type Addresses struct {
	IPv4 uint64 `json:"ipv4"`
	IPv6 uint64 `json:"ipv6_64"` // /64s to some part of which one led
}

// Effort is what the change costs the route server and its members, as it is: an
// estimate from what was measured (GoBGP 3.37).
type Effort struct {
	Resets  []netip.Addr `json:"resets"`  // members that are to be reset
	Updates int          `json:"updates"` // routes that members are told of, all together
	Again   int          `json:"again"`   // of these, sent again though nothing changes (secondary-route)
	Seconds float64      `json:"seconds"` // for which the daemon does nothing else, all together
}
