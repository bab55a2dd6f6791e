package policies

import (
	"fmt"
	"net/netip"
)

// Guard is one of the guards that refuse what goes too far: a row of Guards.
type Guard struct {
	Code  string // stable; users and programs see it
	Limit string // the key of the exchange file that it holds a value against; "" for none
	Flag  string // the override, a number or a percentage up to which it passes; "" where there is none
	Unit  string // of its value and limit
	Of    string // what a percentage is of: the base of its answers
}

// Guards are all guards, in the order in which they are asked. Their rules are with
// what they look at: of lists in package exchange, of the size of a change in package
// plan, of routes in package impact.
var Guards = []Guard{
	{Code: "guard-everything"},
	{Code: "guard-shortest-prefix", Limit: "shortest_prefix", Unit: "bits"},
	{Code: "guard-max-covered", Limit: "max_covered", Unit: "addresses"},
	{Code: "guard-own-space"},
	{Code: "guard-own-asn"},
	{Code: "guard-path-match"},
	{Code: "guard-list-age", Unit: "days"},
	{Code: "guard-list-future"},
	{Code: "guard-added-bytes", Limit: "max_added_bytes", Unit: "bytes"},
	{Code: "guard-max-growth", Limit: "max_growth", Flag: "--allow-growth", Unit: "entries",
		Of: "the entries in force"},
	{Code: "guard-max-shrink", Limit: "max_shrink", Flag: "--allow-shrink", Unit: "entries",
		Of: "the entries in force"},
	{Code: "guard-list-empty", Unit: "entries"},
	{Code: "guard-sessions", Flag: "--allow-sessions", Unit: "sessions", Of: "the route server's members"},
	{Code: "guard-add-path", Unit: "members"},
	{Code: "guard-update-length", Unit: "bytes"},
	{Code: "guard-max-routes", Limit: "max_routes", Flag: "--allow-routes", Unit: "routes",
		Of: "all routes that members announce"},
	{Code: "guard-max-member-routes", Limit: "max_member_routes", Flag: "--allow-member-routes", Unit: "routes",
		Of: "the routes that the member announces"},
}

// GuardOf returns the guard of a code, which must be one of Guards.
func GuardOf(code string) Guard {
	for _, g := range Guards {
		if g.Code == code {
			return g
		}
	}
	panic(fmt.Sprintf("policies: no guard %q", code))
}

// Answer is what a guard with a number says.
type Answer struct {
	Code  string `json:"code"`
	Value int    `json:"value"` // in the guard's unit
	Limit int    `json:"limit"`
	Base  int    `json:"base"` // what the limit is a share of
	OK    bool   `json:"ok"`
	List  string `json:"list,omitempty"` // that it is about; "" for all together
	// Member is the session that it is about; nil for all together.
	Member *netip.Addr `json:"member,omitempty"`
	// Prefix is the one that it is about; nil for all of them.
	Prefix *netip.Prefix `json:"prefix,omitempty"`
	// Passed is what lets a value over its limit pass; "" where none does, or needs to.
	Passed Passed `json:"passed,omitempty"`
	// Flag is the override; "" where there is none. Allowed is up to how much it lets pass,
	// 0 where it was not given, and Suggest a number that it would let pass, where the guard
	// refuses (see Suggest).
	Flag    string `json:"flag,omitempty"`
	Allowed int    `json:"allowed,omitempty"`
	Suggest int    `json:"suggest,omitempty"`
	// Uncounted is how much more there is, that an earlier plan let pass: it counts neither
	// in Value nor in Base.
	Uncounted int `json:"uncounted,omitempty"`
}

// Passed is why a value over its limit passes.
type Passed string

const (
	ByOverride Passed = "override"  // it is no more than that allows
	AsBefore   Passed = "as-before" // nothing new is refused
	AtFirst    Passed = "first"     // there is nothing to compare with
)

// Pass lets a value over its limit pass, if it may.
func (a *Answer) Pass(why Passed, may bool) {
	if !a.OK && may {
		a.OK, a.Passed = true, why
	}
}

// Allow lets a value over its limit pass up to an override.
func (a *Answer) Allow(o Override) {
	a.Allowed = o.Of(a.Base)
	a.Pass(ByOverride, a.Value <= a.Allowed)
}

// AtMost returns up to how much passes: the limit, or what an override allows.
func (a *Answer) AtMost() int { return max(a.Limit, a.Allowed) }

// Share returns how many of n a limit in millionths of a percent lets through.
func Share(n int, limit uint64) int { return int(uint64(n) * limit / 100_000_000) }
