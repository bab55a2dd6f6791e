package plan_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// anchoredAfter returns the clients with the lists that a change gives them.
func anchoredAfter(clients []plan.Client) []plan.Client {
	out := slices.Clone(clients)
	for i, c := range out {
		if !c.RouteServer {
			continue
		}
		if !slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			out[i].Import.Policies = append([]string{policies.ImportPolicy}, c.Import.Policies...)
		}
		if !slices.Contains(c.Export.Policies, policies.ExportPolicy) {
			out[i].Export.Policies = append([]string{policies.ExportPolicy}, c.Export.Policies...)
		}
	}
	return out
}

// reached is a route server in any state that a change can start from: a policy
// from its file, or put in; at times with what a change left that was cut off.
func reached(t *rapid.T, c chooser) *plantest.Model {
	m := c.server(pick(c, &policies.RoutingPolicy{}, c.policy()))
	for i := range c(3) {
		change := plan.To(state(m), c.policy(), []string{"first", "second"}[i])
		if !c.oneIn(3) {
			bring(t, m, change)
			continue
		}
		for _, call := range change.Calls()[:c(1+len(change.Calls()))] {
			do(t, m, call)
		}
		if r, err := plan.Recover(state(m)); err != nil || r.Side != plan.Whole {
			recoverTo(t, m, through)
		}
	}
	if c.oneIn(3) {
		addOrphans(t, c, m)
	}
	return m
}

// addOrphans leaves what hands and daemons may leave that nothing uses.
func addOrphans(t *rapid.T, c chooser, m *plantest.Model) {
	gate := plan.GatePrefix + "left"
	p := c.policy()
	do(t, m, plan.Call{Verb: plan.AddGate, Name: gate})
	do(t, m, plan.Call{Verb: plan.Hold, Name: policies.Prefix + "0123456789ab/001-orphan",
		Gate: plan.Gate{Set: gate, Invert: true}})
	m.ByHand(func(o *plantest.Objects) {
		for _, set := range p.Sets {
			_, there := o.Sets[plan.ObjectOf(set)]
			if asked := set.Kind() == policies.PrefixSet || set.Kind() == policies.ASPathSet; asked && !there {
				o.Sets[plan.ObjectOf(set)] = set.Elements
			}
		}
	})
}

func prefixSet(name string) plan.Object { return plan.Object{Kind: plan.PrefixSet, Name: name} }

// through lets all calls through.
var through chooser = func(n int) int { return n - 1 }

func TestEveryRouteIsAsBeforeOrAsAfter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		first := state(m).InForce()
		for i, want := range []*policies.RoutingPolicy{c.policy(), c.policy(), first} {
			s := state(m)
			if o := s.Obstacles(); len(o) > 0 {
				t.Fatalf("obstacles: %v\n%v", o, m)
			}
			id := []string{"a", "b", "c"}[i]
			change := plan.To(s, want, id)
			walk(t, m, change, meant(anchoredAfter(s.Clients), want), func(int) {})
			clean(t, m, change.New)
			after := state(m)
			if diff := cmp.Diff(anchoredAfter(s.Clients), after.Clients, sameOrder, exceptSessions); diff != "" {
				t.Fatalf("clients (-want +got):\n%s", diff)
			}
			if again := plan.To(after, want, "again"); !again.Empty() {
				t.Fatalf("the second time there is still to do: %v", again.Calls())
			}
			if marks := after.Applied; !change.Empty() && len(want.Import) > 0 && !slices.Equal(marks, []string{id}) {
				t.Fatalf("marks %v, want %v", marks, id)
			}
		}
	})
}

// recoverTo recovers, and is cut off again and again where c says so; through
// is not.
func recoverTo(t failing, m *plantest.Model, c chooser) plan.Side {
	t.Helper()
	side := plan.Whole
	for range 4 {
		r, err := plan.Recover(state(m))
		if err != nil {
			t.Fatalf("recover: %v\n%v", err, m)
		}
		if r.Side != plan.Whole {
			if side != plan.Whole && side != r.Side {
				t.Fatalf("a recovery went from %q to %q", side, r.Side)
			}
			side = r.Side
		}
		before := now(m)
		n := c(len(r.Calls) + 1)
		for _, call := range r.Calls[:n] {
			do(t, m, call)
			if diff := cmp.Diff(before, now(m)); diff != "" {
				t.Fatalf("recovery: %s is live:\n%s", call, diff)
			}
		}
		if n == len(r.Calls) {
			return side
		}
	}
	return recoverTo(t, m, through)
}

func TestRecoverFromEveryCall(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := reached(t, c)
		s := state(m)
		change := plan.To(s, c.policy(), "cut")
		cutEverywhere(t, c, m, change, meant(anchoredAfter(s.Clients), change.New))
	})
}

// cutEverywhere walks a change, and recovers a copy after each call.
func cutEverywhere(t failing, c chooser, m *plantest.Model, change *plan.Change, after outcome) {
	// Where no statement changes, the change is made when its sessions are noted.
	live := len(change.Prepare) + len(change.Live)
	if noted := slices.IndexFunc(change.Prepare, isNote); len(change.Live) == 0 {
		live = noted + 1
	}
	walk(t, m, change, after, func(made int) {
		cut := m.Clone()
		want, wrong := change.Old, plan.After
		if made >= live {
			want, wrong = change.New, plan.Before
		}
		if side := recoverTo(t, cut, c); side == wrong {
			t.Fatalf("cut after %d of %d calls, recovery says %q", made, len(change.Calls()), side)
		}
		clean(t, cut, want)
		if r, err := plan.Recover(state(cut)); err != nil || r.Side != plan.Whole || len(r.Calls) != 0 {
			t.Fatalf("recovered, and there is still to do: %+v, %v", r, err)
		}
	})
}

func isNote(c plan.Call) bool { return c.Verb == plan.NoteSessions }
