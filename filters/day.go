package filters

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Day is a calendar day in UTC. The zero value is no day.
type Day struct{ start time.Time }

// DayOf returns the day, in UTC, that t falls on.
func DayOf(t time.Time) Day {
	y, m, d := t.UTC().Date()
	return Day{time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// firstYear refuses what computers write for an unset time: 0001-01-01 would be no day.
const firstYear = 1970

// ParseDay reads a day from 1970 on, as YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < firstYear {
		return Day{}, &SyntaxError{Code: "date-syntax", Message: fmt.Sprintf("%q is not a day", s),
			Hint: "YYYY-MM-DD, such as 2008-11-01"}
	}
	return Day{t}, nil
}

// IsZero says whether d is no day.
func (d Day) IsZero() bool { return d.start.IsZero() }

// Start returns the first instant of d.
func (d Day) Start() time.Time { return d.start }

// Add returns the day that lies span after d, in whole days.
func (d Day) Add(span time.Duration) Day { return DayOf(d.start.Add(span)) }

// Past says whether d has ended at t. A zero Day is never past.
func (d Day) Past(t time.Time) bool { return !d.IsZero() && !t.Before(d.start.AddDate(0, 0, 1)) }

// Age returns how long ago, at t, d began.
func (d Day) Age(t time.Time) time.Duration { return t.Sub(d.start) }

// String returns YYYY-MM-DD, or nothing for no day.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return d.start.Format(time.DateOnly)
}

// Moment is an instant that a user wrote as a day or as an exact time. The zero value is no moment.
type Moment struct {
	time  time.Time
	isDay bool
}

// At returns the exact moment t, in UTC.
func At(t time.Time) Moment { return Moment{time: t.UTC()} }

// On returns the moment that is the day d.
func On(d Day) Moment { return Moment{time: d.start, isDay: true} }

// ParseMoment reads a day (YYYY-MM-DD) or a time in RFC 3339.
func ParseMoment(s string) (Moment, error) {
	if d, err := ParseDay(s); err == nil {
		return On(d), nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.Year() < firstYear {
		return Moment{}, &SyntaxError{Code: "date-syntax", Message: fmt.Sprintf("%q is neither a day nor a time", s),
			Hint: "2008-11-01, or 2008-11-01T12:00:00Z"}
	}
	return At(t), nil
}

// IsZero says whether m is no moment.
func (m Moment) IsZero() bool { return m.time.IsZero() }

// IsDay says whether m was written as a day.
func (m Moment) IsDay() bool { return m.isDay }

// Time returns the instant: for a day, its start.
func (m Moment) Time() time.Time { return m.time }

// Future says whether m is after t by more than clocks and time zones explain: a day for days, five
// minutes for times.
func (m Moment) Future(t time.Time) bool {
	skew := 5 * time.Minute
	if m.isDay {
		skew = 24 * time.Hour
	}
	return m.time.After(t.Add(skew))
}

// String returns m as it is written in a listing.
func (m Moment) String() string {
	switch {
	case m.IsZero():
		return ""
	case m.isDay:
		return m.time.Format(time.DateOnly)
	default:
		return m.time.Format(time.RFC3339)
	}
}

// ParseSpan reads a span of time: a whole number with one of the units d, h, m
// or s, such as 30d or 12h.
func ParseSpan(s string) (time.Duration, error) {
	units := map[byte]time.Duration{'d': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute, 's': time.Second}
	syntax := &SyntaxError{Code: "span-syntax", Message: fmt.Sprintf("%q is not a span of time", s),
		Hint: "a number and a unit, such as 30d, 12h or 10m"}
	if len(s) < 2 {
		return 0, syntax
	}
	digits := s[:len(s)-1]
	unit, known := units[s[len(s)-1]]
	n, err := strconv.ParseUint(digits, 10, 32)
	if !known || err != nil || (len(digits) > 1 && digits[0] == '0') || strings.HasPrefix(digits, "+") {
		return 0, syntax
	}
	if n > uint64(100*365*24*time.Hour/unit) {
		return 0, &SyntaxError{Code: "span-range", Message: fmt.Sprintf("%q is over a hundred years", s)}
	}
	return time.Duration(n) * unit, nil
}

// FormatSpan writes a span as ParseSpan reads it, in the largest unit that
// holds it exactly.
func FormatSpan(d time.Duration) string {
	switch {
	case d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	default:
		return fmt.Sprintf("%ds", d/time.Second)
	}
}
