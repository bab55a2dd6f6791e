package guard

import (
	"fmt"
	"strings"
)

// Guard is one of the guards that refuse what goes too far: a row of Registry.
type Guard struct {
	Code    string // stable; users and programs see it
	Refuses string // its rule, as README tells it
	Looks   Look   // what it is asked about
	Limit   string // the key of the exchange file that it holds a value against; "" for none
	Flag    string // the override, a number or a percentage up to which it passes; "" where there is none
	Unit    string // of its value and limit; "" where it has no number
	Of      string // what a percentage is of: the base of its results
}

// Look says what a guard is asked about, and with that, which package asks it.
type Look uint8

const (
	AtLists   Look = iota // lists and the exchange file, whatever the target: package exchange
	AtChange              // a change of the target, its sessions and members: package plan
	AtLengths             // routes that get too long: package length
	AtRoutes              // all routes that members announce: package impact
)

// The codes of guards.
const (
	Everything      = "guard-everything"
	ShortestPrefix  = "guard-shortest-prefix"
	MaxCovered      = "guard-max-covered"
	OwnSpace        = "guard-own-space"
	OwnASN          = "guard-own-asn"
	PathMatch       = "guard-path-match"
	ListAge         = "guard-list-age"
	ListFuture      = "guard-list-future"
	AddedBytes      = "guard-added-bytes"
	MaxGrowth       = "guard-max-growth"
	MaxShrink       = "guard-max-shrink"
	ListEmpty       = "guard-list-empty"
	Sessions        = "guard-sessions"
	AddPath         = "guard-add-path"
	UpdateLength    = "guard-update-length"
	MaxRoutes       = "guard-max-routes"
	MaxMemberRoutes = "guard-max-member-routes"
)

// AllowSessions is the override of the guard on sessions, which ways back have as well.
const AllowSessions = "allow-sessions"

// Registry has all guards, in the order in which they are asked.
var Registry = []Guard{
	{Code: Everything, Looks: AtLists, Refuses: "an entry that is everything or half of it, or all entries together"},
	{Code: ShortestPrefix, Looks: AtLists, Limit: "shortest_prefix", Unit: "bits",
		Refuses: "a shorter prefix that does not say `wide: true`"},
	{Code: MaxCovered, Looks: AtLists, Limit: "max_covered", Unit: "addresses",
		Refuses: "more of the address space, all entries together"},
	{Code: OwnSpace, Looks: AtLists,
		Refuses: "a prefix inside or around a peering LAN, or that covers a client's address"},
	{Code: OwnASN, Looks: AtLists, Refuses: "the exchange's or the target's own ASN"},
	{Code: PathMatch, Looks: AtLists,
		Refuses: "`match: path` on a member or a transit-free network that does not say `wide: true`"},
	{Code: ListAge, Looks: AtLists, Unit: "days", Refuses: "a list that is older than its `max_age`, or than that of its entry in the exchange file"},
	{Code: ListFuture, Looks: AtLists, Refuses: "a list from the future"},
	{Code: AddedBytes, Looks: AtLists, Limit: "max_added_bytes", Unit: "bytes",
		Refuses: "more bytes added to a route by treatment, reason and choice together"},
	{Code: MaxGrowth, Looks: AtChange, Limit: "max_growth", Flag: "--allow-growth", Unit: "entries",
		Of: "the entries in force", Refuses: "more entries added; 20 are free"},
	{Code: MaxShrink, Looks: AtChange, Limit: "max_shrink", Flag: "--allow-shrink", Unit: "entries",
		Of: "the entries in force", Refuses: "more entries gone"},
	{Code: ListEmpty, Looks: AtChange, Unit: "entries", Refuses: "a list that had entries and has none"},
	{Code: Sessions, Looks: AtChange, Flag: "--" + AllowSessions, Unit: "sessions", Of: "the route server's members",
		Refuses: "any session to be shut"},
	{Code: AddPath, Looks: AtChange, Unit: "members",
		Refuses: "choices of a member that is sent several paths for a prefix"},
	{Code: UpdateLength, Looks: AtLengths, Unit: "bytes", Refuses: "a route so long that gobgpd would end"},
	{Code: MaxRoutes, Looks: AtRoutes, Limit: "max_routes", Flag: "--allow-routes", Unit: "routes",
		Of: "all routes that members announce", Refuses: "more of all routes refused"},
	{Code: MaxMemberRoutes, Looks: AtRoutes, Limit: "max_member_routes", Flag: "--allow-member-routes", Unit: "routes",
		Of: "the routes that the member announces", Refuses: "more of one member's routes refused"},
}

// Get returns the guard of a code, which must be one of Registry.
func Get(code string) Guard {
	for _, g := range Registry {
		if g.Code == code {
			return g
		}
	}
	panic(fmt.Sprintf("guard: no guard %q", code))
}

// Overridable returns the guards that have an override.
func Overridable() []Guard {
	var out []Guard
	for _, g := range Registry {
		if g.Flag != "" {
			out = append(out, g)
		}
	}
	return out
}

// Short returns the code without what all codes have: max-routes.
func (g Guard) Short() string { return strings.TrimPrefix(g.Code, "guard-") }

// Override returns the name of the flag, as plans and histories keep it: allow-routes.
func (g Guard) Override() string { return strings.TrimPrefix(g.Flag, "--") }

// Usage returns the help of the flag.
func (g Guard) Usage() string {
	return fmt.Sprintf("let %s go up to `N` %s, or N%% of %s, whatever the limit", g.Short(), g.Unit, g.Of)
}
