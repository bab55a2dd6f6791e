package operate

import (
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Status is what one target was found to be.
type Status struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	State   string `json:"state"`
	Why     string `json:"why,omitempty"`
	Pending string `json:"pending,omitempty"` // ID of what waits for a confirmation
	// InForce is what was read from the target, Expected what history says was put in last, and
	// Wanted what lists ask for; nil: nothing is, was, or no list was given.
	InForce  *Policy        `json:"in_force"`
	Expected *Policy        `json:"expected"`
	Wanted   *Wanted        `json:"wanted"`
	Looked   bool           `json:"-"`     // what is in force was read
	Lists    []plan.ListRef `json:"lists"` // those of what is in force
	Drift    []Drift        `json:"drift"`
	Cure     string         `json:"cure,omitempty"`    // of what has drifted and plan and apply do not mend
	Persist  *File          `json:"persist,omitempty"` // nil: no file is kept
	// NearLimit are treated routes that are nearly too long to be sent, or are too long.
	NearLimit []length.Route `json:"near_limit"`

	// Diagnostics are warnings about that file, and about what is remembered.
	Diagnostics diag.List `json:"-"`

	// Choosers are members who have chosen something for themselves: what they get is
	// expected, and not verified.
	Choosers []string `json:"choosers"`

	// OutOfReach are the neighbors that no policy of ours acts on.
	OutOfReach []Neighbor `json:"out_of_reach"`

	// Unfit: the target is none that policy can be made for: the exchange file is about
	// another one, or it has no route-server client.
	Unfit bool `json:"-"`
	// Polluted are members with routes that are treated already, or announced so.
	Polluted []impact.Polluted `json:"polluted"`

	// Operator are the operator's statements that undo what is in force, act on it, or change
	// what it matches. Overruled and Untagged are the members whose routes lack something of
	// what treatments give, or the tags of choices. None of it is drift.
	Operator  []plan.Interference `json:"operator"`
	Overruled []Overruled         `json:"overruled"`
	Untagged  []Overruled         `json:"untagged"`
}

// Drift is one thing in which a target is not as it should be.
type Drift struct {
	Object string `json:"object"`
	Member string `json:"member"` // empty: all
	What   string `json:"what"`
}

// listDrift returns what plan.Drift has found, as users read it.
func listDrift(found []plan.Drifted) []Drift {
	out := make([]Drift, 0, len(found))
	for _, d := range found {
		drift := Drift{Object: d.Object.String(), What: d.What}
		if d.Member.IsValid() {
			drift.Member = d.Member.String()
		}
		out = append(out, drift)
	}
	return out
}

// Policy is what is in force on a target, or what history expected to be.
type Policy struct {
	Plan   string         `json:"plan"`  // its ID; "" where nothing tells it
	Since  *time.Time     `json:"since"` // nil where that is not known
	By     string         `json:"by"`
	Digest string         `json:"digest"` // by content
	Known  bool           `json:"known"`  // the history of this machine has it
	Lists  []plan.ListRef `json:"lists"`
}

// Wanted is what lists ask for.
type Wanted struct {
	Digest string         `json:"digest"`
	Lists  []plan.ListRef `json:"lists"`
}

// Overruled is a member with routes that the operator's policies behind ours take something
// off again.
type Overruled struct {
	Address    netip.Addr       `json:"address"`
	ASN        filters.ASN      `json:"asn"`
	Paths      int              `json:"paths"`
	Attributes []AttributeProof `json:"attributes,omitzero"` // nil: it is about tags
}
