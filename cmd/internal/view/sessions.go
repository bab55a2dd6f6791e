package view

import (
	"fmt"
	"io"

	"depeer/policies/plan"
)

// showSessions shows the sessions that are shut down or opened. It comes before all else.
func (v *textView) showSessions(w io.Writer, all []plan.SessionChange) {
	for _, s := range all {
		text := sessionText(s, "is")
		if s.Change == "shut" {
			text = v.paintText(red, text)
			if s.Routes > 0 {
				text += fmt.Sprintf(", and %s of it with it", countOf{int(s.Routes), "route"})
			}
		}
		fmt.Fprintf(w, "session\t%s\n", text)
		if s.Message != "" {
			fmt.Fprintf(w, "\tit is told: %s\n", s.Message)
		}
	}
	if len(all) > 0 {
		fmt.Fprintln(w)
	}
}

// sessionText says what happens to a session, or has happened.
func sessionText(s plan.SessionChange, verb string) string {
	done := map[string]string{"shut": "shut", "open": "opened"}[s.Change]
	return fmt.Sprintf("AS%s  %s %s %s", s.ASN, s.Address, verb, done)
}
