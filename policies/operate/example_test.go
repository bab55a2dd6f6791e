package operate_test

import (
	"context"
	"fmt"
	"net/netip"
	"os"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/journal"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// A colleague has changed the route server from another machine. What is in force, and who put it in? The target tells
// what, and the ID of the plan; the history of this machine does not know who.
func ExampleLook() {
	server := plantest.New(plan.Server{RouterID: netip.MustParseAddr("203.0.113.1"), ASN: 64500})
	server.Load(&policies.RoutingPolicy{})
	theirs := build.Policy(&filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: filters.Entries{IPv4: []filters.Entry{
			{Prefix: netip.MustParsePrefix("208.66.192.0/22"), Min: 22, Max: 32}}}},
	}}, policies.Builtin(64500), 64500)
	ctx := context.Background()
	state, err := server.State(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, call := range plan.To(state, theirs, "20081111-1").Calls() {
		if err := server.Do(ctx, call); err != nil {
			fmt.Println(err)
			return
		}
	}

	dir, err := os.MkdirTemp("", "depeer-")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	history, err := journal.Open(dir)
	if err != nil {
		fmt.Println(err)
		return
	}
	if state, err = server.State(ctx); err != nil {
		fmt.Println(err)
		return
	}
	found, err := operate.Look(history, "203.0.113.1:50051", state)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("statements:", len(found.Policy.Import))
	fmt.Println("plan:", found.Plan)
	fmt.Println("known on this machine:", found.Known())
	// Output:
	// statements: 1
	// plan: 20081111-1
	// known on this machine: false
}
