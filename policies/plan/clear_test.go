package plan_test

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// clearedAfter returns the clients without our policies in their lists.
func clearedAfter(clients []plan.Client) []plan.Client {
	out := slices.Clone(clients)
	ours := func(name string) bool { return name == policies.ImportPolicy || name == policies.ExportPolicy }
	for i, c := range out {
		out[i].Import.Policies = slices.DeleteFunc(slices.Clone(c.Import.Policies), ours)
		out[i].Export.Policies = slices.DeleteFunc(slices.Clone(c.Export.Policies), ours)
	}
	return out
}

func TestClearTakesEverythingOut(t *testing.T) {
	nothing := &policies.RoutingPolicy{}
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		s := state(m)
		change := plan.Clear(s, "clear")
		cutEverywhere(t, c, m, change, meant(clearedAfter(s.Clients), nothing))
		clean(t, m, nothing)
		after := state(m)
		for _, client := range after.Clients {
			if slices.Contains(client.Import.Policies, policies.ImportPolicy) ||
				slices.Contains(client.Export.Policies, policies.ExportPolicy) {
				t.Fatalf("client %s still has ours: %v %v", client.Address, client.Import, client.Export)
			}
		}
		if len(after.Applied) != 0 {
			t.Fatalf("marks are left: %v", after.Applied)
		}
		if again := plan.Clear(after, "again"); !again.Empty() {
			t.Fatalf("the second time there is still to do: %v", again.Calls())
		}
		m.Load(nil) // the operator takes the definitions out
		among(t, m, now(m), meant(clearedAfter(s.Clients), nothing), meant(clearedAfter(s.Clients), nothing),
			func(netip.Addr) bool { return true }, "definitions gone")
	})
}

// What somebody's hands have left is no reason to stay.
func TestClearFromOddStates(t *testing.T) {
	listed := policyOf("10.0.0.0/8")
	alien := plan.Statement{Statement: policies.Statement{Name: "by-hand", Actions: policies.Actions{Reject: true}}}
	gate := func(name string) string { return plan.GatePrefix + name }
	tests := map[string]struct {
		change  func(*plantest.Objects)
		strange []plan.Conflict // what package gobgp would say of it besides
		live    plan.Verb
		stays   int // sets
	}{
		"a set was emptied": {
			change: func(o *plantest.Objects) { o.Sets[plan.ObjectOf(listed.Sets[0])] = policies.Prefixes{} },
			live:   plan.OpenGate,
		},
		"a statement with a neighbor-set of its own": {
			change: func(o *plantest.Objects) {
				o.Statements["by-hand"] = alien
				o.Policies[policies.ImportPolicy] = append(o.Policies[policies.ImportPolicy], "by-hand")
			},
			strange: []plan.Conflict{{Object: plan.Object{Kind: plan.StatementObject, Name: "by-hand"}}},
			live:    plan.TakeStatements,
		},
		"statements behind two gates": {
			change: func(o *plantest.Objects) {
				o.Gates[gate("a")], o.Gates[gate("b")] = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")},
					[]netip.Prefix{netip.MustParsePrefix("0.0.0.0/32")}
				for i, name := range o.Policies[policies.ImportPolicy] {
					s := o.Statements[name]
					s.Gate = plan.Gate{Set: gate([]string{"a", "b"}[i%2]), Invert: true}
					o.Statements[name] = s
				}
			},
			live: plan.TakeStatements,
		},
		"a statement in the export policy": {
			change: func(o *plantest.Objects) {
				o.Statements["by-hand"] = alien
				o.Policies[policies.ExportPolicy] = []string{"by-hand"}
			},
			live: plan.OpenGate,
		},
		"a set that the operator's policy refers to": {
			change: func(o *plantest.Objects) { o.Sets[prefixSet(policies.Prefix+"lent")] = listed.Sets[0].Elements },
			strange: []plan.Conflict{{Object: plan.Object{Kind: plan.PrefixSet, Name: policies.Prefix + "lent"},
				Used: true}},
			live:  plan.OpenGate,
			stays: 1,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := through.server(listed)
			m.ByHand(test.change)
			s := state(m)
			s.Conflicts = append(s.Conflicts, test.strange...)
			p := &plan.Plan{ID: "clear", Clear: true, Change: *plan.Clear(s, "clear")}
			if o := p.Obstacles(s); len(o) != 0 {
				t.Fatalf("obstacles: %v", o)
			}
			if got := p.Change.Live[0].Verb; got != test.live {
				t.Errorf("live call %q, want %q", got, test.live)
			}
			eval.New(p.Change.Judged()) // panics on sets that are empty
			bring(t, m, &p.Change)
			after := state(m)
			if got := len(after.Sets) - test.stays; len(after.Statements)+len(after.Gates)+got != 0 {
				t.Errorf("left behind:\n%v", m)
			}
			among(t, m, now(m), nil, meant(clearedAfter(s.Clients), &policies.RoutingPolicy{}),
				func(netip.Addr) bool { return true }, "cleared")
			if test.stays == 0 && !p.Holds(after) {
				t.Error("the plan does not hold after it")
			}
		})
	}
}

func TestClearWhereNothingIsDefined(t *testing.T) {
	m := through.server(policyOf("10.0.0.0/8"))
	m.Load(nil)
	if c := plan.Clear(state(m), "clear"); !c.Empty() {
		t.Errorf("there is still to do: %v", c.Calls())
	}
}
