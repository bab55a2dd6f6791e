package filters_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"depeer/filters"
)

// refused returns the code and the hint of a refusal; empty for none.
func refused(t *testing.T, err error) (code, hint string) {
	t.Helper()
	if err == nil {
		return "", ""
	}
	var e *filters.SyntaxError
	if !errors.As(err, &e) {
		t.Fatalf("error %v is no SyntaxError", err)
	}
	if e.Error() == "" || e.Code == "" {
		t.Errorf("%#v says nothing", e)
	}
	return e.Code, e.Hint
}

func TestParseASN(t *testing.T) {
	tests := []struct {
		in         string
		want       filters.ASN
		code, hint string
	}{
		{"64512", 64512, "", ""},
		{"AS64512", 64512, "", ""},
		{"as64512", 64512, "", ""},
		{"0", 0, "", ""},
		{"4294967295", 4294967295, "", ""},
		{"4294967296", 0, "asn-range", ""},
		{"99999999999999999999", 0, "asn-range", ""},
		{"010", 0, "asn-leading-zero", "10"},
		{"AS00", 0, "asn-leading-zero", "0"},
		{"0x10", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"6e4", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"64_512", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"+1", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"-1", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{" 1", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"６５００", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"AS", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"ASAS1", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
		{"1.10", 0, "asn-syntax", "65546, if asdot was meant"},
		{"AS1.10", 0, "asn-syntax", "65546, if asdot was meant"},
		{"1.65536", 0, "asn-syntax", "a decimal number, such as 64512 or AS64512"},
	}
	for _, test := range tests {
		got, err := filters.ParseASN(test.in)
		code, hint := refused(t, err)
		if got != test.want || code != test.code || hint != test.hint {
			t.Errorf("%q: got %v, %q, %q, want %v, %q, %q", test.in, got, code, hint, test.want, test.code, test.hint)
		}
	}
}

func TestASNKinds(t *testing.T) {
	tests := []struct {
		asn                 filters.ASN
		reserved, forbidden string
	}{
		{1, "", ""}, {64495, "", ""}, {65552, "", ""}, {4199999999, "", ""},
		{64496, "documentation (RFC 5398)", ""}, {64511, "documentation (RFC 5398)", ""},
		{65536, "documentation (RFC 5398)", ""}, {65551, "documentation (RFC 5398)", ""},
		{64512, "private (RFC 6996)", ""}, {65534, "private (RFC 6996)", ""},
		{4200000000, "private (RFC 6996)", ""}, {4294967294, "private (RFC 6996)", ""},
		{0, "", "reserved (RFC 7607)"}, {23456, "", "AS_TRANS (RFC 6793)"},
		{65535, "", "reserved (RFC 7300)"}, {4294967295, "", "reserved (RFC 7300)"},
	}
	for _, test := range tests {
		if got := test.asn.Reserved(); got != test.reserved {
			t.Errorf("AS%s: reserved as %q, want %q", test.asn, got, test.reserved)
		}
		if got := test.asn.Forbidden(); got != test.forbidden {
			t.Errorf("AS%s: forbidden as %q, want %q", test.asn, got, test.forbidden)
		}
	}
}

func TestParsePrefix(t *testing.T) {
	tests := []struct{ in, code, hint string }{
		{"192.0.2.0/24", "", ""}, {"0.0.0.0/0", "", ""}, {"::/0", "", ""}, {"2001:db8::/32", "", ""},
		{"192.0.2.1/32", "", ""},
		{"10.0.0.7/24", "host-bits", "10.0.0.0/24"},
		{"2001:db8::1/32", "host-bits", "2001:db8::/32"},
		{"10.0.0.0", "prefix-no-length", "10.0.0.0/32 for the one address"},
		{"2001:db8::", "prefix-no-length", "2001:db8::/128 for the one address"},
		{"::ffff:10.0.0.0/104", "prefix-mapped", "10.0.0.0/8"},
		{"::ffff:10.0.0.1/104", "prefix-mapped", "10.0.0.0/8"},
		{"::ffff:0:0/96", "prefix-mapped", "0.0.0.0/0"},
		{"010.0.0.0/8", "prefix-leading-zero", "10.0.0.0/8, if decimal was meant"},
		{"10.0.0.0/08", "prefix-length", "10.0.0.0/8"},
		{"10.0.0.0/33", "prefix-length", "0 to 32"},
		{"2001:db8::/129", "prefix-length", "0 to 128"},
		{"10.0.0.0/-1", "prefix-length", "0 to 32"},
		{"10.0.0.0/+8", "prefix-length", "0 to 32"},
		{"10.0.0.0/", "prefix-length", "0 to 32"},
		{"10.0.0.0/x", "prefix-length", "0 to 32"},
		{"fe80::%eth0/64", "prefix-zone", "fe80::/64"},
		{"１０.0.0.0/8", "prefix-syntax", "10.0.0.0/8"},
		{"10.0.0/8", "prefix-syntax", "such as 192.0.2.0/24 or 2001:db8::/32"},
		{"AS64512", "prefix-syntax", "such as 192.0.2.0/24 or 2001:db8::/32"},
		{"", "prefix-syntax", "such as 192.0.2.0/24 or 2001:db8::/32"},
	}
	for _, test := range tests {
		got, err := filters.ParsePrefix(test.in)
		code, hint := refused(t, err)
		if code != test.code || hint != test.hint {
			t.Errorf("%q: got %q, %q, want %q, %q", test.in, code, hint, test.code, test.hint)
		}
		if err == nil && got.String() != test.in {
			t.Errorf("%q: read as %s", test.in, got)
		}
	}
}

func TestDay(t *testing.T) {
	for _, in := range []string{"", "2008-13-01", "2008-02-30", "2008-1-1", "01.11.2008", "2008-11-01T00:00:00Z",
		"0001-01-01"} {
		if d, err := filters.ParseDay(in); err == nil || !d.IsZero() {
			t.Errorf("%q read as %q", in, d)
		}
	}
	d := day("2008-11-01")
	last := time.Date(2008, 11, 1, 23, 59, 59, 0, time.UTC)
	east := time.FixedZone("", 14*3600)
	tests := []struct {
		name string
		ok   bool
	}{
		{"past at its last second", !d.Past(last)},
		{"not past a second later", d.Past(last.Add(time.Second))},
		{"not past a second later, elsewhere", d.Past(last.Add(time.Second).In(east))},
		{"no day is past", !filters.Day{}.Past(last)},
		{"add", d.Add(30*oneDay).String() == "2008-12-01"},
		{"age", d.Age(last) == oneDay-time.Second},
		{"day of", filters.DayOf(last.In(east)) == d},
		{"no day has a text", filters.Day{}.String() == ""},
	}
	for _, test := range tests {
		if !test.ok {
			t.Errorf("2008-11-01: %s", test.name)
		}
	}
}

func TestMoment(t *testing.T) {
	now := time.Date(2008, 11, 10, 12, 0, 0, 0, time.UTC)
	tests := []struct {
		in, want      string
		isDay, future bool
	}{
		{"2008-11-10", "2008-11-10", true, false},
		{"2008-11-11", "2008-11-11", true, false}, // it is tomorrow somewhere
		{"2008-11-12", "2008-11-12", true, true},
		{"2008-11-10T12:05:00Z", "2008-11-10T12:05:00Z", false, false},
		{"2008-11-10T12:05:01Z", "2008-11-10T12:05:01Z", false, true},
		{"2008-11-10T14:05:00+02:00", "2008-11-10T12:05:00Z", false, false},
	}
	for _, test := range tests {
		m, err := filters.ParseMoment(test.in)
		if err != nil {
			t.Errorf("%q: %v", test.in, err)
			continue
		}
		if m.String() != test.want || m.IsDay() != test.isDay || m.Future(now) != test.future {
			t.Errorf("%q: read as %q, a day: %v, future: %v", test.in, m, m.IsDay(), m.Future(now))
		}
	}
	for _, in := range []string{"", "yesterday", "2008-11-10 12:00:00", "2008-11-10T25:00:00Z", "2008-11-10T12:00:00"} {
		_, err := filters.ParseMoment(in)
		if code, _ := refused(t, err); code != "date-syntax" {
			t.Errorf("%q: refused as %q", in, code)
		}
	}
}

func TestParseSpan(t *testing.T) {
	tests := []struct {
		in   string
		want time.Duration
		code string
	}{
		{"30d", 30 * oneDay, ""}, {"12h", 12 * time.Hour, ""}, {"10m", 10 * time.Minute, ""},
		{"5s", 5 * time.Second, ""}, {"0d", 0, ""},
		{"36500d", 36500 * oneDay, ""}, {"36501d", 0, "span-range"},
		{"", 0, "span-syntax"}, {"d", 0, "span-syntax"}, {"30", 0, "span-syntax"}, {"030d", 0, "span-syntax"},
		{"+3d", 0, "span-syntax"},
		{"-3d", 0, "span-syntax"}, {"1.5h", 0, "span-syntax"}, {"1h30m", 0, "span-syntax"}, {"3w", 0, "span-syntax"},
		{"3 d", 0, "span-syntax"},
		{"99999999999d", 0, "span-syntax"},
	}
	for _, test := range tests {
		got, err := filters.ParseSpan(test.in)
		if code, _ := refused(t, err); got != test.want || code != test.code {
			t.Errorf("%q: got %v, %q, want %v, %q", test.in, got, code, test.want, test.code)
		}
		if err == nil {
			if again, err := filters.ParseSpan(filters.FormatSpan(got)); err != nil || again != got {
				t.Errorf("%q: written as %q", test.in, filters.FormatSpan(got))
			}
		}
	}
}

func FuzzParseASN(f *testing.F) {
	for _, s := range []string{"64512", "AS1", "010", "1.10", "0x10", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := filters.ParseASN(s)
		refused(t, err)
		if plain := strings.TrimPrefix(strings.ToUpper(s), "AS"); err == nil && a.String() != plain {
			t.Errorf("%q read as %s", s, a)
		}
	})
}

func FuzzParsePrefix(f *testing.F) {
	for _, s := range []string{"192.0.2.0/24", "2001:db8::/32", "10.0.0.7/24", "::ffff:10.0.0.0/104", "010.0.0.0/8",
		"fe80::%a/64", "/", "::ffff:0:0/0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := filters.ParsePrefix(s)
		refused(t, err)
		if err != nil {
			return
		}
		if !p.IsValid() || p != p.Masked() || p.Addr().Is4In6() || p.Addr().Zone() != "" {
			t.Errorf("%q read as %s", s, p)
		}
		if again, err := filters.ParsePrefix(p.String()); err != nil || again != p {
			t.Errorf("%q read as %s, and that as %s, %v", s, p, again, err)
		}
	})
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"2008-11-01", "2008-11-01T12:00:00Z", "2008-11-01T12:00:00.5+02:00", "0001-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := filters.ParseMoment(s)
		refused(t, err)
		if err == nil && m.IsZero() {
			t.Errorf("%q read as no moment", s)
		}
	})
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"30d", "0s", "010m", "99999999999d", "-1h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := filters.ParseSpan(s)
		refused(t, err)
		if err != nil {
			return
		}
		if d < 0 || d > 100*365*oneDay {
			t.Errorf("%q read as %v", s, d)
		}
		if again, err := filters.ParseSpan(filters.FormatSpan(d)); err != nil || again != d {
			t.Errorf("%q read as %v, written as %q", s, d, filters.FormatSpan(d))
		}
	})
}
