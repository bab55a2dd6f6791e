package view

import (
	"fmt"
	"io"
	"time"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

// What lists have in store: ladders, expiries, exceptions that end. A person is shown
// the days that are near, a line for all that happens alike on one day, and how much
// there is besides; programs get it all.

const (
	soonDays  = 30 // after the plan's moment
	soonLines = 5
	idsWidth  = 60 // of the names in a line
)

// showNext shows what changes next, and when.
func (v *textView) showNext(w io.Writer, p operate.Draft) {
	steps := plan.NextSteps(p.Plan.Providers)
	if len(steps) == 0 {
		return
	}
	horizon := p.Plan.At.UTC().AddDate(0, 0, soonDays).Format(time.DateOnly)
	word := "next"
	for lines := 0; lines < soonLines && len(steps) > 0 && steps[0].From <= horizon; lines++ {
		alike, rest := firstAlike(steps)
		writef(w, "%s\t%s  %s: %s\n", word, alike[0].From, stepText(alike[0]), providerNames(alike))
		steps, word = rest, ""
	}
	if len(steps) > 0 {
		writef(w, "%s\t%s  %s from then on\n", word, steps[0].From, countOf{len(steps), "step"})
	}
	fmt.Fprintln(w)
}

// firstAlike returns the steps that happen as the first one does, and the others.
func firstAlike(steps []plan.NextStep) (alike, rest []plan.NextStep) {
	first := steps[0]
	for _, s := range steps {
		if s.From == first.From && s.Before == first.Before && s.After == first.After {
			alike = append(alike, s)
		} else {
			rest = append(rest, s)
		}
	}
	return alike, rest
}

// stepText says what happens.
func stepText(s plan.NextStep) string {
	switch {
	case s.After == "":
		return s.Before + " expires"
	case s.Before == "":
		return s.After + " begins"
	default:
		return s.Before + " -> " + s.After
	}
}

// providerNames names the providers of steps, as far as there is room.
func providerNames(steps []plan.NextStep) string {
	text := steps[0].ID
	for i, s := range steps[1:] {
		if len(text)+len(s.ID) > idsWidth {
			return textf("%s, and %s more", text, formatNumber(len(steps)-1-i))
		}
		text += ", " + s.ID
	}
	return text
}
