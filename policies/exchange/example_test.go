package exchange_test

import (
	"fmt"
	"time"

	"depeer/filters"
	lists "depeer/filters/listing"
	"depeer/policies/exchange"
)

// A list names the exchange's own peering LAN. No route server must ever refuse that.
func ExampleExchange_Guard() {
	ours, problems := exchange.Read("depeer.yaml", []byte(`version: 1
exchange: {name: Example-IX, asn: 64500, peering_lans: [203.0.113.0/25]}
`))
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	list, problems := lists.Read("listed.yaml", []byte(`version: 1
list: {name: example-ix-listed}
defaults: {treatment: depeer}
providers:
  - name: Example Hosting
    prefixes: [203.0.113.64/26]
    allow_reserved: true
`))
	if len(problems) > 0 {
		fmt.Println(problems)
		return
	}
	given := []*filters.Listing{list}
	compiled, problems := filters.Compile(given, ours.Rules(time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)))
	fmt.Println(len(problems), "mistakes")
	for _, problem := range ours.Guard(given, compiled) {
		fmt.Println(problem)
	}
	// Output:
	// 0 mistakes
	// listed.yaml:6:16: error: 203.0.113.64/26 lies inside the exchange's own peering LAN 203.0.113.0/25 at depeer.yaml:2:57 (hint: nothing passes this guard) [guard-own-space]
}
