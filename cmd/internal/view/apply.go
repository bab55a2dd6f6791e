package view

import (
	"fmt"

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
	Overruled int      `json:"overruled"` // by the operator's own policies, behind ours
	Passed    int      `json:"passed"`
	Unproven  int      `json:"unproven"`
	Tagged    int      `json:"tagged"`   // for members who have chosen: what these get is expected, and not verified
	Untagged  int      `json:"untagged"` // the operator's own policies take the tags off again
	// NotDelivered are too long to be sent: in the route server's table, and with no member.
	NotDelivered []length.Route `json:"not_delivered"`
	// Sessions are those that were shut or opened.
	Sessions []plan.SessionChange `json:"sessions"`
	Persist  *Persist             `json:"persist,omitempty"` // nil: no file is kept
}

func (v *program) Apply(a Apply) error {
	a.Reset, a.Sessions, a.NotDelivered = nonNil(a.Reset), nonNil(a.Sessions), nonNil(a.NotDelivered)
	return object(v.Out, struct {
		SchemaVersion int `json:"schema_version"`
		Apply
	}{SchemaVersion, a})
}

func (v *person) Apply(a Apply) error {
	text := fmt.Sprintf("%s: %s\n", a.Target, a.Outcome)
	for _, s := range a.Sessions {
		text += fmt.Sprintf("  session   %s\n", sessionText(s, "was"))
	}
	if a.Outcome == "applied" {
		text += fmt.Sprintf("  reset     %s\n", counted{len(a.Reset), "member"})
		text += fmt.Sprintf("  verified  %s\n", a.proof())
		text += fmt.Sprintf("  unproven  %s that no route tells about: read back, and right\n", entries(a.Unproven))
		if a.Tagged+a.Untagged > 0 {
			text += fmt.Sprintf("  expected  %s tagged for members who have chosen; what they got cannot be read from gobgpd 3.37\n", counted{a.Tagged, "route"})
		}
		if a.Untagged > 0 {
			text += fmt.Sprintf("  untagged  %s, by other policies behind ours: choices do nothing there\n", counted{a.Untagged, "route"})
		}
		text += a.lengths()
		text += fmt.Sprintf("  id        %s\n", a.ID)
	}
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
