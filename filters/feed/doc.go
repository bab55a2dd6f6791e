// Package feed makes listings of what others publish: Spamhaus DROP, EDROP,
// DROPv6 and ASN-DROP, as text and as JSON, and plain lists of prefixes and ASNs.
// It is one of the two doors through which data comes in (the other is package
// listing), and it also fetches feeds over https and keeps the last good copy.
//
// A feed is somebody else's file, fetched by a machine at night, and a shorter
// list is not to be taken for the truth. So a file is taken whole or not at all:
// any sign that it is cut, or is another file, is an error. What a format
// gives to see that by:
//
//   - JSON: the last line is a footer that counts the records and the bytes
//     before it. A cut anywhere is seen.
//   - Text: every line ends with a newline, and Spamhaus DROP begins with its
//     title. A cut at the end of a line cannot be seen; the guards on shrinkage
//     are all there is. Prefer the JSON form.
//
// Entries that no listing may hold (private, documentation and reserved space
// and ASNs) are left out with a warning, one for each reason.
package feed
