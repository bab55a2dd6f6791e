package mrt_test

import "depeer/policies/rib"

const (
	trans = 23456 // AS_TRANS
	big   = 4_200_000_001
)

// as2Path is an AS_PATH with ASNs of two octets, and as4Path what comes with it.
func as2Path(segments ...any) []byte { return attr(2, segments...) }
func as4Path(segments ...any) []byte { return attr(17, segments...) }

// merged is a TABLE_DUMP of one path with these attributes.
func merged(name, path string, attributes ...[]byte) dump {
	return dump{
		name: name,
		data: older(1, "192.0.2.0/24", anna, append(attributes, origin(rib.IGP))...),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: " + path}},
	}
}

// olderDumps are TABLE_DUMP.
var olderDumps = []dump{
	{
		name: "TABLE_DUMP, IPv4",
		data: older(1, "192.0.2.0/24", anna, origin(rib.EGP),
			as2Path(segment2(rib.ASSequence, 64496, 701), segment2(rib.ASSet, 1, 2)),
			attr(4, uint32(5)), attr(5, uint32(90)), attr(8, uint32(64496<<16|1))),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: 64496 701 {1,2} EGP local-pref 90 med 5 64496:1"}},
	},
	{
		name: "TABLE_DUMP, IPv6",
		data: older(2, "2001:db8::/32", clara, origin(rib.IGP), as2Path(segment2(rib.ASSequence, 64498)),
			attr(14, uint16(2), uint8(1), uint8(16), nextHop, uint8(0), nlri("2001:db8::/32"))),
		want: outcome{Paths: []string{"2001:db8::/32 AS64498 2001:db8::3: 64498"}},
	},
	{
		name: "TABLE_DUMP, host bits are masked",
		data: older(1, "192.0.2.7/24", anna, origin(rib.IGP)),
		want: outcome{Paths: []string{"192.0.2.0/24 AS64496 192.0.2.1: "}},
	},
	merged("without AS4_PATH", "64496 23456", as2Path(segment2(rib.ASSequence, 64496, trans))),
	merged("AS4_PATH shorter", "64496 64500 4200000001 64501",
		as2Path(segment2(rib.ASSequence, 64496, 64500, trans, 64501)), as4Path(segment4(rib.ASSequence, big, 64501))),
	merged("AS4_PATH first", "64496 64500 4200000001 64501",
		as4Path(segment4(rib.ASSequence, big, 64501)), as2Path(segment2(rib.ASSequence, 64496, 64500, trans, 64501))),
	merged("AS4_PATH as long", "4200000001 64501",
		as2Path(segment2(rib.ASSequence, trans, 64501)), as4Path(segment4(rib.ASSequence, big, 64501))),
	merged("AS4_PATH longer: it is not of this path", "64496 23456",
		as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path(segment4(rib.ASSequence, 1, 2, 3))),
	merged("AS4_PATH empty", "64496 23456", as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path()),
	merged("AS4_PATH malformed: as if it were not there", "64496 23456",
		as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path(uint8(2), uint8(9), uint32(big))),
	merged("AS4_PATH with a segment of no ASNs: as if it were not there", "64496 23456",
		as2Path(segment2(rib.ASSequence, 64496, trans)),
		as4Path(segment4(rib.ASSequence), segment4(rib.ASSequence, big))),
	merged("AS4_PATH with a segment of no type: as if it were not there", "64496 23456",
		as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path(segment4(9, big))),
	merged("AS4_PATH alone", "", as4Path(segment4(rib.ASSequence, big))),
	merged("a set counts once", "64496 {64500,64501} 4200000001 {1,2}",
		as2Path(segment2(rib.ASSequence, 64496), segment2(rib.ASSet, 64500, 64501), segment2(rib.ASSequence, trans),
			segment2(rib.ASSet, 1, 2)),
		as4Path(segment4(rib.ASSequence, big), segment4(rib.ASSet, 1, 2))),
	merged("confederation segments do not count, and stay where they lead or follow what stays",
		"(65001 65002) 64496 [65003] 4200000001 64501",
		as2Path(segment2(rib.ConfedSequence, 65001, 65002), segment2(rib.ASSequence, 64496),
			segment2(rib.ConfedSet, 65003), segment2(rib.ASSequence, trans, 64501)),
		as4Path(segment4(rib.ASSequence, big, 64501))),
	merged("a leading confederation segment stays where nothing else does", "(65001) 4200000001",
		as2Path(segment2(rib.ConfedSequence, 65001), segment2(rib.ASSequence, trans)),
		as4Path(segment4(rib.ASSequence, big))),
	merged("a confederation segment behind a cut does not stay", "64496 4200000001 64501",
		as2Path(segment2(rib.ASSequence, 64496, trans), segment2(rib.ConfedSet, 65003),
			segment2(rib.ASSequence, 64501)),
		as4Path(segment4(rib.ASSequence, big, 64501))),
	merged("confederation segments must not be in AS4_PATH", "64496 4200000001",
		as2Path(segment2(rib.ASSequence, 64496, trans)),
		as4Path(segment4(rib.ConfedSequence, 65001, 65002, 65003), segment4(rib.ASSequence, big))),
	merged("AGGREGATOR by somebody who speaks two octets: AS4_PATH is out of date", "64496 23456",
		as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path(segment4(rib.ASSequence, big)),
		attr(7, uint16(64496), anna.Address), attr(18, uint32(big), anna.Address)),
	merged("AGGREGATOR by AS_TRANS", "64496 4200000001",
		as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path(segment4(rib.ASSequence, big)),
		attr(7, uint16(trans), anna.Address), attr(18, uint32(big), anna.Address)),
	merged("AGGREGATOR without AS4_AGGREGATOR", "64496 4200000001",
		as2Path(segment2(rib.ASSequence, 64496, trans)), as4Path(segment4(rib.ASSequence, big)),
		attr(7, uint16(64496), anna.Address)),
}
