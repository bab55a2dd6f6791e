package filters_test

import (
	"net/netip"
	"testing"

	"depeer/filters"
)

func TestReservedPrefix(t *testing.T) {
	for _, c := range []struct{ prefix, want string }{
		{"0.1.0.0/16", "this network (RFC 791)"},
		{"10.0.0.0/8", "private (RFC 1918)"},
		{"10.255.255.255/32", "private (RFC 1918)"},
		{"100.127.0.0/16", "shared (RFC 6598)"},
		{"172.31.0.0/16", "private (RFC 1918)"},
		{"192.0.2.0/24", "documentation (RFC 5737)"},
		{"198.19.0.0/16", "benchmarking (RFC 2544)"},
		{"239.0.0.0/8", "multicast (RFC 5771)"},
		{"255.255.255.255/32", "reserved (RFC 1112)"},
		{"::/8", "not global unicast (RFC 4291)"},
		{"1fff::/16", "not global unicast (RFC 4291)"},
		{"2001:db8:1::/48", "documentation (RFC 3849)"},
		{"3fff:fff::/32", "documentation (RFC 9637)"},
		{"4000::/3", "not global unicast (RFC 4291)"},
		{"bfff::/16", "not global unicast (RFC 4291)"},
		{"fd00::/8", "private (RFC 4193)"},
		{"fe80::/64", "link-local (RFC 4291)"},
		{"ff02::/16", "multicast (RFC 4291)"},
		// public, or around reserved space and not inside it: the guards' matter
		{"0.0.0.0/0", ""}, {"0.0.0.0/1", ""}, {"8.0.0.0/7", ""}, {"9.0.0.0/8", ""}, {"11.0.0.0/8", ""},
		{"100.0.0.0/8", ""}, {"100.128.0.0/9", ""}, {"172.32.0.0/16", ""}, {"192.0.0.0/16", ""}, {"223.0.0.0/8", ""},
		{"::/0", ""}, {"::/1", ""}, {"8000::/1", ""}, {"2001::/16", ""}, {"2001:db9::/32", ""}, {"3ffe::/16", ""},
		{"2000::/3", ""},
	} {
		if got := filters.ReservedPrefix(netip.MustParsePrefix(c.prefix)); got != c.want {
			t.Errorf("%s: got %q, want %q", c.prefix, got, c.want)
		}
	}
	if got := filters.ReservedPrefix(netip.Prefix{}); got != "" {
		t.Errorf("no prefix: got %q", got)
	}
}
