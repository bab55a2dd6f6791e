package operate

import (
	"depeer/policies/apply"
	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Result is the result of a change that was made: apply, clear, rollback, recover.
type Result struct {
	ID        string   `json:"id"` // of its entry in the history
	Target    string   `json:"target"`
	Outcome   string   `json:"outcome"`
	Reset     []string `json:"reset"` // clients that were reset
	Refused   int      `json:"refused"`
	Changed   int      `json:"changed"`
	Overruled int      `json:"overruled"` // some or all of it, by the operator's own policies, behind ours
	// Uncertain are not looked at: the operator's own policies prepend to them, before ours.
	Uncertain int `json:"uncertain"`
	// Attributes says of each attribute that treatments give what the table says.
	Attributes []AttributeProof `json:"attributes"`
	Already    int              `json:"already"` // treated already, or announced so: they prove nothing
	Passed     int              `json:"passed"`
	Unproven   int              `json:"unproven"`
	Tagged     int              `json:"tagged"`   // for members who have chosen: what these get is expected, and not verified
	Untagged   int              `json:"untagged"` // the operator's own policies take the tags off again
	// NotDelivered are too long to be sent: in the route server's table, and with no member.
	NotDelivered []length.Route `json:"not_delivered"`
	// Sessions are those that were shut or opened.
	Sessions []plan.SessionChange `json:"sessions"`
	Persist  *File                `json:"persist,omitempty"` // nil: no file is kept
	// OutOfReach are the neighbors that are no route-server clients, where a plan was
	// applied; nil: they were not looked for.
	OutOfReach []Neighbor `json:"out_of_reach,omitzero"`
	// Polluted are members with routes that are treated already, or announced so. After a
	// clear (Stays) they stay so; Unlooked says why it could not be found out which.
	Polluted []impact.Polluted `json:"polluted"`
	Stays    bool              `json:"-"`
	Unlooked string            `json:"unlooked,omitempty"`
	// PolicyLists are the operator's lists of policies that were put back.
	PolicyLists []plan.ListChange `json:"policy_lists,omitempty"`
	// Why says, where nothing was to be done, why.
	Why string `json:"why,omitempty"`
}

// File is how a target's own gobgpd.conf, which is kept in step, stands.
type File struct {
	File string `json:"file"`
	// InStep: a restart or a reload leaves in force what is in force, or is planned.
	InStep bool   `json:"in_step"`
	Wrong  string `json:"wrong,omitempty"` // why it cannot be put in step
}

// AttributeProof is what the route server's table says of one attribute that treatments give.
type AttributeProof struct {
	Attribute string `json:"attribute"`
	Proven    int    `json:"proven"`
	Overruled int    `json:"overruled"`
	Unproven  int    `json:"unproven"`
}

// listAttributes returns what is said of the attributes that any path was given; never nil.
func listAttributes(all apply.AttributeProofs) []AttributeProof {
	out := []AttributeProof{}
	for i, p := range all {
		if p != (apply.AttributeProof{}) {
			out = append(out, AttributeProof{apply.Attribute(i).String(), p.Proven, p.Overruled, p.Unproven})
		}
	}
	return out
}
