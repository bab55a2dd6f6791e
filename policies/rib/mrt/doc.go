// Package mrt reads routes from MRT dumps (RFC 6396): what RIPE RIS, RouteViews and
// PCH publish, and what BIRD, gobgpd and OpenBGPD write. It is one of the sources
// of package rib; the other is a running route server.
//
// What is read: TABLE_DUMP_V2, IPv4 and IPv6 unicast, with several paths of one
// peer too (RFC 8050); and TABLE_DUMP, its forerunner, for files of before 2009.
// Packed with gzip or bzip2, in one piece or several, or not packed: that is told by
// content. What is not read is counted by its kind: updates, multicast, and
// RIB_GENERIC, which those who write it do not encode alike.
//
// A dump is somebody else's file, and may be broken anywhere:
//
//   - A record that is damaged is counted, and costs no more than what cannot be
//     read of it: other entries of the same record are read, and so are the records
//     after it. An entry is damaged where a router would treat such attributes as a
//     withdrawal (RFC 7606), but attributes may be missing, and communities empty.
//     Host bits of a prefix are no damage, and masked.
//   - A file that ends in the middle of a record, or whose packing is broken, is read
//     as far as it goes; the last that is yielded is the error. A file that is not
//     packed and is cut between two records cannot be told from a whole one.
//   - A file without one route that can be read is an error, and never an empty table.
//   - Lengths are believed as far as there are octets: what is allocated is bounded,
//     whatever a file says.
package mrt
