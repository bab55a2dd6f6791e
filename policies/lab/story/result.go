package story

import "depeer/policies/operate"

// Result is an embedded exchange, and what its members hold before a listing is
// treated and after, as their own tables say.
type Result struct {
	Target  string // of the route server's API
	ASN     uint32 // the route server's
	Members []Member

	Provider  string // that is listed
	Reason    string
	Matches   []string // its ASNs and prefixes
	Listing   string   // the file
	Treatment string

	Plan       string // what the change does to the route server's objects
	Calls      int    // that it takes
	Applied    operate.Result
	RolledBack operate.Result
}

// Member is a member with what it holds from the route server.
type Member struct {
	Address       string
	ASN           uint32
	Announces     int // routes
	Before, After []Route
	Restored      bool // after the rollback it holds again what it held before
}

// Route is a route that a member holds.
type Route struct {
	Prefix string `json:"prefix"`
	Path   string `json:"as_path"`
}
