package faults_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/guard"
	"depeer/policies/lab/testbed"
)

// Row 7: what refuses more routes than the exchange allows, of all or of one member, is
// shown and not done, but by an override that goes that far; and apply counts again.
func TestGuardsOnRoutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", `
version: 1
exchange: {name: Example-IX, asn: 64500}
limits: {max_routes: 20%, max_member_routes: 30%}
`)
	w.write("seven.yaml", `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: depeer}
providers:
  - {name: Hoster, prefixes: [20.1.0.0/16]}
`)
	w.holds(outcomes[""])
	before := dumpOf(t, w.Daemon)
	// Of ten routes three are refused, all of the first member, who has seven.
	refused := w.on("plan", "seven.yaml", "-o", "seven.plan").exits(4).says(
		"3 of 10 refused", "AS64496", "20.1.0.0/16",
		"[guard-max-routes]", "--allow-routes 3", "[guard-max-member-routes]", "--allow-member-routes 3")
	if _, err := os.Stat(filepath.Join(w.dir, "seven.plan")); !os.IsNotExist(err) {
		t.Errorf("%s: keeps a plan that is refused (%v)", refused.line, err)
	}
	for _, overrides := range [][]string{
		{"--allow-routes", "3"}, {"--allow-member-routes", "3"},
		{"--allow-routes", "2", "--allow-member-routes", "3"}, {"--allow-routes", "3", "--allow-member-routes", "2"},
		{"--allow-routes", "29%", "--allow-member-routes", "3"},
		{"--allow-routes", "3", "--allow-member-routes", "42%"},
	} {
		w.on(append([]string{"plan", "seven.yaml", "-o", "seven.plan"}, overrides...)...).exits(4)
	}
	var told struct {
		Guards []guard.Result
	}
	w.on("plan", "seven.yaml", "--json").exits(4).reads(&told)
	member := w.Members[0].Address
	want := []guard.Result{
		{Code: "guard-max-routes", Value: 3, Limit: 2, Base: 10, Flag: "--allow-routes", Suggest: 3},
		{Code: "guard-max-member-routes", Value: 3, Limit: 2, Base: 7, Flag: "--allow-member-routes", Suggest: 3,
			Member: &member},
	}
	told.Guards = slices.DeleteFunc(told.Guards, func(a guard.Result) bool { return a.OK })
	if d := cmp.Diff(want, told.Guards, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
		t.Errorf("guards in JSON (-want +got):\n%s", d)
	}

	w.on("plan", "seven.yaml", "-o", "seven.plan", "--allow-routes", "3", "--allow-member-routes",
		"50%").exits(0).says("no more than is allowed")
	w.Members[1].Announce(testbed.Announce("20.1.3.0/24")...) // a fourth
	w.Settle()
	w.depeer("apply", "seven.plan", "--yes").exits(4).says("at most 3 were allowed, 4 now [guard-max-routes]",
		"nothing was changed")
	before.is(t, w.Daemon)
	w.Members[1].Withdraw(testbed.Announce("20.1.3.0/24")[0].Prefix)
	w.Settle()
	w.depeer("apply", "seven.plan", "--yes").exits(0)
	w.on("history").exits(0).says("over max_routes 20%, max_member_routes 30%: ours",
		"--allow-routes 3, --allow-member-routes 50%")
	var history struct {
		Changes []struct {
			Overrides map[string]any
			Limits    map[string]string
		}
	}
	w.on("history", "--json").exits(0).reads(&history)
	if got := history.Changes[0]; got.Overrides["allow-routes"] != 3.0 ||
		got.Overrides["allow-member-routes"] != "50%" || got.Limits["max_routes"] != "20%" {
		t.Errorf("history: %+v", got)
	}

	// What is in force already holds no change back: it may always become less.
	w.on("plan", "seven.yaml").exits(0).says("over the limit, as before")
	w.on("clear", "--yes").exits(0)
	w.holds(outcomes[""])
}

// A number or a percentage is a ceiling for each target: what is suggested passes all of
// them, and so does a number that is more than any needs.
func TestOverridesOfSeveralTargets(t *testing.T) {
	t.Parallel()
	x := newTwins(t)
	x.write("depeer.yaml", strings.Replace(x.file, "max_routes: 100%", "max_routes: 20%", 1))
	x.write("seven.yaml", `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: depeer}
providers:
  - {name: Hoster, prefixes: [20.1.0.0/16]}
`)
	x.second.Members[0].Announce(testbed.Announce("20.1.3.0/24")...)
	x.second.Settle()
	x.on("plan", "seven.yaml", "-o", "seven.plan", "--allow-routes", "3").exits(4) // the second has four
	var plans struct {
		Targets []struct{ Guards []guard.Result }
	}
	x.on("plan", "seven.yaml", "--json").exits(4).reads(&plans)
	for i, p := range plans.Targets {
		at := slices.IndexFunc(p.Guards, func(a guard.Result) bool { return a.Code == "guard-max-routes" })
		if a := p.Guards[at]; a.Value != 3+i || a.Suggest != 4 {
			t.Errorf("of target %d: %+v", i, a)
		}
	}
	for _, ceiling := range []string{"200", "37%", "4"} { // 4 of 11, and 3 of 10
		x.on("plan", "seven.yaml", "-o", "seven.plan", "--allow-routes", ceiling).exits(0)
	}
	x.on("apply", "seven.plan", "--yes", "--soak", "1ms").exits(0)
}
