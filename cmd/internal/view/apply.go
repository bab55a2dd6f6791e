package view

import (
	"fmt"
	"strings"

	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Apply is the result of a change that was made: apply, clear, rollback, recover.
type Apply struct {
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
	Persist  *Persist             `json:"persist,omitempty"` // nil: no file is kept
	// OutOfReach are the neighbors that are no route-server clients, where a plan was
	// applied; nil: nobody has looked.
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

// neverNil makes empty lists of nil ones: JSON has [] for them, not null.
func (a *Apply) neverNil() {
	a.Reset, a.Sessions, a.Polluted, a.NotDelivered = nonNil(a.Reset), nonNil(a.Sessions), nonNil(a.Polluted),
		nonNil(a.NotDelivered)
	a.Attributes = nonNil(a.Attributes)
}

func (v *program) Apply(a Apply) error {
	a.neverNil()
	return object(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		Apply
	}{SchemaVersion, a})
}

func (v *person) Apply(a Apply) error {
	text := fmt.Sprintf("%s: %s\n", a.Target, a.Outcome)
	if a.Why != "" {
		text = fmt.Sprintf("%s: %s\n", a.Target, a.Why)
	}
	for _, s := range a.Sessions {
		text += fmt.Sprintf("  session   %s\n", sessionText(s, "was"))
	}
	for _, c := range a.PolicyLists {
		text += fmt.Sprintf("  list      %s\n", c)
	}
	if a.Outcome == "applied" && len(a.PolicyLists) > 0 {
		text += fmt.Sprintf("  reset     %s\n", counted{len(a.Reset), "member"})
		text += "  verified  each list and default, by reading it back; what your policies make of routes is not " +
			"looked at\n"
		text += fmt.Sprintf("  id        %s\n", a.ID)
	} else if a.Outcome == "applied" {
		text += fmt.Sprintf("  reset     %s\n", counted{len(a.Reset), "member"})
		text += fmt.Sprintf("  verified  %s\n", a.proof())
		if less := attributeText(a.Attributes); less != "" {
			text += fmt.Sprintf("  overruled %s, by other policies behind ours\n", less)
		}
		if a.Uncertain > 0 {
			text += fmt.Sprintf("  unproven  %s that other policies prepend to before ours: whether they are "+
				"matched is not known\n", counted{a.Uncertain, "route"})
		}
		if a.Already > 0 {
			text += fmt.Sprintf("  unproven  %s treated already, or announced so: in the table, and no proof\n",
				counted{a.Already, "route"})
		}
		if a.Unproven > 0 {
			text += fmt.Sprintf("  unproven  %s that no route tells about: read back, and right\n", entries(a.Unproven))
		}
		if a.Tagged+a.Untagged > 0 {
			text += fmt.Sprintf("  expected  %s tagged for members who have chosen; what they got cannot be read "+
				"from gobgpd 3.37\n", counted{a.Tagged, "route"})
		}
		if a.Untagged > 0 {
			text += fmt.Sprintf("  untagged  %s, by other policies behind ours: choices do nothing there\n",
				counted{a.Untagged, "route"})
		}
		text += a.lengths()
		text += fmt.Sprintf("  id        %s\n", a.ID)
	}
	var beyond strings.Builder
	outOfReach(&beyond, "  ", "     ", a.OutOfReach, false)
	text += beyond.String()
	text += a.left()
	if a.Persist != nil {
		text += fmt.Sprintf("  file      %s is in step with it\n", a.Persist.File)
	}
	_, err := fmt.Fprint(v.Out, text)
	return err
}

// proof says what the route server's own table told.
func (a Apply) proof() string {
	text := fmt.Sprintf("%s refused, %s changed, %s as before", group(a.Refused), group(a.Changed), group(a.Passed))
	if a.Overruled > 0 {
		text += fmt.Sprintf(", %s overruled by other policies", group(a.Overruled))
	}
	return text + ", by the route server's own table"
}

func entries(n int) string {
	if n == 1 {
		return "1 entry"
	}
	return group(n) + " entries"
}
