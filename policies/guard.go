package policies

import (
	"fmt"
	"net/netip"
)

// Guard is one of the guards that refuse what goes too far: a row of Guards.
type Guard struct {
	Code  string // stable; users and programs see it
	Limit string // the key of the exchange file that it holds a value against; "" for none
	Flag  string // the override, which names an exact number; "" where there is none
	Unit  string // of its value and limit
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
	{Code: "guard-max-growth", Limit: "max_growth", Flag: "--allow-growth", Unit: "entries"},
	{Code: "guard-max-shrink", Limit: "max_shrink", Flag: "--allow-shrink", Unit: "entries"},
	{Code: "guard-list-empty", Unit: "entries"},
	{Code: "guard-sessions", Flag: "--allow-sessions", Unit: "sessions"},
	{Code: "guard-add-path", Unit: "members"},
	{Code: "guard-update-length", Unit: "bytes"},
	{Code: "guard-max-routes", Limit: "max_routes", Flag: "--allow-routes", Unit: "routes"},
	{Code: "guard-max-member-routes", Limit: "max_member_routes", Flag: "--allow-member-routes", Unit: "routes"},
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
	// Flag is the override, which names exactly Value; "" where there is none.
	Flag string `json:"flag,omitempty"`
}

// Passed is why a value over its limit passes.
type Passed string

const (
	ByOverride Passed = "override"  // of exactly that number
	AsBefore   Passed = "as-before" // nothing new is refused
	AtFirst    Passed = "first"     // there is nothing to compare with
)

// Pass lets a value over its limit pass, if it may.
func (a *Answer) Pass(why Passed, may bool) {
	if !a.OK && may {
		a.OK, a.Passed = true, why
	}
}

// Share returns how many of n a limit in millionths of a percent lets through.
func Share(n int, limit uint64) int { return int(uint64(n) * limit / 100_000_000) }
