package exchange_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies/exchange"
)

func TestParsePercent(t *testing.T) {
	for _, test := range []struct {
		in   string
		want exchange.Percent
		out  string // "" as written
	}{
		{"0%", 0, ""},
		{"1%", 1_000_000, ""},
		{"0.5%", 500_000, ""},
		{"0.50%", 500_000, "0.5%"},
		{"0.000001%", 1, ""},
		{"99.999999%", 99_999_999, ""},
		{"100%", 100_000_000, ""},
		{"10000%", 10_000_000_000, ""},
	} {
		got, err := exchange.ParsePercent(test.in)
		if err != nil || got != test.want {
			t.Errorf("%s: got %d, %v, want %d", test.in, got, err, test.want)
		}
		out := test.out
		if out == "" {
			out = test.in
		}
		if got.String() != out {
			t.Errorf("%s is written %s, want %s", test.in, got, out)
		}
	}
	for _, in := range []string{"", "%", "1", "01%", "00%", ".5%", "1.%", "-1%", "+1%", "1e2%", "1_0%", " 1%", "1 %",
		"1%%", "0.0000001%", "10000.000001%", "1,5%", "１%", "1.５%", "0x1%", "99999999999999999999%"} {
		if got, err := exchange.ParsePercent(in); err == nil {
			t.Errorf("%q: read as %s", in, got)
		}
	}
}

// TestPercentRoundTrip holds that writing and reading lose nothing.
func TestPercentRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := exchange.Percent(rapid.Uint64Range(0, 10_000_000_000).Draw(t, "percent"))
		if got, err := exchange.ParsePercent(p.String()); err != nil || got != p {
			t.Fatalf("%d is written %s, and read as %d, %v", p, p, got, err)
		}
	})
}

func TestExceeded(t *testing.T) {
	third, err := exchange.ParsePercent("33.333333%")
	if err != nil {
		t.Fatal(err)
	}
	tenth, err := exchange.ParsePercent("0.1%")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		limit     exchange.Percent
		part, all int64
		want      bool
	}{
		{third, 1, 3, true},
		{third, 33_333_333, 100_000_000, false},
		{tenth, 3, 3000, false}, // 0.1/100*3000 is more than 3 in floats
		{tenth, 4, 3000, true},
		{0, 0, 3000, false},
		{0, 1, 3000, true},
		{0, 0, 0, false},
	} {
		if got := test.limit.Exceeded(big.NewInt(test.part), big.NewInt(test.all)); got != test.want {
			t.Errorf("%d of %d is over %s: %t, want %t", test.part, test.all, test.limit, got, test.want)
		}
	}
}
