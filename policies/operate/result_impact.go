package operate

import (
	"net/netip"
	"time"

	"depeer/filters/diag"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Impact is the result of impact: what lists do to routes. It is part of a Plan.
type Impact struct {
	Server      *Server             // nil: routes are those of a file, and no target was asked
	OutOfReach  []Neighbor          // of Server
	Operator    []plan.Interference // of Server: what undoes what is wanted, acts on it, or changes what it matches
	Lists       []plan.ListRef
	Summary     plan.Summary
	Report      *impact.Report    // nil: no routes were looked at
	Rib         *Dumps            // nil: routes are those of the target
	Choices     *Choices          // nil: no member has chosen anything
	Polluted    []impact.Polluted // nil: as Report says, if it is there
	Lengths     length.Report     // of live routes
	Guards      []guard.Result
	Alerts      []impact.Alert
	At          time.Time // the moment that lists were compiled for
	Full        bool      // everything is shown to a person, however long
	Diagnostics diag.List
}

// Dumps is what was read of a file of routes.
type Dumps struct {
	Files   []string `json:"files"`
	Records int      `json:"records"`
	Paths   int      `json:"paths"`
	Damaged int      `json:"damaged"`
	Unread  int      `json:"unread"`
}

// Choices holds what members who have made choices are expected to get.
type Choices struct {
	Members  []Chosen
	Prefixes int // that anybody announces
}

// Chosen is one session of such a member. Counts are of prefixes.
type Chosen struct {
	Address        netip.Addr        `json:"address"`
	ASN            uint32            `json:"asn"`
	Name           string            `json:"name"`
	Policies       map[string]string `json:"wishes"` // by list
	SecondaryRoute bool              `json:"secondary_route"`
	Refused        int               `json:"refused"`  // it refuses the best path that there is for it
	Changed        int               `json:"changed"`  // it gets a path that is changed for it alone
	Another        int               `json:"another"`  // of those refused: it gets another path
	Withheld       int               `json:"withheld"` // of those refused: it would get another one, with secondary-route
}

// ListMembers returns the members who have made choices; never nil.
func (c *Choices) ListMembers() []Chosen {
	if c == nil {
		return []Chosen{}
	}
	return c.Members
}

// ListPolluted returns what is known of it; nil where no routes were looked at.
func (i *Impact) ListPolluted() []impact.Polluted {
	if i.Polluted == nil && i.Report != nil {
		return i.Report.Polluted
	}
	return i.Polluted
}

// Explanation is the result of explain.
type Explanation struct {
	*impact.Explanation
	Server      *Server // nil: no target was asked
	Rib         *Dumps  // nil: routes are not those of a file
	Full        bool
	Diagnostics diag.List
}
