package filters

import (
	"slices"
	"time"
)

// fate is all that makes what follows from a provider's listing change from day to
// day: nothing else about a list does.
//
//	       listed    1st step     2nd step    Expires
//	waiting  | waiting  |  in force  |  in force | expired
//	         excepted up to and with Until, wherever that is before the expiry
type fate struct {
	provider   *Provider
	follows    string       // the treatment, where there is no ladder
	ladder     *Ladder      // nil: none
	exceptions []*Exception // the first that holds is the one
}

// at says what becomes of the provider at t; the treatment is empty unless it is
// in force, and the exception nil unless it is excepted.
func (f *fate) at(t time.Time) (State, string, *Exception) {
	i := slices.IndexFunc(f.exceptions, func(e *Exception) bool { return !e.Until.Past(t) })
	switch {
	case f.provider.Expires.Past(t):
		return Expired, "", nil
	case i >= 0:
		return Excepted, "", f.exceptions[i]
	case t.Before(f.provider.Listed.Start()):
		return Waiting, "", nil
	case f.ladder == nil:
		return InForce, f.follows, nil
	}
	treatment := ""
	for _, step := range f.ladder.Steps {
		if step.After <= f.provider.Listed.Age(t) {
			treatment = step.Treatment
		}
	}
	if treatment == "" {
		return Waiting, "", nil
	}
	return InForce, treatment, nil
}

// next returns the first day after t on which another treatment is in force than at
// t, and which; no day if there is none.
func (f *fate) next(t time.Time) (Day, string) {
	_, now, _ := f.at(t)
	for _, day := range f.days() {
		if !day.Start().After(t) {
			continue
		}
		if _, then, _ := f.at(day.Start()); then != now {
			return day, then
		}
	}
	return Day{}, ""
}

// days returns the days on which something may change, in order.
func (f *fate) days() []Day {
	var days []Day
	if !f.provider.Listed.IsZero() {
		days = append(days, f.provider.Listed)
		if f.ladder != nil {
			for _, step := range f.ladder.Steps {
				days = append(days, f.provider.Listed.Add(step.After))
			}
		}
	}
	if !f.provider.Expires.IsZero() {
		days = append(days, f.provider.Expires.Add(oneDay))
	}
	for _, e := range f.exceptions {
		if !e.Until.IsZero() {
			days = append(days, e.Until.Add(oneDay))
		}
	}
	slices.SortFunc(days, func(a, b Day) int { return a.start.Compare(b.start) })
	return days
}

const oneDay = 24 * time.Hour
