package plan

import (
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/counted"
	"depeer/policies/guard"
)

// Plan is a change that was planned for one route server, with everything that tells later whether it still
// fits. "plan -o" writes it.
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
	Clear     bool          `json:"clear,omitempty"` // removes everything of ours, also from clients' lists
	Change    Change        `json:"change"`

	// Overrides are the given overrides of guards, by flag. Limits are the limits of guards with an
	// override, by the key of the exchange file.
	Overrides Overrides `json:"overrides,omitempty"`
	Limits    Limits    `json:"limits,omitempty"`
	// Members is the number of clients of the route server. An override of sessions may be a
	// percentage of it.
	Members int `json:"members,omitempty"`

	// Then is the policy to put in after the change, a Clear. This takes over conflicts. Between the
	// two no route is treated.
	Then *policies.RoutingPolicy `json:"then,omitempty"`

	// PolicyLists puts the operator's lists of policies back, export lists first. Such a plan has no
	// other change.
	PolicyLists []ListChange `json:"policy_lists,omitempty"`
	// AcceptedLists are the losses of clients' lists that a person has accepted.
	AcceptedLists []LostList `json:"accepted_lists,omitempty"`

	// Persist is the gobgpd.conf into which apply writes the policy; "" for none.
	Persist string `json:"persist,omitempty"`

	// Touched are the clients that announced routes whose treatment changes, when the plan was made.
	// apply begins with these, and then looks at all others.
	Touched []netip.Addr `json:"touched,omitempty"`

	// Foreseen is the input of the guards on routes, for apply to ask them again. nil: the plan was
	// made without routes.
	Foreseen *Foreseen `json:"foreseen,omitempty"`
	// Counted are the refused routes that guards have counted. More specifics of them do not count
	// again, at apply and in the next plan. nil: not known.
	Counted *counted.Routes `json:"counted,omitempty"`
}

// Overrides are ceilings that a person has given for guards, by flag, without its dashes.
type Overrides map[string]guard.Override

// For returns the override for the guard with this code.
func (o Overrides) For(code string) guard.Override { return o[guard.Get(code).Override()] }

// Limits are limits of the exchange, by their keys in its file.
type Limits map[string]guard.Percent

// Foreseen is what a plan knows of routes when it is made.
type Foreseen struct {
	MaxRoutes       uint64 `json:"max_routes"` // of all paths, in millionths of a percent
	MaxMemberRoutes uint64 `json:"max_member_routes"`
	// Overrides, as numbers or percentages of paths.
	AllowRoutes       guard.Override `json:"allow_routes,omitzero"`
	AllowMemberRoutes guard.Override `json:"allow_member_routes,omitzero"`

	// Members are the clients with the number of routes that they announce, and of those that are
	// refused and counted.
	Members []ForeseenMember `json:"members"`
}

// ForeseenMember is a client as a plan saw it.
type ForeseenMember struct {
	Address  netip.Addr `json:"address"`
	Accepted uint64     `json:"accepted"` // paths, as the daemon counts them
	Refused  int        `json:"refused"`
	// Uncounted is the number of refused routes that do not count (package counted).
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
