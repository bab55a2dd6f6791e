package faults_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// refusals are an operator's policy that refuses bogons, and an origin that hijacks.
const refusals = `
[[defined-sets.bgp-defined-sets.as-path-sets]]
as-path-set-name = "hijacker"
as-path-list = ["_65666$"]

[[policy-definitions]]
name = "rpki"
[[policy-definitions.statements]]
name = "hijacker"
conditions.bgp-conditions.match-as-path-set = {as-path-set = "hijacker", match-set-options = "any"}
actions.route-disposition = "reject-route"
`

// alreadySeen is what programs read of routes that the operator's policies refuse already.
type alreadySeen struct {
	Routes struct {
		Refused        int
		RefusedAlready int `json:"refused_already"`
		NotKnown       int `json:"refused_already_not_known"`
	}
	Prefixes struct {
		Refused        int
		WithoutPath    int `json:"without_path"`
		RefusedAlready int `json:"refused_already"`
	}
	Providers []struct {
		ID          string
		Refused     int
		WithoutPath int `json:"without_path"`
	}
	Covered, Reached []struct{ Prefix, By string }
	AnnouncedBy      []struct {
		ASN       int
		Verdict   string
		RefusedBy []string `json:"refused_by"`
		NotKnown  bool     `json:"refused_already_not_known"`
	} `json:"announced_by"`
	CoveredBy []struct{ Prefix string } `json:"covered_by"`
}

func (r result) alreadySeen() (s alreadySeen) {
	r.t.Helper()
	r.reads(&s)
	return s
}

// Row 56: routes that the operator's own policies refuse already are neither lost nor left,
// before our policy is in force; afterwards that is not known of those that ours refuses.
func TestOperatorRefusesAlready(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Policy = anchored + theirs + refusals
	for i := range c.Members {
		c.Members[i].Import = []string{policies.ImportPolicy, "rpki", "in"}
	}
	// 10.0.0.0/16 is refused already. Another member hijacks 20.3.0.0/16, and what is around 20.1.0.0/16.
	c.Members[2].Announce = append(c.Members[2].Announce, from("20.3.0.0/16", 65666), from("20.0.0.0/14", 65666))
	w := newWorld(t, c)
	w.write("depeer.yaml", `
version: 1
exchange: {name: Example-IX, asn: 64500}
limits: {max_routes: 100%, max_member_routes: 100%}
`)
	w.write("one.yaml", `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: depeer}
providers:
  - {name: Bogon, prefixes: [{prefix: 10.0.0.0/16, match: exact}], allow_reserved: true}
  - {name: Hijacked, prefixes: [{prefix: 20.3.0.0/16, match: exact}], asns: [{asn: 64497}], allow_reserved: true}
  - {name: Outer, prefixes: [{prefix: 20.1.0.0/16, match: exact}]}
`)
	before := w.table()
	for _, command := range []string{"impact", "plan"} {
		got := w.on(command, "one.yaml", "--json").exits(0).alreadySeen()
		if r := got.Routes; r.Refused != 4 || r.RefusedAlready != 2 || r.NotKnown != 0 {
			t.Errorf("%s: routes %+v", command, r)
		}
		if p := got.Prefixes; p.Refused != 2 || p.WithoutPath != 2 || p.RefusedAlready != 1 {
			t.Errorf("%s: prefixes %+v", command, p)
		}
		if len(got.Reached)+len(got.Covered) > 0 {
			t.Errorf("%s: reached by what the operator refuses: %+v %+v", command, got.Reached, got.Covered)
		}
		for _, p := range got.Providers {
			if want := map[string]int{"bogon": 0, "hijacked": 1, "outer": 1}[p.ID]; p.WithoutPath != want {
				t.Errorf("%s: %s has %d without a path, want %d", command, p.ID, p.WithoutPath, want)
			}
		}
		w.on(command, "one.yaml").exits(0).says("2 the last one, and 1 more are refused by your own policies already",
			"your own policies refuse 2 of these routes already")
	}
	w.explainsRefusals()
	if diff := cmp.Diff(before, w.table()); diff != "" {
		t.Errorf("asking changed what members hold (-want +got):\n%s", diff)
	}

	w.on("plan", "one.yaml", "-o", "one.plan").exits(0)
	w.depeer("apply", "one.plan", "--yes").exits(0)
	got := w.on("impact", "one.yaml", "--json").exits(0).alreadySeen()
	if r := got.Routes; r.Refused != 4 || r.NotKnown != 4 || r.RefusedAlready != 0 {
		t.Errorf("in force: routes %+v", r)
	}
	w.on("impact", "one.yaml").exits(0).says("is not known of 4 routes")
	w.on("explain", "10.0.0.0/16", "one.yaml").exits(0).says("whether your own policies refuse it, too, is not known")
	if a := w.on("explain", "10.0.0.0/16", "one.yaml", "--json").exits(0).alreadySeen().AnnouncedBy; len(a) != 1 ||
		!a[0].NotKnown || a[0].RefusedBy != nil {
		t.Errorf("in force: %+v", a)
	}
}

// explainsRefusals checks what explain says of routes that the operator's policies refuse.
func (w *world) explainsRefusals() {
	w.t.Helper()
	w.on("explain", "20.3.0.0/16", "one.yaml").exits(0).says("refused already by one of your own policies rpki, in")
	e := w.on("explain", "20.3.0.0/16", "one.yaml", "--json").exits(0).alreadySeen()
	if len(e.AnnouncedBy) != 2 || e.AnnouncedBy[0].RefusedBy != nil ||
		!cmp.Equal(e.AnnouncedBy[1].RefusedBy, []string{"rpki", "in"}) {
		w.t.Errorf("explain: announced by %+v", e.AnnouncedBy)
	}
	e = w.on("explain", "20.1.0.0/16", "one.yaml", "--json").exits(0).alreadySeen()
	if len(e.CoveredBy) != 0 {
		w.t.Errorf("explain: covered by what the operator refuses: %+v", e.CoveredBy)
	}
}

// Where nothing of the operator's refuses, nothing is asked, and nothing is said.
func TestOperatorRefusesNothing(t *testing.T) {
	t.Parallel()
	c := exchange()
	for i := range c.Members {
		c.Members[i].Import = []string{policies.ImportPolicy}
	}
	w := newWorld(t, testbed.Config{Policy: c.Policy, Members: c.Members})
	got := w.on("impact", "a.yaml", "--json").exits(0).alreadySeen()
	if got.Routes.RefusedAlready+got.Routes.NotKnown+got.Prefixes.RefusedAlready != 0 {
		t.Errorf("%+v", got)
	}
	if text := w.on("impact", "a.yaml").exits(0).stdout; strings.Contains(text, "own polic") {
		t.Errorf("impact says\n%s", text)
	}
}
