package plan_test

import (
	"context"
	"fmt"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// A route server lets everything pass, and is to refuse a /22. Which calls are made, and which one takes effect? The
// route server here is a model; package gobgp reads the state of a gobgpd.
func ExampleTo() {
	ctx := context.Background()
	server := plantest.New(plan.Server{RouterID: netip.MustParseAddr("203.0.113.1"), ASN: 64500})
	server.AddClient(plan.Client{Address: netip.MustParseAddr("203.0.113.11"), ASN: 64496, RouteServer: true, Up: true,
		Import: plan.Assignment{Policies: []string{policies.ImportPolicy}, Default: plan.Accept},
		Export: plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept}})
	server.Load(&policies.RoutingPolicy{})
	state, err := server.State(ctx)
	if err != nil {
		fmt.Println(err)
		return
	}
	want := build.Policy(&filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: filters.Entries{IPv4: []filters.Entry{
			{Prefix: netip.MustParsePrefix("208.66.192.0/22"), Min: 22, Max: 32}}}},
	}}, policies.Builtin(64500), 64500)

	change := plan.To(state, want, "20081111-1")
	for _, part := range []struct {
		name  string
		calls []plan.Call
	}{{"members see nothing of these", change.Prepare}, {"this takes effect", change.Live},
		{"cleaning up", change.Finish}} {
		fmt.Println(part.name)
		for _, call := range part.calls {
			fmt.Println(" ", call)
			if err := server.Do(ctx, call); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	after, err := server.State(ctx)
	fmt.Println("in force now:", policies.Same(after.InForce(), want), err)
	// Output:
	// members see nothing of these
	//   add gate depeer/gate/20081111-1
	//   add set prefix-set depeer/depeer/prefix4/3667ef9a73f7
	//   add statements: 1 to policy depeer
	// this takes effect
	//   open gate depeer/gate/20081111-1
	// cleaning up
	//   release statement depeer/5ec36342fd0d/001-depeer-prefix4
	//   delete gate depeer/gate/20081111-1
	//   mark 20081111-1
	// in force now: true <nil>
}
