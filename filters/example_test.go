package filters_test

import (
	"fmt"
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/filters/listing"
)

// An exchange refuses a hosting company's announcements. One network in its space has moved to somebody else, and is
// protected.
func ExampleCompile() {
	list, problems := listing.Read("listed.yaml", []byte(`
version: 1
list: {name: example-ix-listed}
defaults: {treatment: depeer}
providers:
  - name: McColo
    asns: [26780]
    prefixes: [208.66.192.0/22, 208.72.168.0/21]
`))
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	compiled, problems := filters.Compile([]*filters.Listing{list}, filters.Rules{
		At:         time.Date(2008, 11, 11, 12, 0, 0, 0, time.UTC),
		Treatments: []string{"depeer", "deprefer"},
		Protect: filters.Protection{
			Prefixes: []filters.ProtectedPrefix{{
				Prefix: netip.MustParsePrefix("208.72.172.0/22"),
				Source: diag.Position{File: "depeer.yaml", Line: 7, Column: 23},
			}},
		},
	})
	for _, problem := range problems {
		fmt.Println(problem)
	}
	for _, filter := range compiled.Filters {
		fmt.Println(filter.Treatment)
		for _, entry := range filter.Prefixes.IPv4 {
			fmt.Printf("  %s, lengths %d to %d\n", entry.Prefix, entry.Min, entry.Max)
		}
		for _, match := range filter.ASNs {
			fmt.Printf("  AS%s as %s\n", match.ASN, match.Where)
		}
	}
	// Output:
	// listed.yaml:8:33: warning: 208.72.168.0/21 is matched without protected 208.72.172.0/22 at depeer.yaml:7:23 [listing-protected]
	// depeer
	//   208.66.192.0/22, lengths 22 to 32
	//   208.72.168.0/21, lengths 21 to 21
	//   208.72.168.0/22, lengths 22 to 32
	//   AS26780 as origin
}

// GoBGP 3 looks only at the longest entry that covers a route, so the /16 would hide the /8 from 10.1.2.0/24. Normalise
// repeats the lengths of the /8 at the /16. It also joins the two halves of 192.0.2.0/24.
func ExampleNormalise() {
	entries := filters.Normalise([]filters.Entry{
		{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8, Max: 24},
		{Prefix: netip.MustParsePrefix("10.1.0.0/16"), Min: 28, Max: 28},
		{Prefix: netip.MustParsePrefix("192.0.2.0/25"), Min: 25, Max: 32},
		{Prefix: netip.MustParsePrefix("192.0.2.128/25"), Min: 25, Max: 32},
	})
	for _, entry := range entries {
		fmt.Printf("%s, lengths %d to %d\n", entry.Prefix, entry.Min, entry.Max)
	}
	// Output:
	// 10.0.0.0/8, lengths 8 to 24
	// 10.1.0.0/16, lengths 16 to 24
	// 10.1.0.0/16, lengths 28 to 28
	// 192.0.2.0/24, lengths 25 to 32
}
