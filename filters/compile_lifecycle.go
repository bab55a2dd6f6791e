package filters

import (
	"slices"
	"time"
)

// lifecycle holds everything that makes a provider's treatment change with the date. Nothing else
// about a list depends on the date.
//
//	       listed    1st step     2nd step    Expires
//	waiting  | waiting  |  in force  |  in force | expired
//	         excepted up to and with Until, wherever that is before the expiry
type lifecycle struct {
	provider   *Provider
	treatment  string       // the treatment, where there is no ladder
	ladder     *Ladder      // nil: none
	exceptions []*Exception // the first in force decides
}

// stateAt returns the provider's state at t. The treatment is empty unless the state is InForce;
// the exception is nil unless it is Excepted.
func (f *lifecycle) stateAt(t time.Time) (State, string, *Exception) {
	i := slices.IndexFunc(f.exceptions, func(e *Exception) bool { return !e.Until.Past(t) })
	switch {
	case f.provider.Expires.Past(t):
		return Expired, "", nil
	case i >= 0:
		return Excepted, "", f.exceptions[i]
	case t.Before(f.provider.Listed.Start()):
		return Waiting, "", nil
	case f.ladder == nil:
		return InForce, f.treatment, nil
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

// nextChange returns the first day after t on which the treatment differs from that at t, and the
// new treatment. It returns no day if the treatment never changes.
func (f *lifecycle) nextChange(t time.Time) (Day, string) {
	_, now, _ := f.stateAt(t)
	for _, day := range f.changeDays() {
		if !day.Start().After(t) {
			continue
		}
		if _, then, _ := f.stateAt(day.Start()); then != now {
			return day, then
		}
	}
	return Day{}, ""
}

// changeDays returns the days on which the state can change, in order.
func (f *lifecycle) changeDays() []Day {
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
