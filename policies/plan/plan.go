package plan

import (
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/counted"
	"depeer/policies/guard"
)

// Plan is a change that was planned for one route server, with all that is
// needed to tell later whether it still fits. It is what "plan -o" writes.
type Plan struct {
	Version int    `json:"version"` // of this format
	ID      string `json:"id"`      // unique: names the gate, the mark, the journal
	Tool    string `json:"tool"`    // version of depeer that made it

	Made time.Time `json:"made"`
	By   string    `json:"by"` // user@host
	At   time.Time `json:"at"` // the moment that lists were compiled for

	Target      string `json:"target"` // address, as it is dialled
	Name        string `json:"name,omitempty"`
	Server      Server `json:"server"`
	Fingerprint string `json:"fingerprint"` // of the State that it was made from

	Lists     []ListRef     `json:"lists"`
	Providers []ProviderRef `json:"providers"`
	Clear     bool          `json:"clear,omitempty"` // takes everything of ours out, places in lists included
	Change    Change        `json:"change"`

	// Overrides are those of guards that were given, by flag, and Limits the limits that held
	// for guards with an override, by the key of the exchange file.
	Overrides Overrides `json:"overrides,omitempty"`
	Limits    Limits    `json:"limits,omitempty"`
	// Members is how many clients the route server had, of which an override of sessions
	// may be a percentage.
	Members int `json:"members,omitempty"`

	// Then is what is put in when the change, a Clear, is done: names of ours that
	// somebody else has used are taken over. Between the two nothing is treated.
	Then *policies.RoutingPolicy `json:"then,omitempty"`

	// PolicyLists puts the operator's lists of policies back, those of export first; such a
	// plan has no other change.
	PolicyLists []ListChange `json:"policy_lists,omitempty"`
	// AcceptedLists are what clients' lists had lost when it was made, and a person said
	// that they may.
	AcceptedLists []LostList `json:"accepted_lists,omitempty"`

	// Persist is the gobgpd.conf that is kept in step with it; "" for none.
	Persist string `json:"persist,omitempty"`

	// Touched are the clients that announced routes of which the change makes
	// something else, when it was made: apply looks at these first. It looks at all.
	Touched []netip.Addr `json:"touched,omitempty"`

	// Foreseen is what guards on routes were held against, for apply to look again. nil:
	// nobody has looked at routes.
	Foreseen *Foreseen `json:"foreseen,omitempty"`
	// Counted are the refused routes that guards have counted: more of them does not count
	// again, at apply and in the next plan. nil: that is not known.
	Counted *counted.Routes `json:"counted,omitempty"`
}

// Overrides are ceilings that a person has given for guards, by flag, without its dashes.
type Overrides map[string]guard.Override

// For returns what was given for the guard of a code.
func (o Overrides) For(code string) guard.Override { return o[guard.Get(code).Override()] }

// Limits are limits of the exchange, by their keys in its file.
type Limits map[string]guard.Percent

// Foreseen is what a plan knew of routes when it was made.
type Foreseen struct {
	MaxRoutes       uint64 `json:"max_routes"` // of all paths, in millionths of a percent
	MaxMemberRoutes uint64 `json:"max_member_routes"`
	// Overrides, as numbers or percentages of paths.
	AllowRoutes       guard.Override `json:"allow_routes,omitzero"`
	AllowMemberRoutes guard.Override `json:"allow_member_routes,omitzero"`

	// Members are the clients with how much they announced, and how much of it is
	// refused and counted.
	Members []ForeseenMember `json:"members"`
}

// ForeseenMember is a client as a plan saw it.
type ForeseenMember struct {
	Address  netip.Addr `json:"address"`
	Accepted uint64     `json:"accepted"` // paths, as the daemon counts them
	Refused  int        `json:"refused"`
	// Uncounted is what is refused besides, and does not count (package counted).
	Uncounted int `json:"uncounted,omitempty"`
}

// FormatVersion is the version of the format of plans that this package writes.
const FormatVersion = 1

// ListRef names a list that a plan was made from.
type ListRef struct {
	Name      string `json:"name"`
	Updated   string `json:"updated,omitempty"`
	Digest    string `json:"digest"` // SHA-256 of its bytes
	Providers int    `json:"providers"`
	Prefixes  int    `json:"prefixes"`
	ASNs      int    `json:"asns"`
}

// Refs returns references to lists.
func Refs(lists []*filters.Listing) []ListRef {
	refs := make([]ListRef, 0, len(lists))
	for _, l := range lists {
		r := ListRef{Name: l.Name, Updated: l.Updated.String(), Digest: l.Digest, Providers: len(l.Providers)}
		for i := range l.Providers {
			r.Prefixes += len(l.Providers[i].Prefixes)
			r.ASNs += len(l.Providers[i].ASNs)
		}
		refs = append(refs, r)
	}
	return refs
}
