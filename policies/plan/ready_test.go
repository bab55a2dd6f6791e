package plan_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// Each is true where it should be, and nowhere else.
func TestReadyAndStandsAtEveryCall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		p := &plan.Plan{Change: *plan.To(state(m), c.policy(), "x")}
		if len(p.Change.Live) == 0 {
			t.Skip("nothing is live")
		}
		prepared, live := len(p.Change.Prepare), len(p.Change.Prepare)+1
		out := live + slices.IndexFunc(p.Change.Finish, func(call plan.Call) bool {
			return call.Verb == plan.TakeStatements || call.Verb == plan.Release || call.Verb == plan.DeleteGate
		})
		for made, call := range p.Change.Calls() {
			if err := p.Ready(state(m)); (err == nil) != (made == prepared) {
				t.Fatalf("before call %d of %d, %s: ready says %v", made, prepared, call, err)
			}
			if err := p.Stands(state(m)); (err == nil) != (made >= live && made <= out) {
				t.Fatalf("before call %d, %s: stands says %v", made, call, err)
			}
			do(t, m, call)
		}
	})
}

func TestNotReady(t *testing.T) {
	old, new := policyOf("10.0.0.0/8"), policyOf("192.0.2.0/24")
	tests := map[string]func(*plan.Change, *plantest.Model){
		"wiped by a reload": func(_ *plan.Change, m *plantest.Model) { m.Load(old) },
		"no definition":     func(_ *plan.Change, m *plantest.Model) { m.Load(nil) },
		"a set of the old generation": func(_ *plan.Change, m *plantest.Model) {
			m.ByHand(func(o *plantest.Objects) { o.Sets[plan.ObjectOf(old.Sets[0])] = new.Sets[0].Elements })
		},
		"a set of the new generation": func(_ *plan.Change, m *plantest.Model) {
			m.ByHand(func(o *plantest.Objects) { o.Sets[plan.ObjectOf(new.Sets[0])] = policies.Prefixes{} })
		},
		"an action": func(_ *plan.Change, m *plantest.Model) {
			m.ByHand(func(o *plantest.Objects) {
				s := o.Statements[new.Import[1].Name]
				s.Actions.LocalPref++
				o.Statements[s.Name] = s
			})
		},
		"one more statement": func(_ *plan.Change, m *plantest.Model) {
			m.ByHand(func(o *plantest.Objects) {
				o.Policies[policies.ImportPolicy] = append(o.Policies[policies.ImportPolicy], "by-hand")
			})
		},
		"a gate off a statement": func(c *plan.Change, m *plantest.Model) {
			do(failsNever{}, m, plan.Call{Verb: plan.Release, Name: old.Import[0].Name,
				Gate: plan.Gate{Set: c.Gate(), Invert: true}})
		},
		"an odd gate": func(c *plan.Change, m *plantest.Model) {
			m.ByHand(func(o *plantest.Objects) { o.Gates[c.Gate()] = o.Gates[c.Gate()][:1] })
		},
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			m := through.server(old)
			p := &plan.Plan{Change: *plan.To(state(m), new, "x")}
			for _, call := range p.Change.Prepare {
				do(t, m, call)
			}
			if err := p.Ready(state(m)); err != nil {
				t.Fatalf("not ready: %v", err)
			}
			change(&p.Change, m)
			if err := p.Ready(state(m)); err == nil {
				t.Errorf("still ready:\n%v", m)
			}
			if err := p.Stands(state(m)); err == nil {
				t.Errorf("stands:\n%v", m)
			}
		})
	}
}

// The trap of a wipe in between: the live call answers OK, and makes a gate that
// nothing refers to.
func TestALiveCallAfterAWipeIsNotBelieved(t *testing.T) {
	old := policyOf("10.0.0.0/8")
	m := through.server(old)
	p := &plan.Plan{Change: *plan.To(state(m), policyOf("192.0.2.0/24"), "x")}
	for _, call := range p.Change.Prepare {
		do(t, m, call)
	}
	m.Load(old)
	do(t, m, p.Change.Live[0])
	if err := p.Stands(state(m)); err == nil {
		t.Error("cleaning up would take out what the file brought back")
	}
}
