package guard

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"depeer/filters"
)

// Percent is a share, in millionths of a percent: an integer, so that a limit is
// exactly what was written. The zero value is 0%.
type Percent uint64

// Shares that others are multiples of.
const (
	OnePercent Percent = 1_000_000
	Whole      Percent = 100 * OnePercent
)

const decimals = 6

// ParsePercent reads a percentage up to 10000%, with at most six decimals, such as
// 1% or 0.5%.
func ParsePercent(s string) (Percent, error) {
	syntax := &filters.SyntaxError{Code: "percent-syntax", Message: fmt.Sprintf("%q is not a percentage", s),
		Hint: "such as 1% or 0.5%"}
	number, sign := strings.CutSuffix(s, "%")
	ones, fraction, point := strings.Cut(number, ".")
	n, err := strconv.ParseUint(ones, 10, 32)
	switch {
	case err != nil || strconv.FormatUint(n, 10) != ones,
		point && (fraction == "" || strings.Trim(fraction, "0123456789") != ""):
		return 0, syntax
	case !sign:
		syntax.Hint = s + "%"
		return 0, syntax
	case len(fraction) > decimals:
		return 0, &filters.SyntaxError{Code: "percent-syntax",
			Message: fmt.Sprintf("more than %d decimals in %s", decimals, s)}
	}
	millionths, err := strconv.ParseUint(fraction+strings.Repeat("0", decimals-len(fraction)), 10, 32)
	if err != nil {
		panic("guard: digits are no number: " + err.Error())
	}
	p := Percent(n)*OnePercent + Percent(millionths)
	if p > 100*Whole {
		return 0, &filters.SyntaxError{Code: "percent-range", Message: s + " is over 10000%"}
	}
	return p, nil
}

// String returns p as it is written, with as few decimals as it needs.
func (p Percent) String() string {
	s := fmt.Sprintf("%d.%06d", p/OnePercent, p%OnePercent)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

// MarshalText writes p as String does.
func (p Percent) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// UnmarshalText reads what ParsePercent reads.
func (p *Percent) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePercent(string(text))
	return err
}

// Exceeded says whether part is more than p of all. It is exact.
func (p Percent) Exceeded(part, all *big.Int) bool {
	limit := new(big.Int).Mul(all, new(big.Int).SetUint64(uint64(p)))
	return new(big.Int).Mul(part, big.NewInt(int64(Whole))).Cmp(limit) > 0
}

// ShareOf returns what part is of all, rounded up: a share over a limit never looks
// like one within it.
func ShareOf(part, all *big.Int) Percent {
	n := new(big.Int).Mul(part, big.NewInt(int64(Whole)))
	n.Add(n, new(big.Int).Sub(all, big.NewInt(1)))
	return Percent(n.Div(n, all).Uint64())
}
