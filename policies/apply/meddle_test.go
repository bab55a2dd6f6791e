package apply_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// meddled runs a scenario once for each of its operations, with somebody doing
// something just before it, and gives what came of it to check.
func meddled(t *testing.T, x *trial, do func(m *plantest.Model),
	check func(m *plantest.Model, k int, r apply.Result, err error)) {
	t.Helper()
	n := ops(x.start, func(a *apply.Applier) { a.Apply(context.Background(), x.plan) })
	x.ops = n
	for k := range n {
		x.what = fmt.Sprintf("before operation %d of %d", k, n)
		m := x.start.Clone()
		w := &wire{Model: m, before: func(n int) {
			if n == k {
				do(m)
			}
		}}
		result, err := applier(w, &paper{}).Apply(context.Background(), x.plan)
		check(m, k, result, err)
	}
}

// The daemon is reloaded, and all of ours wiped, between any two calls (row 45):
// nothing later is believed.
func TestWiped(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, s)
			wipe := func(m *plantest.Model) { m.Load(&policies.RoutingPolicy{}) }
			meddled(t, x, wipe, func(m *plantest.Model, k int, r apply.Result, err error) {
				old, new := x.plan.Change.Before(stateOf(m)), x.plan.Change.After(stateOf(m))
				switch {
				case r.Outcome == apply.Partial:
					x.knownTruly(m, r.Known, look(m))
				case r.Outcome == apply.Applied && !new, r.Outcome == apply.Restored && !old:
					x.failf(m, "%v, and neither is so: %v", r.Outcome, err)
				case r.Outcome == apply.Untouched && k > 2 && slices.ContainsFunc(m.Calls(), isChange):
					x.failf(m, "untouched, with calls: %v", m.Calls())
				}
				if r.Outcome != apply.Applied && r.Outcome != apply.Nothing && err == nil {
					x.failf(m, "%v, and no error", r.Outcome)
				}
				if holders := stateOf(m).Holders; len(holders) > 0 {
					x.failf(m, "lock held by %v", holders)
				}
				for _, g := range stateOf(m).Statements {
					if g.Gate.Set != "" {
						x.failf(m, "a statement is left behind a gate")
					}
				}
			})
		})
	}
}

// isChange says whether a call changes policy.
func isChange(c plan.Call) bool { return c.Verb != plan.Lock && c.Verb != plan.Unlock }

// The daemon restarts, and depeer dies with it, at any call (rows 28, 29): what was
// in force before is put in again, if it came over gRPC.
func TestRestarted(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) { wipedAtEveryCall(t, s, (*plantest.Model).Restart) })
	}
}

// Or its file is reloaded with another policy: that wipes the same, and leaves sessions
// that are shut as they are.
func TestReloaded(t *testing.T) {
	for _, s := range scenarios() {
		if strings.Contains(s.name, "session") {
			t.Run(s.name, func(t *testing.T) { wipedAtEveryCall(t, s, (*plantest.Model).Load) })
		}
	}
}

func wipedAtEveryCall(t *testing.T, s scenario, wipe func(*plantest.Model, *policies.RoutingPolicy)) {
	t.Parallel()
	x := newTrial(t, s)
	n := len(namesOfCalls(x.start, x.plan))
	for k := range n {
		x.what = fmt.Sprintf("restarted after call %d of %d", k, n)
		m := x.start.Clone()
		written := &paper{}
		unlessKilled(func() { applier(killing(m, k), written).Apply(context.Background(), x.plan) })
		wipe(m, &policies.RoutingPolicy{})
		recoverer := applier(&wire{Model: m}, &paper{})
		recoverer.Cut = written.shutting()
		result, err := recoverer.Recover(context.Background(), x.plan)
		if err != nil {
			x.failf(m, "%v, %s: %v", result.Outcome, result.Known, err)
		}
		got := look(m)
		if !cmp.Equal(got.Routes, x.before.Routes) && !cmp.Equal(got.Routes, x.after.Routes) {
			x.failf(m, "%v, and routes are neither as before nor as after: %s", result.Outcome,
				cmp.Diff(x.before.Routes, got.Routes))
		}
		if !slices.Equal(got.Held, x.before.Held) && !slices.Equal(got.Held, x.after.Held) {
			x.failf(m, "%v, and members hold neither what they did nor what they would (-before +now):\n%s",
				result.Outcome, cmp.Diff(x.before.Held, got.Held))
		}
		if !slices.Equal(got.Sessions, x.before.Sessions) && !slices.Equal(got.Sessions, x.after.Sessions) {
			x.failf(m, "%v, and sessions are neither as before nor as after: %s", result.Outcome,
				cmp.Diff(x.before.Sessions, got.Sessions))
		}
		if result.Outcome == apply.Restored && !cmp.Equal(got.Marks, x.before.Marks, cmpopts.EquateEmpty()) {
			x.failf(m, "marks are %v, and were %v", got.Marks, x.before.Marks)
		}
		if len(x.plan.Change.Live) == 0 {
			continue // before and after are the same policy
		}
		again, err := applier(&wire{Model: m}, &paper{}).Recover(context.Background(), x.plan)
		if err != nil || !same(look(m), got) {
			x.failf(m, "recovered a second time: %v, %v:\n%s", again.Outcome, err, differ(got, look(m)))
		}
	}
}

// Somebody edits something of ours, between any two calls: the outcome is said as it
// is, and Applied and Restored are never said of what is not.
func TestEdited(t *testing.T) {
	edits := map[string]func(*plantest.Objects){
		"an entry goes": func(o *plantest.Objects) {
			for set, elements := range o.Sets {
				if entries, are := elements.(policies.Prefixes); are && len(entries) > 1 {
					o.Sets[set] = slices.Clone(entries)[1:]
				}
			}
		},
		"an entry comes": func(o *plantest.Objects) {
			e := filters.Entry{Prefix: netip.MustParsePrefix("203.0.113.0/24"), Min: 24, Max: 24}
			for set, elements := range o.Sets {
				if strings.Contains(set.Name, "prefix4") {
					o.Sets[set] = elements.With(policies.Prefixes{e})
				}
			}
		},
		"the lock is broken": func(o *plantest.Objects) { o.Holder = "somebody" },
	}
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, scenarios()[1])
			meddled(t, x, func(m *plantest.Model) { m.ByHand(edit) },
				func(m *plantest.Model, k int, r apply.Result, err error) {
					s := stateOf(m)
					switch old, new := x.plan.Change.Undone(s) == nil, x.plan.Change.After(s); {
					case k == x.ops-1: // taking the lock off: all was read before
					case r.Outcome == apply.Restored && !old, r.Outcome == apply.Applied && !new:
						x.failf(m, "%v, and neither is so: %v", r.Outcome, err)
					case r.Outcome == apply.Partial && r.Known == "":
						x.failf(m, "nothing is said")
					}
					if name == "the lock is broken" && k > 1 && r.Outcome == apply.Applied &&
						k < len(x.plan.Change.Prepare) {
						x.failf(m, "went on without the lock")
					}
				})
		})
	}
}

// Routes are announced and withdrawn, and a member joins, between any two calls
// (rows 41, 46): the new policy is what they meet in the end.
func TestBusy(t *testing.T) {
	prefix := netip.MustParsePrefix
	joiner := netip.MustParseAddr("127.0.0.9")
	changes := map[string]func(*plantest.Model){
		"announced": func(m *plantest.Model) {
			for _, c := range stateOf(m).Clients {
				m.Announce(c.Address,
					policies.Route{Prefix: prefix("10.0.0.192/26"), Path: []filters.ASN{c.ASN}},
					policies.Route{Prefix: prefix("192.0.2.128/25"), Path: []filters.ASN{c.ASN, 64998}},
					policies.Route{Prefix: prefix("10.0.0.0/16"), Path: []filters.ASN{c.ASN, 64998, 64991}})
			}
		},
		"withdrawn": func(m *plantest.Model) {
			for _, c := range stateOf(m).Clients {
				for _, p := range prefixes[:6] {
					m.Withdraw(c.Address, prefix(p))
				}
			}
		},
		"joined": func(m *plantest.Model) {
			c := stateOf(m).Clients[1]
			c.Address, c.ASN = joiner, asnOf(joiner)
			if len(c.Import.Policies) == 0 || c.Import.Policies[0] != policies.ImportPolicy {
				c.Import.Policies = append([]string{policies.ImportPolicy}, c.Import.Policies...)
			}
			m.AddClient(c)
			m.Announce(joiner, announcements(joiner)...)
		},
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, scenarios()[1])
			meddled(t, x, change, func(m *plantest.Model, k int, r apply.Result, err error) {
				want := b
				switch r.Outcome {
				case apply.Applied:
				case apply.Untouched:
					want = a
				default:
					x.failf(m, "%v, %s: %v", r.Outcome, r.Known, err)
				}
				if stale := new(apply.StaleError); want == a && (name != "joined" || !errors.As(err, &stale)) {
					x.failf(m, "%v: %v", r.Outcome, err)
				}
				if diff := cmp.Diff(oracle(m, want), look(m).Routes); diff != "" {
					x.failf(m, "routes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// The tables say otherwise (row 40): it is undone by itself, and said which route.
func TestVerificationFails(t *testing.T) {
	tests := map[string]struct {
		spoil func(m *plantest.Model, client netip.Addr)
		want  string
	}{
		"a refused route stays": {func(m *plantest.Model, c netip.Addr) {
			m.Spoil(func(r policies.Route) (policies.Route, bool) {
				return r, r.Peer == c && r.Prefix == netip.MustParsePrefix("10.0.0.128/25")
			})
		}, "verification: 10.0.0.128/25 of 127.0.0.2 is refused by the new policy, and is in the table"},
		"a changed route is as announced": {func(m *plantest.Model, c netip.Addr) {
			m.Spoil(func(r policies.Route) (policies.Route, bool) {
				return r, r.Peer == c && r.Prefix == netip.MustParsePrefix("10.0.0.0/9")
			})
		}, "verification: 10.0.0.0/9 of 127.0.0.2 is treated by the new policy, and has nothing of it in the table"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			x := newTrial(t, scenarios()[1])
			m := x.start
			w := &wire{Model: m}
			w.before = func(int) {
				if made := m.Calls(); len(made) > 0 && made[len(made)-1].Verb == plan.OpenGate {
					test.spoil(m, netip.MustParseAddr("127.0.0.2"))
				} else if len(made) > 0 && made[len(made)-1].Verb == plan.CloseGate {
					m.Spoil(nil)
				}
			}
			result, err := applier(w, &paper{}).Apply(context.Background(), x.plan)
			if unproven := new(apply.UnprovenError); !errors.As(err, &unproven) ||
				!strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
			if result.Outcome != apply.Restored || !same(x.before, look(m)) {
				t.Errorf("%v, %s:\n%s", result.Outcome, result.Known, differ(x.before, look(m)))
			}
		})
	}
}

// The file of the operator has what was in force before, and is reloaded between any
// two calls. The live call still answers then, on a gate that nothing stands behind; to
// go on would take out what the file has brought back, and leave nothing treated.
func TestReloadedFromFile(t *testing.T) {
	from := scenarios()[1]
	silent := from
	silent.from = func(t testing.TB) *plantest.Model { // no route tells: only reading back does
		m := from.from(t)
		for _, c := range stateOf(m).Clients {
			for _, p := range prefixes {
				m.Withdraw(c.Address, netip.MustParsePrefix(p))
			}
		}
		return m
	}
	t.Run("with routes", func(t *testing.T) { reloaded(t, from) })
	t.Run("without", func(t *testing.T) { reloaded(t, silent) })
}

func reloaded(t *testing.T, s scenario) {
	x := newTrial(t, s)
	var taking int // the operation that takes the old generation out
	w := &wire{Model: x.start.Clone()}
	w.after = func(int) {
		if c := w.Model.Calls(); c[len(c)-1].Verb == plan.TakeStatements {
			taking = w.ops - 1
		}
	}
	if _, err := applier(w, &paper{}).Apply(context.Background(), x.plan); err != nil {
		t.Fatal(err)
	}
	meddled(t, x, func(m *plantest.Model) { m.Load(buildPolicy(a)) },
		func(m *plantest.Model, k int, r apply.Result, err error) {
			old, new := x.plan.Change.Before(stateOf(m)), x.plan.Change.After(stateOf(m))
			switch {
			case k < taking && !old:
				x.failf(m, "%v, %s: %v: what the file has brought back is out", r.Outcome, r.Known, err)
			case r.Outcome == apply.Applied && !new, r.Outcome == apply.Restored &&
				!old, (r.Outcome == apply.Applied) != (err == nil):
				x.failf(m, "%v, and neither is so: %v", r.Outcome, err)
			case r.Outcome == apply.Partial:
				x.knownTruly(m, r.Known, look(m))
			}
		})
}
