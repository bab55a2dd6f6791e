// Package filters says what listings match.
//
// It is the first room of the way of the data: files and feeds become a Listing
// (packages listing and feed), and Compile turns listings, the exchange's rules
// and a date into a Compiled: for each treatment the prefix entries and AS matches,
// normalised so that a GoBGP prefix set gives them their intuitive meaning.
//
// The package is pure: it knows no GoBGP, no files and no clock. Everything in
// it is immutable once made, and then safe for concurrent use.
package filters
