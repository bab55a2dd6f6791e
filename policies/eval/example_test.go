package eval_test

import (
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
)

// A policy refuses McColo's space and lets Atrivo's routes lose to all others. What becomes of three routes?
func ExampleEvaluator_Apply() {
	policy := build.Policy(&filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: filters.Entries{IPv4: []filters.Entry{
			{Prefix: netip.MustParsePrefix("208.66.192.0/22"), Min: 22, Max: 32}}}},
		{Treatment: "deprefer", ASNs: []filters.ASMatch{{ASN: 27595}}},
	}}, policies.Builtin(64500), 64500)
	evaluator := eval.New(policy)

	member := netip.MustParseAddr("203.0.113.11")
	for _, route := range []policies.Route{
		{Prefix: netip.MustParsePrefix("208.66.194.0/24"), Peer: member, Path: []filters.ASN{64496, 26780}},
		{Prefix: netip.MustParsePrefix("85.255.112.0/20"), Peer: member, Path: []filters.ASN{64496, 27595}},
		{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Peer: member, Path: []filters.ASN{64496}},
	} {
		after, accepted := evaluator.Apply(route)
		switch {
		case !accepted:
			fmt.Println(route.Prefix, "is refused")
		case after.LocalPref != route.LocalPref:
			fmt.Println(route.Prefix, "goes on with LOCAL_PREF", after.LocalPref)
		default:
			fmt.Println(route.Prefix, "goes on as it is")
		}
	}
	// Output:
	// 208.66.194.0/24 is refused
	// 85.255.112.0/20 goes on with LOCAL_PREF 50
	// 192.0.2.0/24 goes on as it is
}
