package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan/session"
)

// State is the policy of a route server when it was read: our objects in full, others as digests. It is
// immutable once made; maps are never nil.
type State struct {
	Server  Server
	Clients []Client // all neighbors, by address

	Groups map[string]Group // peer groups that take dynamic neighbors in, by name
	// GlobalImport and GlobalExport are the lists of neighbors that are no route-server clients.
	GlobalImport, GlobalExport Assignment

	Sets       Sets // gates are not among them
	Gates      map[string]GateState
	Statements map[string]Statement // in a policy of ours or in none

	// Import and Export are the statements of policies "depeer" and
	// "depeer-export", in order, by name; nil where the policy is not defined.
	Import, Export []string

	Applied []string // IDs of applied plans, from the marker set
	// RolledBack are the IDs of the applied plans that were rollbacks, from the same set. A watch then
	// waits until a person applies something.
	RolledBack []string
	Sessions   []session.Note // our notes of members' sessions
	Holders    []string       // the holders of the lock: at most one

	// Accepting are the policies, by name, with a statement that accepts.
	Accepting map[string]bool
	// Operator holds the statements of the policies that are not ours and stand in lists of
	// route-server clients, by policy, in order. Theirs has their digests.
	Operator map[string][]OperatorStatement
	// Theirs holds a digest of the contents of each object that is not ours.
	Theirs map[Object]string
	// Conflicts are objects with names of ours that we cannot have made. Their key in JSON is that of earlier
	// versions: a watch that still runs asks the judge of the version that has replaced it.
	Conflicts []Conflict `json:"Strange"`

	// Remembered are our sessions of which the server has no notes: see Remember.
	Remembered []policies.Session
	// LastSeen are the operator's lists as they were last seen: see Recalling.
	LastSeen Lists
}

// Server identifies a route server.
type Server struct {
	RouterID netip.Addr
	ASN      filters.ASN
}

// Client is a neighbor of the route server.
type Client struct {
	Address        netip.Addr
	ASN            filters.ASN
	RouteServer    bool   // a route-server client: only these have policies of their own
	Dynamic        bool   // made from a peer group when its session came up, and gone with it
	Group          string // the peer group of a dynamic neighbor
	Description    string // the operator's; not part of the fingerprint
	Up             bool   // the session is established; not part of the fingerprint
	AdminDown      bool   // kept down administratively, by us or by others
	DownInFile     bool   // its section of the file says so
	SecondaryRoute bool
	AddPath        bool // is sent more than one path for a prefix
	Accepted       uint64
	IPv4, IPv6     bool // families of the session; not part of the fingerprint
	Agreed         Agreed
	Import, Export Assignment
}

// Members counts the route-server clients.
func (s *State) Members() int {
	n := 0
	for _, c := range s.Clients {
		if c.RouteServer {
			n++
		}
	}
	return n
}

// Agreed is what both sides have agreed on for a session that is up. It is not part of the fingerprint.
type Agreed struct {
	TwoOctets                bool // ASNs have two octets (RFC 6793)
	AddPathIPv4, AddPathIPv6 bool // what the client is sent has path identifiers (RFC 7911)
}

// Assignment is a client's list of policies in one direction, and its default.
type Assignment struct {
	Policies []string    `json:"policies"`
	Default  Disposition `json:"default"`
}

// Disposition is what happens to a route that no policy decides.
type Disposition uint8

const (
	None Disposition = iota // gobgpd rejects
	Accept
	Reject
)

var dispositionNames = [...]string{"none", "accept-route", "reject-route"}

// String returns gobgpd's word.
func (d Disposition) String() string {
	if int(d) >= len(dispositionNames) {
		panic(fmt.Sprintf("plan: no disposition %d", uint8(d)))
	}
	return dispositionNames[d]
}

// MarshalText writes gobgpd's word: plans and journals outlive the numbers.
func (d Disposition) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (d *Disposition) UnmarshalText(text []byte) error {
	i := slices.Index(dispositionNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no disposition %q", text)
	}
	*d = Disposition(i)
	return nil
}

// Statement is a statement of ours with the gate it may stand behind.
type Statement struct {
	policies.Statement
	Gate Gate
}

// Gate is the condition of a statement on a gate. The zero value is none.
type Gate struct {
	Set    string
	Invert bool // of an old statement: out of force when the gate opens
}

// Passes says whether a statement with this gate is in force. gates are the states of all gates.
func (g Gate) Passes(gates map[string]GateState) bool {
	return g.Set == "" || g.Invert != (gates[g.Set] == Open)
}

// GateState is the state of a gate.
type GateState uint8

const (
	Closed   GateState = iota // matches no member
	Open                      // matches everybody
	Modified                  // neither: somebody has changed it
)

// String returns one lower-case word.
func (g GateState) String() string {
	switch g {
	case Closed:
		return "closed"
	case Open:
		return "open"
	case Modified:
		return "odd"
	default:
		panic(fmt.Sprintf("plan: no state %d of a gate", uint8(g)))
	}
}

// Object names one thing in the daemon's policy.
type Object struct {
	Kind Kind
	Name string
}

func (o Object) compare(p Object) int {
	return cmp.Or(cmp.Compare(o.Kind, p.Kind), cmp.Compare(o.Name, p.Name))
}

// String returns kind and name, as status and errors show it.
func (o Object) String() string { return o.Kind.String() + " " + o.Name }

// Kind is a kind of object.
type Kind uint8

const (
	PrefixSet Kind = iota
	NeighborSet
	ASPathSet
	CommunitySet
	ExtCommunitySet
	LargeCommunitySet
	StatementObject
	Policy
	ImportAssignment // its name is the neighbor's address, or GlobalName
	ExportAssignment
	Neighbor // its name is the address
	PeerGroup
)

var kindNames = [...]string{
	"prefix-set", "neighbor-set", "as-path-set", "community-set", "ext-community-set", "large-community-set",
	"statement", "policy", "import assignment", "export assignment", "neighbor", "peer group",
}

// KindOf returns the kind of object that sets of a kind are.
func KindOf(k policies.SetKind) Kind {
	return [...]Kind{policies.PrefixSet: PrefixSet, policies.NeighborSet: NeighborSet, policies.ASPathSet: ASPathSet,
		policies.LargeCommunitySet: LargeCommunitySet}[k]
}

// ObjectOf returns the object that a set is.
func ObjectOf(s policies.Set) Object { return Object{KindOf(s.Kind()), s.Name} }

// GlobalName is gobgpd's name of the assignments of all neighbors that are no
// route-server clients.
const GlobalName = "global"

// String returns gobgpd's word.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		panic(fmt.Sprintf("plan: no kind %d of object", uint8(k)))
	}
	return kindNames[k]
}

// MarshalText writes gobgpd's word: plans and journals outlive the numbers.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i < 0 {
		return fmt.Errorf("no kind %q of object", text)
	}
	*k = Kind(i)
	return nil
}

// Conflict is an object with a name of ours that we cannot have made, or that was changed since.
type Conflict struct {
	Object Object
	Why    string
	Used   bool // a policy that is not ours refers to it: it cannot be deleted
}
