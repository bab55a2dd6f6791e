package mrt_test

import (
	"fmt"
	"slices"
	"strings"

	"depeer/policies/rib"
)

// inTheMiddle is a dump whose second record has a bad entry between two good ones.
func inTheMiddle(why string, attributes ...[]byte) dump {
	ok := entry(0, origin(rib.IGP), asPath(64496))
	return dump{
		name: fmt.Sprintf("%s, %x", why, joined(attributes)),
		data: octets(all, paths(ipv4, "192.0.2.0/24", ok, entry(1, attributes...), ok), good),
		want: outcome{
			Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: 64496", "192.0.2.0/24 AS64496 192.0.2.1: 64496",
				goodShown},
			Damaged: "1 (record 2: " + why + ")",
		},
	}
}

// between is a dump with a bad record between two good ones.
func between(name, why string, bad []byte) dump {
	return dump{
		name: name,
		data: octets(all, good, bad, good),
		want: outcome{Paths: []string{goodShown, goodShown}, Damaged: "1 (record 3: " + why + ")"},
	}
}

// damagedDumps are dumps of which not everything can be read.
var damagedDumps = []dump{
	inTheMiddle("a malformed ORIGIN", attr(1)),
	inTheMiddle("a malformed ORIGIN", attr(1, uint8(3))),
	inTheMiddle("a malformed ORIGIN", attr(1, uint16(0))),
	inTheMiddle("a malformed AS_PATH", attr(2, uint8(2))),
	inTheMiddle("a malformed AS_PATH", attr(2, uint8(2), uint8(2), uint32(1), uint16(1))),
	inTheMiddle("a malformed AS_PATH", attr(2, segment4(rib.ASSequence))),
	inTheMiddle("a malformed AS_PATH", attr(2, segment4(0, 1))),
	inTheMiddle("a malformed AS_PATH", attr(2, segment4(5, 1))),
	inTheMiddle("a malformed AS_PATH", attr(2, segment4(rib.ASSequence, 1), uint8(1))),
	inTheMiddle("a malformed MULTI_EXIT_DISC", attr(4, uint16(1))),
	inTheMiddle("a malformed LOCAL_PREF", attr(5, uint8(1))),
	inTheMiddle("malformed COMMUNITIES", attr(8, uint32(1), uint16(1))),
	inTheMiddle("malformed LARGE_COMMUNITY", attr(32, uint32(1), uint32(1))),
	inTheMiddle("an attribute that is cut short", octets(uint8(0x40), uint8(1))),
	inTheMiddle("an attribute that is cut short", octets(uint8(0x40), uint8(1), uint8(2), uint8(0))),
	inTheMiddle("an attribute that is cut short", octets(uint8(0x50), uint8(1), uint8(0))),
	inTheMiddle("an attribute that is cut short", octets(uint8(0x50), uint8(99), uint16(0xffff), uint8(0))),

	between("an IPv4 prefix that is too long", "a prefix longer than an address",
		record(13, ipv4, uint32(0), uint8(33), "12345", uint16(0))),
	between("an IPv6 prefix that is too long", "a prefix longer than an address",
		record(13, ipv6, uint32(0), uint8(129), strings.Repeat("x", 17), uint16(0))),
	between("TABLE_DUMP with a prefix that is too long", "a prefix longer than an address",
		record(12, 1, uint32(0), anna.Address, uint8(33), uint8(1), uint32(0), anna.Address, uint16(1), uint16(0))),
	between("TABLE_DUMP with a malformed path", "a malformed AS_PATH",
		older(1, "192.0.2.0/24", anna, attr(2, segment4(rib.ASSequence, 1, 2), uint16(1)))),
	between("TABLE_DUMP with attributes longer than the record", "cut short",
		record(12, 1, uint32(0), anna.Address, uint8(24), uint8(1), uint32(0), anna.Address, uint16(1), uint16(9),
			origin(rib.IGP))),
	between("no body", "cut short", record(13, ipv4)),
	between("a prefix that is cut short", "cut short", record(13, ipv6, uint32(0), uint8(128), "short")),
	between("an entry that is cut short", "cut short",
		record(13, ipv4, uint32(0), nlri("192.0.2.0/24"), uint16(1), "short")),
	between("attributes that are cut short", "cut short",
		record(13, ipv4, uint32(0), nlri("192.0.2.0/24"), uint16(1), uint16(0), uint32(0), uint16(9), origin(rib.IGP))),
	between("entries with identifiers where none should be", "cut short",
		paths(ipv4, "192.0.2.0/24", entryID(0, 0xffff_ffff, origin(rib.IGP), asPath(64496)))),
	{
		name: "more entries than there are",
		data: octets(all, record(13, ipv4, uint32(0), nlri("192.0.2.0/24"), uint16(0xffff), entry(0, origin(rib.IGP))),
			good),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: ", goodShown},
			Damaged: "1 (record 2: cut short)"},
	},
	{
		name: "fewer entries than there are",
		data: octets(all, record(13, ipv4, uint32(0), nlri("192.0.2.0/24"), uint16(1), entry(0, origin(rib.IGP)),
			entry(0)), good),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: ", goodShown},
			Damaged: "1 (record 2: octets after its end)"},
	},
	{
		name: "TABLE_DUMP with octets after its end",
		data: octets(record(12, 1, uint32(0), anna.Address, uint8(24), uint8(1), uint32(1000), anna.Address,
			uint16(64496), uint16(0), "more"), all, good),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1:  INCOMPLETE", goodShown},
			Damaged: "1 (record 1: octets after its end)"},
	},
	{
		name: "a peer that is not in the table",
		data: octets(all, paths(ipv4, "192.0.2.0/24", entry(4, origin(rib.IGP)), entry(3, origin(rib.IGP)),
			entry(0xffff)), good),
		want: outcome{
			Paths:   []string{"192.0.2.0/24 AS4200000002 2001:db8::4: ", goodShown},
			Damaged: "1 (record 2: a peer that is not in the peer index table)",
		},
	},
	{
		name: "paths before their peers",
		data: octets(good, all, good),
		want: outcome{Paths: []string{goodShown}, Damaged: "1 (record 1: a peer that is not in the peer index table)"},
	},
	{
		name: "a peer index table that is cut short: the peers before the cut hold",
		data: octets(record(13, 1, uint32(0), uint16(0), uint16(2), uint8(0), uint32(0), anna.Address, uint16(64496),
			uint8(3), "cut"),
			good, paths(ipv4, "192.0.2.0/24", entry(1))),
		want: outcome{Paths: []string{goodShown}, Damaged: "2 (record 1: cut short)"},
	},
	{
		name: "a peer index table with a name longer than itself takes away the one before",
		data: octets(all, good, record(13, 1, uint32(0), uint16(0xffff), "view", uint16(0)), good),
		want: outcome{Paths: []string{goodShown}, Damaged: "2 (record 3: cut short)"},
	},
	{
		name: "a peer index table with octets after its end",
		data: octets(record(13, 1, uint32(0), uint16(0), uint16(1), uint8(0), uint32(0), anna.Address, uint16(64496),
			"more"), good),
		want: outcome{Paths: []string{goodShown}, Damaged: "1 (record 1: octets after its end)"},
	},
	{
		name: "a record longer than any is passed over",
		data: octets(all, octets(uint32(dumped), uint16(13), uint16(2), uint32(16<<20+1),
			slices.Repeat([]byte{0}, 16<<20+1)), good),
		want: outcome{Paths: []string{goodShown}, Damaged: "1 (record 2: longer than any record)"},
	},
	{
		name: "a length of 4 GiB",
		data: octets(all, good, uint32(dumped), uint16(13), uint16(2), uint32(0xffff_ffff), good),
		want: outcome{Paths: []string{goodShown}, Damaged: "1 (record 3: longer than any record)",
			Err: "in record 3: unexpected EOF"},
	},
	{
		name: "cut in a header",
		data: octets(all, good, good[:11]),
		want: outcome{Paths: []string{goodShown}, Err: "in the header of record 3: unexpected EOF"},
	},
	{
		name: "cut behind a header",
		data: octets(all, good, good[:12]),
		want: outcome{Paths: []string{goodShown}, Err: "in record 3: unexpected EOF"},
	},
	{
		name: "cut in a body",
		data: octets(all, good, good[:len(good)-1]),
		want: outcome{Paths: []string{goodShown}, Err: "in record 3: unexpected EOF"},
	},
	{
		name: "cut in a record that is not read",
		data: octets(all, good, record(16, 4, "update")[:15]),
		want: outcome{Paths: []string{goodShown}, Unread: "1 of type 16 subtype 4 (BGP4MP, updates)",
			Err: "in record 3: unexpected EOF"},
	},
}

// emptyDumps hold no route that can be read.
var emptyDumps = []dump{
	{
		name: "nothing",
		want: outcome{Err: "no route that can be read: there is nothing in the file"},
	},
	{
		name: "peers without a path",
		data: all,
		want: outcome{Err: "no route that can be read: 1 record, 0 paths"},
	},
	{
		name: "updates",
		data: octets(record(16, 1, "a"), record(16, 1, "b")),
		want: outcome{
			Unread: "2 of type 16 subtype 1 (BGP4MP, updates)",
			Err: "no route that can be read: 2 records, 0 paths, 2 not read (2 of type 16 subtype 1 (BGP4MP, " +
				"updates))",
		},
	},
	{
		name: "damaged paths only",
		data: octets(all, paths(ipv4, "192.0.2.0/24", entry(0, attr(1))), paths(ipv4, "192.0.2.0/24", entry(9))),
		want: outcome{
			Damaged: "2 (record 2: a malformed ORIGIN)",
			Err:     "no route that can be read: 3 records, 0 paths, 2 damaged (first record 2: a malformed ORIGIN)",
		},
	},
	{
		name: "a web page",
		data: []byte("<!DOCTYPE html>\n<html><head><title>404 Not Found</title></head></html>\n"),
		want: outcome{
			Unread: "1 of type 17236 subtype 22864",
			Err:    "no route that can be read: this is no MRT file: in record 1: unexpected EOF",
		},
	},
	{
		name: "a bad day of a mirror",
		data: []byte("error code: 502"),
		want: outcome{
			Unread: "1 of type 29216 subtype 25455",
			Err:    "no route that can be read: this is no MRT file: in record 1: unexpected EOF",
		},
	},
	{
		name: "some octets",
		data: []byte("x"),
		want: outcome{Err: "no route that can be read: this is no MRT file: in the header of record 1: unexpected EOF"},
	},
	{
		name: "more kinds than are told apart",
		data: func() []byte {
			b := record(13, 5)
			for i := range uint16(20) {
				b = append(b, record(100, i)...)
			}
			return b
		}(),
		want: outcome{
			Unread: "1 of type 13 subtype 5 (RIB_IPV6_MULTICAST); " + kinds(15),
			Err: "no route that can be read: 21 records, 0 paths, 21 not read (1 of type 13 subtype 5 " +
				"(RIB_IPV6_MULTICAST), " + strings.ReplaceAll(kinds(15), ";", ",") + ", 5 of others)",
		},
	},
}

func kinds(n int) string {
	var b []string
	for i := range n {
		b = append(b, fmt.Sprintf("1 of type 100 subtype %d", i))
	}
	return strings.Join(b, "; ")
}
