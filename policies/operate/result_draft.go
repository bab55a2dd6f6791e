package operate

import (
	"net/netip"

	"depeer/filters"
	"depeer/policies/plan"
)

// Draft is the result of plan: a change that was not made.
type Draft struct {
	Impact
	Plan    *plan.Plan
	Changes []plan.ProviderChange // since the plan that was applied last
	Persist *File                 // nil: no file is kept
	File    string                // written there; empty: nowhere
	Refused bool                  // a guard refuses: it was not written
	Begins  bool                  // it is about to be asked for: programs are not shown it
}

// Nothing says whether there is nothing to do.
func (p Draft) Nothing() bool {
	return p.Plan.Empty() && len(p.Plan.AcceptedLists) == 0 &&
		(p.Persist == nil || p.Persist.InStep || p.Persist.Wrong != "")
}

// Drafts are the plans of several targets, in the order in which these are changed.
type Drafts struct {
	Targets []Draft
	File    string // what apply is to be given; empty: they are not kept
	Refused bool   // a guard refuses one of them: none was written
}

// Nothing says whether there is nothing to do, anywhere.
func (p Drafts) Nothing() bool {
	for _, one := range p.Targets {
		if !one.Nothing() {
			return false
		}
	}
	return true
}

// Server is what a target was found to be.
type Server struct {
	Address    string   `json:"address"`
	RouterID   string   `json:"router_id"`
	ASN        uint32   `json:"asn"`
	Clients    int      `json:"clients"`
	Unanchored []string `json:"unanchored"`
}

// Neighbor is a neighbor of a target that is no route-server client: no policy of ours
// acts on its routes.
type Neighbor struct {
	Address netip.Addr  `json:"address"`
	ASN     filters.ASN `json:"asn"`
}
