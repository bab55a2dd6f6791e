package build_test

import (
	"fmt"
	"net/netip"
	"path"
	"time"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
)

// One provider is refused by prefix, another one loses to all other routes. Which statements does the route server get?
func ExamplePolicy() {
	list := &filters.Listing{Name: "example-ix-listed", Providers: []filters.Provider{
		{Name: "McColo", ID: "mccolo", Treatment: "depeer", Prefixes: []filters.PrefixMatch{
			{Prefix: netip.MustParsePrefix("208.66.192.0/22"), Min: 22, Max: 32}}},
		{Name: "Atrivo", ID: "atrivo", Treatment: "deprefer", ASNs: []filters.ASMatch{{ASN: 27595}}},
	}}
	compiled, _ := filters.Compile([]*filters.Listing{list}, filters.Rules{
		At:         time.Date(2008, 9, 22, 0, 0, 0, 0, time.UTC),
		Treatments: []string{"depeer", "deprefer"},
	})
	policy := build.Policy(compiled, policies.Builtin(64500), 64500)
	for _, statement := range policy.Import {
		what := "goes on"
		if statement.Actions.Reject {
			what = "refused"
		} else if statement.Actions.LocalPref > 0 {
			what = fmt.Sprint("goes on with LOCAL_PREF ", statement.Actions.LocalPref)
		}
		fmt.Printf("%-24s %s\n", path.Base(statement.Name), what)
	}
	// Output:
	// 001-scrub                goes on
	// 002-depeer-prefix4       refused
	// 003-short                goes on
	// 004-deprefer-as-path     goes on with LOCAL_PREF 50
	// 005-clean                goes on
}
