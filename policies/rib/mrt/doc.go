// Package mrt reads routes from MRT dumps (RFC 6396): what RIPE RIS, RouteViews and
// PCH publish, and what BIRD, gobgpd and OpenBGPD write. It is one of the sources
// of package rib; the other is a running route server.
//
// It reads TABLE_DUMP_V2, IPv4 and IPv6 unicast, including several paths of one peer
// (RFC 8050), and TABLE_DUMP, its forerunner, for files from before 2009. A file may be
// packed with gzip or bzip2, in one piece or several, or not packed; its content tells
// which. The package counts other records by their kind: updates, multicast, and
// RIB_GENERIC, which its writers do not encode alike.
//
// A dump comes from outside, and may be broken anywhere:
//
//   - The package counts a damaged record, and reads all of it that it can: the other
//     entries of the record, and the records after it. An entry is damaged if a router
//     would treat such attributes as a withdrawal (RFC 7606). Attributes may be missing,
//     though, and communities empty. Host bits of a prefix are no damage; they are masked.
//   - The package reads a file that ends within a record, or whose packing is broken, up
//     to that point, and yields the error last. It cannot tell a file that is not packed
//     and is cut between two records from a whole one.
//   - A file without a single readable route is an error, and never an empty table.
//   - The package believes a length only as far as there are octets: no file can make it
//     allocate without bound.
package mrt
