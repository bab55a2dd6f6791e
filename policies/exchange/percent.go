package exchange

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

const (
	onePercent Percent = 1_000_000
	whole      Percent = 100 * onePercent
)

const decimals = 6

// ParsePercent reads a percentage up to 10000%, with at most six decimals, such as
// 1% or 0.5%.
func ParsePercent(s string) (Percent, error) {
	syntax := &filters.SyntaxError{Code: "percent-syntax", Message: fmt.Sprintf("%q is not a percentage", s), Hint: "such as 1% or 0.5%"}
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
		return 0, &filters.SyntaxError{Code: "percent-syntax", Message: fmt.Sprintf("more than %d decimals in %s", decimals, s)}
	}
	millionths, err := strconv.ParseUint(fraction+strings.Repeat("0", decimals-len(fraction)), 10, 32)
	if err != nil {
		panic("exchange: digits are no number: " + err.Error())
	}
	p := Percent(n)*onePercent + Percent(millionths)
	if p > 100*whole {
		return 0, &filters.SyntaxError{Code: "percent-range", Message: s + " is over 10000%"}
	}
	return p, nil
}

// String returns p as it is written, with as few decimals as it needs.
func (p Percent) String() string {
	s := fmt.Sprintf("%d.%06d", p/onePercent, p%onePercent)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".") + "%"
}

// Exceeded says whether part is more than p of all. It is exact.
func (p Percent) Exceeded(part, all *big.Int) bool {
	limit := new(big.Int).Mul(all, new(big.Int).SetUint64(uint64(p)))
	return new(big.Int).Mul(part, big.NewInt(int64(whole))).Cmp(limit) > 0
}

// shareOf returns what part is of all, rounded up: a share over a limit never looks
// like one within it.
func shareOf(part, all *big.Int) Percent {
	n := new(big.Int).Mul(part, big.NewInt(int64(whole)))
	n.Add(n, new(big.Int).Sub(all, big.NewInt(1)))
	return Percent(n.Div(n, all).Uint64())
}
