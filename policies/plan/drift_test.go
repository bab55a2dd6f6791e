package plan_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// Drift and To agree: nothing has drifted if, and only if, there is nothing to do.
func TestDriftIsWhatThereIsToDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		s := state(m)
		want := pick(c, s.InForce(), c.policy())
		found := plan.Drift(s, want)
		idle := plan.To(s, want, "x").Empty() && len(s.Obstacles()) == 0
		if idle != (len(found) == 0) {
			t.Fatalf("nothing to do %t, and drift %v\n%v", idle, found, m)
		}
		bring(t, m, plan.To(s, want, "x"))
		after := state(m)
		if found := plan.Drift(after, want); len(found) != 0 {
			t.Fatalf("applied, and drift %v\n%v", found, m)
		}
	})
}

func TestDriftSaysWhat(t *testing.T) {
	want, other := policyOf("10.0.0.0/8"), policyOf("192.0.2.0/24")
	set, statement := want.Sets[0].Name, want.Import[0].Name
	member := plan.Client{Address: netip.MustParseAddr("127.0.0.2"), ASN: 65000, RouteServer: true, Up: true}
	member.Import = plan.Assignment{Policies: []string{policies.ImportPolicy}, Default: plan.Accept}
	member.Export = plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept}
	lists := func(in, out []string, d plan.Disposition) func(*plantest.Model) {
		return func(m *plantest.Model) {
			c := member
			c.Import, c.Export.Policies = plan.Assignment{Policies: in, Default: d}, out
			m.AddClient(c)
		}
	}
	both := []string{policies.ImportPolicy}
	out := []string{policies.ExportPolicy}
	tests := map[string]struct {
		change func(*plantest.Model)
		want   []string
		status plan.Status
	}{
		"in sync": {func(*plantest.Model) {}, nil, plan.InSync},
		"reload without definitions": {func(m *plantest.Model) { m.Load(nil) }, []string{
			"policy depeer is not defined", "policy depeer-export is not defined",
			"import assignment 127.0.0.2 has no depeer: none of its routes is treated (127.0.0.2)",
			"import assignment 127.0.0.2 has no default: its routes that no policy accepts are rejected (127.0.0.2)",
			"export assignment 127.0.0.2 has no depeer-export (127.0.0.2)",
		}, plan.Drifts},
		"restart": {func(m *plantest.Model) { m.Load(&policies.RoutingPolicy{}) }, nil, plan.Drifts},
		"an older file": {func(m *plantest.Model) { m.Load(other) }, []string{
			"statement " + other.Import[0].Name + " is not wanted",
			"prefix-set " + other.Sets[0].Name + " is not wanted",
		}, plan.Drifts},
		"a member without us": {lists([]string{"op-tag"}, nil, plan.Accept),
			[]string{"import assignment 127.0.0.2 has no depeer: none of its routes is treated (127.0.0.2)",
				"export assignment 127.0.0.2 has no depeer-export (127.0.0.2)"}, plan.Drifts},
		"an accept before us": {lists([]string{"op-accept", "depeer"}, out, plan.Accept),
			[]string{"import assignment 127.0.0.2 policy op-accept may accept before depeer: its import list is " +
				"[op-accept depeer] (127.0.0.2)"}, plan.Drifts},
		"a member cut off": {lists(both, out, plan.None),
			[]string{"import assignment 127.0.0.2 has no default: its routes that no policy accepts are rejected " +
				"(127.0.0.2)"}, plan.Drifts},
		"a set changed by hand": {func(m *plantest.Model) {
			m.ByHand(func(o *plantest.Objects) { o.Sets[prefixSet(set)] = other.Sets[0].Elements })
		}, []string{"prefix-set " + set + " has other elements", "prefix-set " + set + " not what its name says"},
			plan.Drifts},
		"a statement out": {func(m *plantest.Model) {
			do(failsNever{}, m, plan.Call{Verb: plan.TakeStatements, Policy: policies.ImportPolicy,
				Take: []string{statement}})
		}, []string{"statement " + statement + " is missing", "statement " + statement + " is in no policy"},
			plan.Drifts},
		"cut off": {func(m *plantest.Model) {
			for _, call := range plan.To(state(m), other, "cut").Prepare {
				do(failsNever{}, m, call)
			}
		}, []string{"neighbor-set depeer/gate/cut a change stands half-way, its gate is closed"}, plan.Unknown},
		"somebody at work": {func(m *plantest.Model) { do(failsNever{}, m, plan.Call{Verb: plan.Lock, Holder: "noc"}) },
			[]string{"policy depeer/lock/noc noc holds the lock"}, plan.Drifts},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := plantest.New(server)
			m.Load(want)
			m.ByHand(func(o *plantest.Objects) {
				for name, policy := range operators {
					o.Operators[name] = policy
				}
			})
			m.AddClient(member)
			test.change(m)
			found := plan.Drift(state(m), want)
			var got []string
			for _, d := range found {
				line := fmt.Sprint(d.Object, " ", d.What)
				if d.Member.IsValid() {
					line += fmt.Sprintf(" (%s)", d.Member)
				}
				got = append(got, line)
			}
			for _, line := range test.want {
				if !slices.Contains(got, line) {
					t.Errorf("%q is not said, but\n%q", line, got)
				}
			}
			if test.status == plan.InSync && len(got) > 0 {
				t.Errorf("in sync, and drift %q", got)
			}
			if status := state(m).Status(found, false); status != test.status {
				t.Errorf("status %s, want %s: %q", status, test.status, got)
			}
		})
	}
}

// failsNever is for calls that a test knows to be fine.
type failsNever struct{}

func (failsNever) Helper()                        {}
func (failsNever) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }

func TestStatusWords(t *testing.T) {
	s := state(through.server(policyOf("10.0.0.0/8")))
	drifted := []plan.Drifted{{What: "anything"}}
	got := []string{s.Status(nil, false).String(), s.Status(drifted, false).String(), s.Status(nil, true).String(),
		plan.Unknown.String()}
	if diff := cmp.Diff([]string{"in-sync", "drift", "pending", "unknown"}, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}
