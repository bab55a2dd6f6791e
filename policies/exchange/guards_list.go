package exchange

import (
	"fmt"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
)

const day = 24 * time.Hour

// checkListAge refuses a list that is older than it allows itself to be, or that does not
// say how old it is. A list dated to a day is as old as whole days have passed.
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

// formatAge writes an age as people say it: in days from the second on, before that
// in hours, and cut down to that.
func formatAge(age time.Duration) string {
	if age >= 2*day {
		return fmt.Sprintf("%d days", age/day)
	}
	return age.Truncate(time.Minute).String()
}

// checkListFuture refuses a list of a day, or an hour, that has not come.
func checkListFuture(g *guardInput, l *filters.Listing) complaint {
	if !l.Updated.Future(g.at) {
		return complaint{}
	}
	return complaint{fmt.Sprintf("%s of %s is in the future", l.Name, l.Updated),
		"the right date, or a clock that is right"}
}

// datePlace returns where a list says of when it is; where its max_age stands, if it does
// not say.
func datePlace(l *filters.Listing) diag.Position {
	if l.Places.Updated == (filters.Place{}) {
		return l.At(l.Places.MaxAge)
	}
	return l.At(l.Places.Updated)
}
