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
		return complaint{fmt.Sprintf("%s has a max_age of %s and does not say when it was updated", l.Name,
			filters.FormatSpan(l.MaxAge)), "updated: " + filters.DayOf(g.at).String()}
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
