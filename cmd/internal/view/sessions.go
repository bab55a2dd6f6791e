package view

import (
	"fmt"
	"io"

	"depeer/policies/plan"
)

// showSessions shows the sessions that are shut down or opened. It comes before all else.
func (v *textView) showSessions(w io.Writer, all []plan.SessionChange) {
	for _, s := range all {
		color, more := "", ""
		if s.Change == "shut" {
			color = red
			if s.Routes > 0 {
				more = textf(", and %s of it with it", countOf{int(s.Routes), "route"})
			}
		}
		writef(w, "session\t%s%s\n", v.paintText(color, sessionText(s, "is")), more)
		if s.Message != "" {
			writef(w, "\tit is told: %s\n", s.Message)
		}
	}
	if len(all) > 0 {
		fmt.Fprintln(w)
	}
}

// sessionText says what happens to a session, or has happened.
func sessionText(s plan.SessionChange, verb string) string {
	done := map[string]string{"shut": "shut", "open": "opened"}[s.Change]
	return textf("AS%s  %s %s %s", s.ASN, s.Address, verb, done)
}
