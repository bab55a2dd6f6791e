package mrt_test

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies/rib"
)

var nextHop = netip.MustParseAddr("2001:db8::1")

// wholeDumps are TABLE_DUMP_V2 without a flaw.
var wholeDumps = []dump{
	{
		name: "every attribute",
		data: octets(all, paths(ipv4, "192.0.2.0/25", entry(1,
			attr(3, anna.Address), // NEXT_HOP
			origin(rib.EGP), asPath(4_200_000_001, 64500),
			attr(4, uint32(0)), attr(5, uint32(100)),
			attr(6), attr(7, uint32(64500), anna.Address), // ATOMIC_AGGREGATE, AGGREGATOR
			attr(8, uint32(64500<<16|666), uint32(0xffffff01)),
			attr(32, uint32(4_200_000_001), uint32(666), uint32(1)),
			attr(99, "what nobody knows"), attr(255, "nor this")))),
		want: outcome{Paths: []string{
			"192.0.2.0/25 AS4200000001 192.0.2.2: 4200000001 64500 EGP local-pref 100 med 0 64500:666 65535:65281 " +
				"4200000001:666:1",
		}},
	},
	{
		name: "nothing is left of the path before",
		data: octets(all, paths(ipv4, "192.0.2.0/24",
			entry(0, asPath(64496), attr(4, uint32(1)), attr(5, uint32(1)), attr(8, uint32(1)),
				attr(32, uint32(1), uint32(1), uint32(1))),
			entry(0))),
		want: outcome{Paths: []string{
			"192.0.2.0/24 AS64496 192.0.2.1: 64496 INCOMPLETE local-pref 1 med 1 0:1 1:1:1",
			"192.0.2.0/24 AS64496 192.0.2.1:  INCOMPLETE",
		}},
	},
	{
		name: "peers of all four forms, and the shortest and longest prefixes",
		data: octets(all,
			paths(ipv4, "0.0.0.0/0", entry(0, origin(rib.IGP)), entry(1, origin(rib.IGP))),
			paths(ipv4, "192.0.2.7/32", entry(0, origin(rib.IGP))),
			paths(ipv6, "::/0", entry(2, origin(rib.IGP)), entry(3, origin(rib.IGP))),
			paths(ipv6, "2001:db8::7/128", entry(2, origin(rib.IGP)))),
		want: outcome{Paths: []string{
			"0.0.0.0/0 AS64496 192.0.2.1: ", "0.0.0.0/0 AS4200000001 192.0.2.2: ", "192.0.2.7/32 AS64496 192.0.2.1: ",
			"::/0 AS64498 2001:db8::3: ", "::/0 AS4200000002 2001:db8::4: ", "2001:db8::7/128 AS64498 2001:db8::3: ",
		}},
	},
	{
		// RFC 6396, 4.3.4 wants the first; the others are written, too.
		name: "all forms of an IPv6 next hop",
		data: octets(all, paths(ipv6, "2001:db8:1::/48",
			entry(2, origin(rib.IGP), attr(14, uint8(16), nextHop), asPath(64498)),
			entry(2, origin(rib.IGP), attr(14, uint8(32), nextHop, netip.MustParseAddr("fe80::1")), asPath(64498)),
			entry(2, origin(rib.IGP), attr(14, uint16(2), uint8(1), uint8(16), nextHop, uint8(0),
				nlri("2001:db8:1::/48")), asPath(64498)),
			entry(2, origin(rib.IGP), attr(14), asPath(64498)),
			entry(2, origin(rib.IGP), asPath(64498)))),
		want: outcome{Paths: slices.Repeat([]string{"2001:db8:1::/48 AS64498 2001:db8::3: 64498"}, 5)},
	},
	{
		name: "several paths of a peer",
		data: octets(all,
			paths(ipv4Addpaths, "192.0.2.0/24", entryID(0, 1, origin(rib.IGP), asPath(64496)),
				entryID(0, 4_000_000_000, origin(rib.IGP), asPath(64496, 64500))),
			paths(ipv4, "192.0.2.0/24", entry(1, origin(rib.IGP), asPath(64497))),
			paths(ipv6Addpaths, "2001:db8::/32", entryID(2, 7, origin(rib.IGP), asPath(64498)))),
		want: outcome{Paths: []string{
			"192.0.2.0/24 AS64496 192.0.2.1 id 1: 64496",
			"192.0.2.0/24 AS64496 192.0.2.1 id 4000000000: 64496 64500",
			"192.0.2.0/24 AS4200000001 192.0.2.2: 64497",
			"2001:db8::/32 AS64498 2001:db8::3 id 7: 64498",
		}},
	},
	{
		name: "sets and confederations",
		data: octets(all, paths(ipv4, "192.0.2.0/24", entry(0, origin(rib.IGP), attr(2,
			segment4(rib.ConfedSequence, 65001, 65002), segment4(rib.ConfedSet, 65003, 65004),
			segment4(rib.ASSequence, 64496, 64500), segment4(rib.ASSet, 64501, 701),
			segment4(rib.ASSequence, 64502))))),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: (65001 65002) [65003,65004] 64496 64500 " +
			"{64501,701} 64502"}},
	},
	{
		name: "a path of more than one segment, in an attribute with a long length",
		data: octets(all, paths(ipv4, "192.0.2.0/24",
			entry(0, origin(rib.IGP), asPath(slices.Repeat([]filters.ASN{1}, 300)...)))),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: " +
			rib.Sequence(slices.Repeat([]filters.ASN{1}, 300)...).String()}},
	},
	{
		name: "an attribute twice: the first holds",
		data: octets(all, paths(ipv4, "192.0.2.0/24",
			entry(0, origin(rib.IGP), origin(rib.EGP), asPath(64496), asPath(64511)))),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: 64496"}},
	},
	{
		name: "AS4_PATH says nothing where ASNs have four octets",
		data: octets(all, paths(ipv4, "192.0.2.0/24",
			entry(0, origin(rib.IGP), asPath(64496, 23456), attr(17, segment4(rib.ASSequence, 4_200_000_001))))),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: 64496 23456"}},
	},
	{
		name: "empty communities",
		data: octets(all, paths(ipv4, "192.0.2.0/24", entry(0, origin(rib.IGP), asPath(64496), attr(8), attr(32)))),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: 64496"}},
	},
	{
		name: "host bits are masked, within an octet and behind it",
		data: octets(all,
			paths(ipv4, "11.13.255.255/13", entry(0, origin(rib.IGP))),
			paths(ipv6, "2001:db8:ffff::/33", entry(2, origin(rib.IGP)))),
		want: outcome{Paths: []string{"11.8.0.0/13 AS64496 192.0.2.1: ", "2001:db8:8000::/33 AS64498 2001:db8::3: "}},
	},
	{
		name: "a second peer index table stands in place of the first",
		data: octets(index(anna, bert), good, index(bert), paths(ipv4, "192.0.2.0/24", entry(0, origin(rib.IGP)))),
		want: outcome{Paths: []string{goodShown, "192.0.2.0/24 AS4200000001 192.0.2.2: "}},
	},
	{
		name: "kinds that are not read",
		data: octets(all, record(13, 6, "generic"), record(16, 4, "update"), record(17, 4), record(13, 3),
			record(99, 7, "?"), record(16, 4), good),
		want: outcome{
			Paths: []string{goodShown},
			Unread: "1 of type 13 subtype 6 (RIB_GENERIC); 2 of type 16 subtype 4 (BGP4MP, updates); 1 of type 17 " +
				"subtype 4 (BGP4MP, updates); " +
				"1 of type 13 subtype 3 (RIB_IPV4_MULTICAST); 1 of type 99 subtype 7",
		},
	},
	{
		name: "a record without entries",
		data: octets(all, paths(ipv4, "192.0.2.0/24"), good),
		want: outcome{Paths: []string{goodShown}},
	},
}
