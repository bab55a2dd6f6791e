package faults_test

import "slices"

// lists are the files that every shell has. From a to b treatments move, a nested
// entry comes out of what is around it, and prepends come and go.
var lists = map[string]string{
	"depeer.yaml": `
version: 1
exchange: {name: Example-IX, asn: 64500}
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%}
`,
	"a.yaml": `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: deprefer}
providers:
  - {name: Outer, prefixes: [20.1.0.0/16]}
  - {name: Inner, prefixes: [20.1.1.0/24], treatment: depeer}
  - {name: Origin, asns: [{asn: 64999}], allow_reserved: true}
  - {name: Six, prefixes: ["2a00:1::/32"], treatment: tag}
`,
	"b.yaml": `
version: 1
list: {name: ours, updated: 2026-01-02}
defaults: {treatment: depeer}
providers:
  - {name: Outer, prefixes: [{prefix: 20.1.0.0/16, match: exact}]}
  - {name: Inner, prefixes: [20.1.1.0/24], treatment: deprefer}
  - {name: Origin, asns: [{asn: 64999}], allow_reserved: true}
  - {name: Six, prefixes: ["2a00:1:1::/48"]}
`,
	// c differs from a in one entry: a set, and no statement but by its name.
	"c.yaml": `
version: 1
list: {name: ours, updated: 2026-01-03}
defaults: {treatment: deprefer}
providers:
  - {name: Outer, prefixes: [20.1.0.0/16, 20.3.0.0/16]}
  - {name: Inner, prefixes: [20.1.1.0/24], treatment: depeer}
  - {name: Origin, asns: [{asn: 64999}], allow_reserved: true}
  - {name: Six, prefixes: ["2a00:1::/32"], treatment: tag}
`,
}

// outcomes are what members hold under each list, by hand.
var outcomes = map[string]table{
	"": {
		sorted(second, "20.4.0.0/16 64497 65010 65011 | 100 64500:1:1", third),
		sorted("20.1.0.0/16 64496 | 100 64500:1:1", "20.1.1.0/24 64496 | 100 64500:1:1",
			"20.1.2.0/24 64496 | 100 64500:1:1",
			"20.4.0.0/16 64496 64999 | 100 64500:1:1", "2a00:1::/32 64496 | 100 64500:1:1",
			"2a00:1:1::/48 64496 | 100 64500:1:1", third),
		sorted("20.1.0.0/16 64496 | 100 64500:1:1", "20.1.1.0/24 64496 | 100 64500:1:1",
			"20.1.2.0/24 64496 | 100 64500:1:1", second,
			"20.4.0.0/16 64496 64999 | 100 64500:1:1", "2a00:1::/32 64496 | 100 64500:1:1",
			"2a00:1:1::/48 64496 | 100 64500:1:1"),
	},
	"a": {
		sorted(second, "20.4.0.0/16 64497 65010 65011 | 100 64500:1:1", third),
		sorted("20.1.0.0/16 64496 | 50 64500:1:1", "20.1.2.0/24 64496 | 50 64500:1:1",
			"20.4.0.0/16 64496 64999 | 50 64500:1:1",
			"2a00:1::/32 64496 | 100 64500:64661 64500:1:1", "2a00:1:1::/48 64496 | 100 64500:64661 64500:1:1", third),
		sorted("20.1.0.0/16 64496 | 50 64500:1:1", "20.1.2.0/24 64496 | 50 64500:1:1", second,
			"20.4.0.0/16 64497 65010 65011 | 100 64500:1:1",
			"2a00:1::/32 64496 | 100 64500:64661 64500:1:1", "2a00:1:1::/48 64496 | 100 64500:64661 64500:1:1"),
	},
	"b": {
		sorted(second, "20.4.0.0/16 64497 65010 65011 | 100 64500:1:1", third),
		sorted("20.1.1.0/24 64496 | 50 64500:1:1", "20.1.2.0/24 64496 | 100 64500:1:1",
			"2a00:1::/32 64496 | 100 64500:1:1", third),
		sorted("20.1.1.0/24 64496 | 50 64500:1:1", "20.1.2.0/24 64496 | 100 64500:1:1", second,
			"20.4.0.0/16 64497 65010 65011 | 100 64500:1:1", "2a00:1::/32 64496 | 100 64500:1:1"),
	},
	"c": {
		sorted("20.3.0.0/16 64497 | 50 64500:1:1", "20.4.0.0/16 64497 65010 65011 | 100 64500:1:1", third),
		sorted("20.1.0.0/16 64496 | 50 64500:1:1", "20.1.2.0/24 64496 | 50 64500:1:1",
			"20.4.0.0/16 64496 64999 | 50 64500:1:1",
			"2a00:1::/32 64496 | 100 64500:64661 64500:1:1", "2a00:1:1::/48 64496 | 100 64500:64661 64500:1:1", third),
		sorted("20.1.0.0/16 64496 | 50 64500:1:1", "20.1.2.0/24 64496 | 50 64500:1:1",
			"20.3.0.0/16 64497 | 50 64500:1:1", "20.4.0.0/16 64497 65010 65011 | 100 64500:1:1",
			"2a00:1::/32 64496 | 100 64500:64661 64500:1:1", "2a00:1:1::/48 64496 | 100 64500:64661 64500:1:1"),
	},
}

// What the second and the third member announce, and nobody lists.
const (
	second = "20.3.0.0/16 64497 | 100 64500:1:1"
	third  = "20.5.0.0/16 64498 | 100 64500:1:1"
)

func sorted(lines ...string) []string {
	slices.Sort(lines)
	return lines
}
