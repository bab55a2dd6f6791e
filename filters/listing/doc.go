// Package listing reads and writes the YAML format of a listing: who is listed,
// which prefixes and ASNs, on what evidence, since when, until when.
//
// It stands at the start of the way of the data: Read turns a file into a
// filters.Listing, which is then valid, or says everything that is wrong with it,
// each with its place, a code that starts with "listing-", and the right form. What
// a listing means at an exchange (which treatments there are, whether a prefix is too
// wide) is for filters.Compile and the guards. Write is its reverse, for imports.
//
// Schema is the same format for editors. A file with everything in it is
// examples/reference/listing.yaml.
package listing
