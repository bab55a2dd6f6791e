package impact_test

import (
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// Before an exchange refuses a /24 of a hosting company: who loses it, and does anything lead there afterwards?
func ExampleAssess() {
	list := &filters.Listing{Name: "example-ix-listed", Treatment: "depeer", Providers: []filters.Provider{
		{Name: "Example Hosting", ID: "example-hosting", Prefixes: []filters.PrefixMatch{
			{Prefix: netip.MustParsePrefix("198.51.100.0/24"), Min: 24, Max: 32}}}}}
	compiled, problems := filters.Compile([]*filters.Listing{list}, filters.Rules{Treatments: []string{"depeer"}})
	if problems.Worst() == diag.Error {
		fmt.Println(problems)
		return
	}
	announced := func(yield func(*rib.Path, error) bool) {
		for _, line := range []struct {
			prefix, peer string
			path         []filters.ASN
		}{
			{"198.51.100.0/24", "203.0.113.11", []filters.ASN{64496, 64999}}, // the listed one
			{"198.51.0.0/16", "203.0.113.11", []filters.ASN{64496}},          // its upstream's aggregate
			{"192.0.2.0/24", "203.0.113.12", []filters.ASN{64497}},
		} {
			route := policies.Route{Prefix: netip.MustParsePrefix(line.prefix), Peer: netip.MustParseAddr(line.peer),
				Path: line.path}
			path := &rib.Path{Route: route, PeerASN: line.path[0], ASPath: rib.Sequence(line.path...)}
			if !yield(path, nil) {
				return
			}
		}
	}
	treatments := policies.Builtin(64500)
	report, err := impact.Assess(impact.Question{
		Lists: compiled, New: build.Policy(compiled, treatments, 64500), Treatments: treatments,
	}, announced)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d of %d paths are refused\n", report.Routes.Refused, report.Routes.Total)
	for _, member := range report.Members {
		fmt.Printf("AS%s loses %d of the prefixes of others\n", member.ASN, member.Lost)
	}
	for _, cover := range report.Reached {
		fmt.Printf("%s is reached by %s of AS%s all the same\n", cover.Prefix, cover.By, cover.Origin)
	}
	// Output:
	// 1 of 3 paths are refused
	// AS64496 loses 0 of the prefixes of others
	// AS64497 loses 1 of the prefixes of others
	// 198.51.100.0/24 is reached by 198.51.0.0/16 of AS64496 all the same
}
