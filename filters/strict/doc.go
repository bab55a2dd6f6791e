// Package strict reads YAML as a configuration needs it: one document, no aliases, no unknown or
// duplicate keys, each value exactly as it is written, and every complaint with its line and
// column.
//
// It is the only reader of gopkg.in/yaml.v3 in the project. yaml.v3 alone accepts a second
// document and a truncated one, lets duplicate keys into a Node, and decodes "asn: 010" as 8.
// So this package returns scalars as they are written, and the packages that know what a field
// means (listing, exchange) parse them.
package strict
