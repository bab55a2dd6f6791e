package exchange

import (
	"fmt"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
)

const day = 24 * time.Hour

// checkListAge refuses a list that is older than its max_age, or that has one and no date.
// The age of a list that is dated to a day is in whole days.
func checkListAge(g *guardInput, l *filters.Listing) complaint {
	if l.MaxAge == 0 {
		return complaint{}
	}
	if l.Updated.IsZero() {
		hint := "updated: " + filters.DayOf(g.at).String()
		if l.Places.MaxAge == (filters.Place{}) {
			hint = "a list that says when it was updated, or no max_age in the exchange file"
		}
		return complaint{fmt.Sprintf("%s has a max_age of %s and does not say when it was updated", l.Name,
			filters.FormatSpan(l.MaxAge)), hint}
	}
	age := g.at.Sub(l.Updated.Time())
	if l.Updated.IsDay() {
		age = age.Truncate(day)
	}
	if age <= l.MaxAge {
		return complaint{}
	}
	return complaint{fmt.Sprintf("%s of %s is %s old, over its max_age of %s", l.Name, l.Updated, formatAge(age),
		filters.FormatSpan(l.MaxAge)), "a newer list"}
}

// oldAge is the age from which a list is old where nothing bounds its age.
const oldAge = 365 * day

// WarnOfOldLists warns of lists that were updated more than a year ago, and whose age nothing bounds:
// who was listed then may be somebody else's customer by now.
func WarnOfOldLists(lists []*filters.Listing, at time.Time) diag.List {
	var diags diag.List
	for _, l := range lists {
		if l.MaxAge > 0 || l.Updated.IsZero() {
			continue
		}
		if age := at.Sub(l.Updated.Time()); age > oldAge {
			diags.Warnf(datePlace(l), "list-old", "max_age: 30d, in the list or in the exchange file",
				"%s of %s is %s old, and nothing says how old it may be", l.Name, l.Updated, formatAge(age))
		}
	}
	return diags
}

// formatAge writes an age: in whole days from two days on, before that in hours and
// minutes.
func formatAge(age time.Duration) string {
	if age >= 2*day {
		return fmt.Sprintf("%d days", age/day)
	}
	return age.Truncate(time.Minute).String()
}

// checkListFuture refuses a list whose date is in the future.
func checkListFuture(g *guardInput, l *filters.Listing) complaint {
	if !l.Updated.Future(g.at) {
		return complaint{}
	}
	return complaint{fmt.Sprintf("%s of %s is in the future", l.Name, l.Updated),
		"the right date, or a clock that is right"}
}

// datePlace returns the place of a list's date; that of its max_age if it has no date.
func datePlace(l *filters.Listing) diag.Position {
	if l.Places.Updated == (filters.Place{}) {
		return l.At(l.Places.MaxAge)
	}
	return l.At(l.Places.Updated)
}
