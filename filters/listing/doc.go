// Package listing reads and writes the YAML format of a listing: which providers are listed, with
// which prefixes and ASNs, on what evidence, since when, until when.
//
// It is the first step in the way of the data. Read turns a file into a filters.Listing, which is
// then valid, or reports everything that is wrong with it: each with its position, a code that
// starts with "listing-", and the right form. filters.Compile and the guards decide what a listing
// means at an exchange (which treatments exist, whether a prefix is too wide). Write is the
// reverse of Read, for imports.
//
// Schema describes the same format for editors. examples/reference/listing.yaml is a file that
// uses every key.
package listing
