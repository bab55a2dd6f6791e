package guard

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"depeer/filters"
)

// Override is the ceiling up to which a person lets a guard pass, whatever its limit is:
// a number in the guard's unit, or a percentage of the guard's base. One of the two is 0.
// The zero value lets nothing pass.
type Override struct {
	Number  int
	Percent Percent
}

// ParseOverride reads a number, such as 1500, or a percentage, such as 5%.
func ParseOverride(s string) (Override, error) {
	if strings.HasSuffix(s, "%") {
		p, err := ParsePercent(s)
		return Override{Percent: p}, err
	}
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil || strconv.FormatUint(n, 10) != s {
		return Override{}, &filters.SyntaxError{Code: "override-syntax",
			Message: fmt.Sprintf("%q is neither a number nor a percentage", s), Hint: "such as 1500 or 5%"}
	}
	return Override{Number: int(n)}, nil
}

// UpTo returns the override that lets up to n pass.
func UpTo(n int) Override { return Override{Number: n} }

// Of returns how many of base pass; a percentage is rounded down.
func (o Override) Of(base int) int { return max(o.Number, Share(base, uint64(o.Percent))) }

// String returns o as it is written.
func (o Override) String() string {
	if o.Percent != 0 {
		return o.Percent.String()
	}
	return strconv.Itoa(o.Number)
}

// MarshalJSON writes a number as a number, as plans had it before there were percentages,
// and a percentage as a string.
func (o Override) MarshalJSON() ([]byte, error) {
	if o.Percent != 0 {
		return json.Marshal(o.Percent.String())
	}
	return json.Marshal(o.Number)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (o *Override) UnmarshalJSON(data []byte) (err error) {
	text := string(data)
	if strings.HasPrefix(text, `"`) {
		if err := json.Unmarshal(data, &text); err != nil {
			return err
		}
		if !strings.HasSuffix(text, "%") {
			return fmt.Errorf("override %q is not a percentage", text)
		}
	}
	*o, err = ParseOverride(text)
	return err
}

// Suggest fills in, for each guard that refuses and has an override, a number that lets
// pass all that these answers refuse for it: of one target, or of several that are given
// the same flags.
func Suggest(of ...[]Result) {
	most := make(map[string]int)
	for _, answers := range of {
		for _, a := range answers {
			if !a.OK && a.Flag != "" {
				most[a.Flag] = max(most[a.Flag], roundUp(a.Value))
			}
		}
	}
	for _, answers := range of {
		for i := range answers {
			if a := &answers[i]; !a.OK {
				a.Suggest = most[a.Flag]
			}
		}
	}
}

// roundUp returns the next number from n on that has only two digits which are not 0:
// routes come and go until the plan is made again.
func roundUp(n int) int {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit - 1) / unit * unit
}
