package filters_test

import (
	"net/netip"
	"testing"

	"depeer/filters"
)

func TestEntryText(t *testing.T) {
	for _, text := range []string{"10.0.0.0/8 8..32", "10.0.0.0/8 16..24", "2001:db8::/32 48..128", "0.0.0.0/0 0..0"} {
		var e filters.Entry
		if err := e.UnmarshalText([]byte(text)); err != nil {
			t.Errorf("%q: %v", text, err)
		}
		if got, err := e.MarshalText(); err != nil || string(got) != text {
			t.Errorf("%q comes back as %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "10.0.0.0/8", "10.0.0.0/8 8", "10.0.0.1/8 8..32", "10.0.0.0/8 7..32",
		"10.0.0.0/8 8..33", "10.0.0.0/8 24..16", "::ffff:10.0.0.0/104 104..128", "10.0.0.0/8 264..288"} {
		e := filters.Entry{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Min: 24, Max: 24}
		if err := e.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, e)
		}
	}
}
