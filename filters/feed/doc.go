// Package feed makes listings of what other organisations publish: Spamhaus DROP, EDROP, DROPv6 and
// ASN-DROP, as text and as JSON, and plain lists of prefixes and ASNs. Data comes in through this
// package and package listing. It also fetches feeds over https and keeps the last good copy of
// each.
//
// A feed is a file of another publisher, fetched by a machine at night, and a shorter list must not
// be taken for the truth. So a file is taken whole or not at all: any sign that it is cut, or is
// another file, is an error. Each format has its own signs:
//
//   - JSON: the last line is a footer that counts the records and the bytes
//     before it. They show a cut anywhere.
//   - Text: every line ends with a newline, and Spamhaus DROP begins with its
//     title. Nothing shows a cut at the end of a line, except the guards on shrinkage. Prefer the JSON form.
//
// Entries that no listing may hold (private, documentation and reserved space
// and ASNs) are left out with a warning, one for each reason.
package feed
