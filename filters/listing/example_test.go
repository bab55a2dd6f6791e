package listing_test

import (
	"fmt"

	"depeer/filters/listing"
)

// A list was edited by hand. All its mistakes are found at once, each with its place and what to write instead.
func ExampleRead() {
	_, problems := listing.Read("listed.yaml", []byte(`version: 1
list: {name: example-ix-listed}
defaults: {treatment: depeer}
providers:
  - name: Example Hosting
    asns: [010]
    prefixes: [198.51.100.7/22]
    expire: 2009-11-01
`))
	for _, problem := range problems {
		fmt.Println(problem)
	}
	// Output:
	// listed.yaml:6:12: error: leading zero in ASN "010" (hint: 10) [listing-asn-leading-zero]
	// listed.yaml:7:16: error: host bits set in 198.51.100.7/22 (hint: 198.51.100.0/22) [listing-host-bits]
	// listed.yaml:8:5: error: unknown key "expire" (hint: expires) [listing-unknown-key]
}
