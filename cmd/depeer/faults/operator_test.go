package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// behind are policies of an operator, each with one statement, which undo what ours give, act
// on it, or change what ours look at.
const behind = `
[[defined-sets.bgp-defined-sets.community-sets]]
community-set-name = "marked"
community-list = ["^64500:646.*$"]

[[policy-definitions]]
name = "op-pref"
[[policy-definitions.statements]]
name = "pref"
actions.bgp-actions.set-local-pref = 100

[[policy-definitions]]
name = "op-clean"
[[policy-definitions.statements]]
name = "clean"
actions.bgp-actions.set-community = {options = "remove", set-community-method.communities-list = ["^64500:.*$"]}

[[policy-definitions]]
name = "op-large"
[[policy-definitions.statements]]
name = "large"
actions.bgp-actions.set-large-community = {options = "remove", set-large-community-method.communities-list = ["^64500:.*$"]}

[[policy-definitions]]
name = "op-blackhole"
[[policy-definitions.statements]]
name = "blackhole"
conditions.bgp-conditions.match-community-set = {community-set = "marked", match-set-options = "any"}
actions.route-disposition = "reject-route"

[[policy-definitions]]
name = "op-prepend"
[[policy-definitions.statements]]
name = "prepend"
actions.bgp-actions.set-as-path-prepend = {repeat-n = 1, as = "65550"}
`

// operated is an exchange whose operator has these lists of import; treatments give several
// attributes.
func operated(t testing.TB, imports ...string) *world {
	t.Helper()
	c := exchange()
	c.Policy = anchored + behind
	for i := range c.Members {
		c.Members[i].Import, c.Members[i].Export = imports, []string{policies.ExportPolicy}
	}
	w := newWorld(t, c)
	w.write("depeer.yaml", `
version: 1
exchange: {name: Example-IX, asn: 64500}
treatments:
  - {name: depeer, reject: true}
  - {name: deprefer, local_pref: 50, communities: ["64500:64661"]}
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%, max_added_bytes: 14}
`)
	w.write("one.yaml", `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: deprefer}
providers:
  - {name: Outer, prefixes: [{prefix: 20.1.0.0/16, match: exact}]}
`)
	return w
}

// attribute is what programs read of one attribute that treatments give.
type attribute struct {
	Attribute                   string
	Proven, Overruled, Unproven int
}

// interference is what programs read of a statement of the operator's.
type interference struct {
	Policy, Statement, What string
	Members                 []string
}

// operatorSeen is what they read of plan, apply or status.
type operatorSeen struct {
	Outcome                                       string
	Refused, Changed, Overruled, Tagged, Untagged int
	Uncertain                                     int
	Attributes                                    []attribute
	Operator                                      []interference
	Targets                                       []struct {
		State     string
		Operator  []interference
		Overruled []struct {
			Address    string
			ASN, Paths int
			Attributes []attribute
		}
		Untagged []struct {
			Address    string
			ASN, Paths int
		}
	}
}

func (r result) operatorSeen() (s operatorSeen) {
	r.t.Helper()
	r.reads(&s)
	return s
}

// names fails the test unless the one statement is named, with all of what is said of it.
func names(t testing.TB, got []interference, policy, statement string, what ...string) {
	t.Helper()
	i := slices.IndexFunc(got, func(f interference) bool { return f.Policy == policy && f.Statement == statement })
	if i < 0 {
		t.Errorf("%s/%s is not named: %+v", policy, statement, got)
		return
	}
	if len(got[i].Members) == 0 {
		t.Errorf("%s/%s names no member", policy, statement)
	}
	for _, text := range what {
		if !strings.Contains(got[i].What, text) {
			t.Errorf("%s/%s: %q does not say %q", policy, statement, got[i].What, text)
		}
	}
}

// Row 56, situations 13 and 14: a policy of the operator's behind ours takes one of two
// attributes off again. plan and impact name its statement, apply does not take the other
// attribute for a proof, and status goes on saying it.
func TestOperatorOverrules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		policy, statement string
		what              []string
		attributes        []attribute
	}{
		{"op-pref", "pref", []string{"local-pref 100", "deprefer"},
			[]attribute{{"local-pref", 0, 1, 0}, {"communities", 1, 0, 0}}},
		{"op-clean", "clean", []string{"64500:64661", "deprefer"},
			[]attribute{{"local-pref", 1, 0, 0}, {"communities", 0, 1, 0}}},
	} {
		t.Run(test.policy, func(t *testing.T) {
			t.Parallel()
			w := operated(t, policies.ImportPolicy, test.policy)
			names(t, w.on("plan", "one.yaml", "-o", "one.plan", "--json").exits(0).operatorSeen().Operator, test.policy,
				test.statement, test.what...)
			names(t, w.on("impact", "one.yaml", "--json").exits(0).operatorSeen().Operator, test.policy, test.statement,
				test.what...)
			w.on("plan", "one.yaml").exits(0).says(append(test.what, test.policy)...)
			w.on("impact", "one.yaml").exits(0).says(append(test.what, test.policy)...)

			got := w.depeer("apply", "one.plan", "--yes", "--json").exits(0).operatorSeen()
			if got.Outcome != "applied" || got.Changed != 0 || got.Overruled != 1 {
				t.Errorf("apply: %+v", got)
			}
			if diff := cmp.Diff(test.attributes, got.Attributes); diff != "" {
				t.Errorf("apply, attributes (-want +got):\n%s", diff)
			}

			status := w.on("status", "one.yaml", "--json").exits(0).operatorSeen().Targets[0]
			names(t, status.Operator, test.policy, test.statement, test.what...)
			if status.State != "in-sync" || len(status.Overruled) != 1 ||
				status.Overruled[0].Address != w.Members[0].Address.String() || status.Overruled[0].Paths != 1 {
				t.Fatalf("status: %+v", status)
			}
			if diff := cmp.Diff(test.attributes, status.Overruled[0].Attributes); diff != "" {
				t.Errorf("status, attributes (-want +got):\n%s", diff)
			}
			w.on("status").exits(0).says(append(test.what, test.policy, "overruled", "AS64496")...)
		})
	}
}

// Row 56: a policy of the operator's behind ours acts on what ours add.
func TestOperatorMatchesWhatWeAdd(t *testing.T) {
	t.Parallel()
	w := operated(t, policies.ImportPolicy, "op-blackhole")
	names(t, w.on("plan", "one.yaml", "-o", "one.plan", "--json").exits(0).operatorSeen().Operator, "op-blackhole",
		"blackhole", "64500:64661", "deprefer", "refuses")
	got := w.depeer("apply", "one.plan", "--yes", "--json").exits(0).operatorSeen()
	if got.Changed != 0 {
		t.Errorf("a route that is not in the table is verified: %+v", got)
	}
	if diff := cmp.Diff([]attribute{{"local-pref", 0, 0, 1}, {"communities", 0, 0, 1}}, got.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	names(t, w.on("status", "--json").exits(0).operatorSeen().Targets[0].Operator, "op-blackhole", "blackhole",
		"refuses")
}

// Row 56, situation 10: a policy of the operator's before ours prepends, so that matches by
// neighbor cannot hold. plan says so; apply neither fails for it nor takes it for proven.
func TestOperatorPrepends(t *testing.T) {
	t.Parallel()
	for _, treatment := range []string{"depeer", "deprefer"} {
		t.Run(treatment, func(t *testing.T) {
			t.Parallel()
			w := operated(t, "op-prepend", policies.ImportPolicy)
			w.write("neighbor.yaml", `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: `+treatment+`}
providers:
  - {name: Neighbor, asns: [{asn: 64496, match: neighbor}], allow_reserved: true}
  - {name: Third, prefixes: [20.5.0.0/16]}
`)
			says := []string{"AS65550", "match: neighbor", "AS64496"}
			got := w.on("plan", "neighbor.yaml", "-o", "n.plan", "--json").exits(0).operatorSeen()
			names(t, got.Operator, "op-prepend", "prepend", says...)
			if len(got.Operator) == 1 && !slices.Equal(got.Operator[0].Members,
				[]string{w.Members[0].Address.String()}) {
				t.Errorf("members: %v", got.Operator[0].Members)
			}
			w.on("plan", "neighbor.yaml").exits(0).says(append(says, "op-prepend")...)
			applied := w.depeer("apply", "n.plan", "--yes", "--json").exits(0).operatorSeen()
			if applied.Outcome != "applied" || applied.Refused+applied.Changed != 1 || applied.Uncertain == 0 {
				t.Errorf("apply: %+v", applied)
			}
			names(t, w.on("status", "--json").exits(0).operatorSeen().Targets[0].Operator, "op-prepend", "prepend",
				says...)
			// Another list on top, and clear: routes that were never treated prove nothing either.
			w.on("plan", "one.yaml", "-o", "one.plan").exits(0)
			w.depeer("apply", "one.plan", "--yes").exits(0)
			w.on("clear", "--yes").exits(0)
		})
	}
}

// Row 56: the operator's policy takes off the tags that members' choices are acted on by.
func TestOperatorTakesTagsOff(t *testing.T) {
	t.Parallel()
	w := operated(t, policies.ImportPolicy, "op-large")
	w.write("depeer.yaml", offering+fmt.Sprintf("  - {asn: 64498, addresses: [%s], choices: {ours: refuse}}\n",
		w.Members[2].Address))
	w.write("one.yaml", strings.Replace(w.read("one.yaml"), "deprefer", "offer", 1))
	names(t, w.on("plan", "one.yaml", "-o", "one.plan", "--json").exits(0).operatorSeen().Operator, "op-large", "large",
		"choices")
	got := w.depeer("apply", "one.plan", "--yes", "--json").exits(0).operatorSeen()
	if got.Untagged != 1 || got.Tagged != 0 {
		t.Errorf("apply: %+v", got)
	}
	status := w.on("status", "--json").exits(0).operatorSeen().Targets[0]
	names(t, status.Operator, "op-large", "large", "choices")
	if len(status.Untagged) != 1 || status.Untagged[0].Address != w.Members[0].Address.String() ||
		status.Untagged[0].Paths != 1 {
		t.Errorf("status: %+v", status)
	}
	w.on("status").exits(0).says("untagged", "op-large", "AS64496")
}

// Row 56: an operator's policy that adds a community of its own, and accepts, is no matter.
func TestOperatorWithoutEffect(t *testing.T) {
	t.Parallel()
	w := newWorld(t, testbed.Config{Policy: anchored + theirs, Members: exchange().Members})
	if got := w.on("plan", "a.yaml", "--json").exits(0).operatorSeen(); len(got.Operator) > 0 {
		t.Errorf("operator: %+v", got.Operator)
	}
}
