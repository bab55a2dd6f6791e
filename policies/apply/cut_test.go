package apply_test

import (
	"context"
	"flag"
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
	"depeer/policies/build"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// every has recoveries killed after each of their calls, too: for .ci/long.
var every = flag.Bool("every", false, "cut each recovery of each cut apply at every call")

// scenario is a representative apply: where it starts, and what it leads to.
type scenario struct {
	name string
	from func(t testing.TB) *plantest.Model
	to   *policies.RoutingPolicy // nil: clear
}

// scenarios are all, or few under the race detector, which makes them five times as slow:
// .ci/run runs this package without it, too.
func scenarios() []scenario {
	all := allScenarios()
	if raced && !*every {
		few := []string{"first", "a to b", "a to b, and sessions", "clear"}
		all = slices.DeleteFunc(all, func(s scenario) bool { return !slices.Contains(few, s.name) })
	}
	return all
}

func allScenarios() []scenario {
	holding := func(p *policies.RoutingPolicy) func(testing.TB) *plantest.Model {
		return func(t testing.TB) *plantest.Model {
			m := exchange()
			must(t, m, planned(m, p, "earlier"))
			return m
		}
	}
	return []scenario{
		{"first", func(testing.TB) *plantest.Model { return exchange() }, buildPolicy(a)},
		{"a to b", holding(buildPolicy(a)), buildPolicy(b)},
		{"a to b, and a member without a place", func(t testing.TB) *plantest.Model {
			m := holding(buildPolicy(a))(t)
			c := stateOf(m).Clients[1]
			c.Import.Policies = c.Import.Policies[1:]
			m.AddClient(c)
			m.Announce(c.Address, announcements(c.Address)...)
			return m
		}, buildPolicy(b)},
		{"places only", func(t testing.TB) *plantest.Model {
			m := holding(buildPolicy(a))(t)
			c := stateOf(m).Clients[1]
			c.Import.Policies, c.Export.Policies = nil, nil
			m.AddClient(c)
			m.Announce(c.Address, announcements(c.Address)...)
			return m
		}, buildPolicy(a)},
		{"to nothing", holding(buildPolicy(a)), &policies.RoutingPolicy{}},
		{"clear", holding(buildPolicy(a)), nil},
		{"a to b, and sessions", holding(shutting(a, 65002)), shutting(b, 65003, 65004)},
		{"sessions only", holding(shutting(a, 65002, 65008)), shutting(a, 65003, 65004, 65008)},
		{"clear, and sessions", holding(shutting(a, 65002, 65003)), nil},
		{"other choices", choices(a, policies.Refuse, policies.Deprefer, nobody),
			choosing(b, nobody, policies.Refuse, policies.Refuse)},
		{"the same choices", choices(a, policies.Refuse, policies.Deprefer, nobody),
			choosing(b, policies.Refuse, policies.Deprefer, nobody)},
		{"clear, and choices", choices(a, policies.Refuse, policies.Deprefer, policies.Tag), nil},
	}
}

// sending has members be sent what they get, the second with secondary-route.
func sending(m *plantest.Model) *plantest.Model {
	c := stateOf(m).Clients[1]
	c.SecondaryRoute = true
	m.AddClient(c)
	m.Announce(c.Address, announcements(c.Address)...)
	m.Sends()
	return m
}

// nobody is no wish.
const nobody = policies.MemberPolicy(99)

// choosing is the policy of a list about which the second, the third and the last member
// have these wishes, if any.
func choosing(c *filters.Compiled, wishes ...policies.MemberPolicy) *policies.RoutingPolicy {
	named := &filters.Compiled{Filters: []filters.Filter{{
		Treatment: "choice", Prefixes: entries("10.0.0.0/9", "192.0.2.0/24", "2001:db8::/48"),
		ASNs: []filters.ASMatch{{ASN: 64998, Where: filters.Path}},
	}}}
	all := build.Choices{Lists: []build.ChosenList{{Name: "bad", Compiled: named}}, Deprefer: treatments[1],
		Tag: treatments[2]}
	for i, address := range []string{"127.0.0.3", "127.0.0.4", "127.0.0.8"} {
		if wishes[i] != nobody {
			all.Members = append(all.Members, build.Chooser{Addresses: []netip.Addr{netip.MustParseAddr(address)},
				Policies: map[string]policies.MemberPolicy{"bad": wishes[i]}})
		}
	}
	return build.PolicyWithChoices(c, treatments, asn, all)
}

// choices is an exchange with such a policy in force.
func choices(c *filters.Compiled, wishes ...policies.MemberPolicy) func(testing.TB) *plantest.Model {
	return func(t testing.TB) *plantest.Model {
		m := sending(exchange())
		must(t, m, planned(m, choosing(c, wishes...), "earlier"))
		return m
	}
}

// shutting is the policy of a list that has these members' sessions shut.
func shutting(c *filters.Compiled, members ...filters.ASN) *policies.RoutingPolicy {
	p := *buildPolicy(c)
	for _, m := range members {
		p.Sessions = append(p.Sessions, policies.Session{ASN: m, Message: "listed"})
	}
	return &p
}

// trial is a scenario with pictures of what is before and after.
type trial struct {
	t             *testing.T
	what          string
	start         *plantest.Model
	plan          *plan.Plan
	before, after picture
	ops           int // of an undisturbed apply
}

func newTrial(t *testing.T, s scenario) *trial {
	x := &trial{t: t, start: s.from(t)}
	x.before = look(x.start)
	x.plan = planned(x.start, s.to, "cut")
	done := x.start.Clone()
	must(t, done, x.plan)
	x.after = look(done)
	return x
}

func (x *trial) failf(m *plantest.Model, format string, args ...any) {
	x.t.Helper()
	x.t.Fatalf("%s: %s\n%v", x.what, fmt.Sprintf(format, args...), m)
}

// ops counts the operations of an undisturbed apply, or recovery.
func ops(m *plantest.Model, f func(*apply.Applier)) int {
	w := &wire{Model: m.Clone()}
	f(applier(w, &paper{}))
	return w.ops
}

// truly checks that a result says what is so.
func (x *trial) truly(m *plantest.Model, result apply.Result, err error) {
	x.t.Helper()
	// What is late takes effect in the end.
	stateOf(m)
	stateOf(m)
	got := look(m)
	switch result.Outcome {
	case apply.Untouched, apply.Restored:
		if !same(x.before, got) {
			x.failf(m, "%v (%v), and it is not as before (-before +now):\n%s", result.Outcome, err,
				differ(x.before, got))
		}
	case apply.Applied, apply.Nothing:
		if !same(x.after, got) {
			x.failf(m, "%v (%v), and it is not as after (-after +now):\n%s", result.Outcome, err, differ(x.after, got))
		}
	case apply.Partial:
		x.knownTruly(m, result.Known, got)
	}
	if (err == nil) != (result.Outcome == apply.Applied || result.Outcome == apply.Nothing) {
		x.failf(m, "%v, with the error %v", result.Outcome, err)
	}
}

func same(want, got picture) bool {
	return slices.Equal(want.Routes, got.Routes) && slices.Equal(want.Held, got.Held) &&
		slices.Equal(want.Meaning, got.Meaning) && slices.Equal(want.Objects, got.Objects) &&
		slices.Equal(want.Marks, got.Marks) && slices.Equal(want.Lists, got.Lists) &&
		slices.Equal(want.Sessions, got.Sessions) && slices.Equal(want.Holders, got.Holders)
}

func differ(want, got picture) string { return cmp.Diff(want, got, cmpopts.EquateEmpty()) }

// knownTruly checks each thing that a partial outcome says.
func (x *trial) knownTruly(m *plantest.Model, known string, got picture) {
	x.t.Helper()
	if known == "" {
		x.failf(m, "nothing is said")
	}
	old, new := x.plan.Change.Before(stateOf(m)), x.plan.Change.After(stateOf(m))
	for _, claim := range []struct {
		says string
		true bool
	}{
		{"policy is as before", cmp.Equal(x.before.Routes, got.Routes) && cmp.Equal(x.before.Objects, got.Objects)},
		{"the old policy is in force", old},
		{"the new policy is in force", new},
		{"the change is in force", new},
		{"the new policy was in force", new},
		{"what was before is in force", old},
		{"no call that was made changes", cmp.Equal(x.before.Meaning, got.Meaning)},
		{"the old policy or the new one is in force", old || new},
		{"neither the old policy", !old && !new},
	} {
		if strings.Contains(known, claim.says) && !claim.true {
			x.failf(m, "it is not true that %q", known)
		}
	}
}

// recovered checks that a recovery has led to exactly before or exactly after. Without
// the plan, places in lists may be kept where nothing is in force, and marks.
func (x *trial) recovered(m *plantest.Model, plan bool, result apply.Result, err error) {
	x.t.Helper()
	if err != nil {
		x.failf(m, "recover: %v, %s: %v", result.Outcome, result.Known, err)
	}
	got, was, will := look(m), x.before, x.after
	if !plan {
		for _, p := range []*picture{&got, &was, &will} {
			p.Lists, p.Marks = nil, nil
		}
	}
	before, after := same(was, got), same(will, got)
	switch {
	case !before && !after:
		x.failf(m, "recovered (%v), and it is neither as before (-before +now):\n%s\nnor as after (-after +now):\n%s",
			result.Outcome, differ(was, got), differ(will, got))
	case !before && result.Outcome == apply.Restored:
		x.failf(m, "restored, and it is not as before (-before +now):\n%s", differ(was, got))
	case !after && result.Outcome == apply.Applied:
		x.failf(m, "applied, and it is not as after (-after +now):\n%s", differ(will, got))
	}
}

// recover recovers copies of m, with the plan and without it, undisturbed, and
// killed after one of its calls, chosen by start (with -every: after every call).
func (x *trial) recover(m *plantest.Model, start int) {
	x.t.Helper()
	ctx := context.Background()
	what := x.what
	for _, p := range []*plan.Plan{x.plan, nil} {
		x.what = fmt.Sprintf("%s, recovered with plan %t", what, p != nil)
		n := writes(m, func(w *wire) { applier(w, &paper{}).Recover(ctx, p) })
		for k := -1; k < n; k++ { // -1: undisturbed
			if k >= 0 && k != start%n && !*every {
				continue
			}
			x.what = fmt.Sprintf("%s, recovered with plan %t, killed after call %d of %d", what, p != nil, k, n)
			c := m.Clone()
			unlessKilled(func() { applier(killing(c, k), &paper{}).Recover(ctx, p) })
			result, err := applier(&wire{Model: c}, &paper{}).Recover(ctx, p)
			x.recovered(c, p != nil, result, err)
		}
	}
	x.what = what
}

// killing kills who uses it behind the effect of a writing call, by number. (Before
// the next one is the same: reading changes nothing.)
func killing(m *plantest.Model, at int) *wire {
	w := &wire{Model: m}
	w.after = func(n int) {
		if n == at {
			panic(killed{})
		}
	}
	return w
}

// writes counts the writing calls of what f does.
func writes(m *plantest.Model, f func(*wire)) int {
	n := 0
	f(&wire{Model: m.Clone(), after: func(int) { n++ }})
	return n
}

// TestKilled kills depeer after every call of every representative apply, and
// recovers; each recovery is killed after every call, and repeated.
func TestKilled(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, s)
			n := len(namesOfCalls(x.start, x.plan))
			for k := range n {
				x.what = fmt.Sprintf("killed after call %d of %d", k, n)
				m := x.start.Clone()
				p := &paper{}
				if unlessKilled(func() { applier(killing(m, k), p).Apply(context.Background(), x.plan) }) {
					x.failf(m, "not killed")
				}
				if made := len(m.Calls()); made != k+1 || len(p.intended) != made {
					x.failf(m, "%d calls made, %d intended", made, len(p.intended))
				}
				x.recover(m, k)
			}
		})
	}
}

// TestFaults has every writing call fail in every way, and the daemon be out of reach
// from every operation on: what is said of the outcome is true.
func TestFaults(t *testing.T) {
	faults := map[string]plantest.Fault{
		"unsent": plantest.Unsent, "refused": plantest.Refusing, "lost": plantest.Lost,
		"dropped": plantest.Dropped, "late": plantest.Late, "later": plantest.Later,
	}
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, s)
			outcomes := map[string]int{}
			n := len(namesOfCalls(x.start, x.plan))
			for name, fault := range faults {
				for k := range n {
					x.what = fmt.Sprintf("%s at call %d of %d", name, k, n)
					m := x.start.Clone()
					seen := -1
					m.OnCall(func(int, plan.Call) plantest.Fault {
						if seen++; seen == k {
							return fault
						}
						return plantest.Healthy
					})
					result, err := applier(&wire{Model: m}, &paper{}).Apply(context.Background(), x.plan)
					m.OnCall(nil)
					x.truly(m, result, err)
					outcomes[name+": "+result.Outcome.String()]++
					if result.Outcome == apply.Partial {
						x.failf(m, "one fault, and it is partial: %s: %v", result.Known, err)
					}
				}
			}
			all := ops(x.start, func(a *apply.Applier) { a.Apply(context.Background(), x.plan) })
			for k := range all {
				for _, lost := range []bool{false, true} {
					x.what = fmt.Sprintf("out of reach from operation %d of %d on (effect %t)", k, all, lost)
					m := x.start.Clone()
					w := &wire{Model: m, cut: func(n int) bool { return n > k || n == k && !lost }}
					if lost { // the last call that gets through, without its answer
						m.OnCall(func(int, plan.Call) plantest.Fault {
							if w.ops == k+1 {
								return plantest.Lost
							}
							return plantest.Healthy
						})
					}
					result, err := applier(w, &paper{}).Apply(context.Background(), x.plan)
					m.OnCall(nil)
					x.truly(m, result, err)
					outcomes["out of reach: "+result.Outcome.String()]++
					if result.Outcome == apply.Partial {
						result, err = applier(&wire{Model: m}, &paper{}).Recover(context.Background(), x.plan)
						x.recovered(m, true, result, err)
					}
				}
			}
			t.Log(outcomes)
		})
	}
}

// namesOfCalls returns the writing calls of an undisturbed apply.
func namesOfCalls(m *plantest.Model, p *plan.Plan) []plan.Call {
	paper := &paper{}
	applier(&wire{Model: m.Clone()}, paper).Apply(context.Background(), p)
	return paper.intended
}

// TestInterrupted cancels at every operation (row 38): a clean stop before anything
// was written, or what was before is in force again; behind the proof it is finished.
func TestInterrupted(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, s)
			n := ops(x.start, func(a *apply.Applier) { a.Apply(context.Background(), x.plan) })
			var outcomes []apply.Outcome
			for k := range n {
				x.what = fmt.Sprintf("interrupted at %d of %d", k, n)
				m := x.start.Clone()
				ctx, cancel := context.WithCancel(context.Background())
				w := &wire{Model: m, before: func(n int) {
					if n == k {
						cancel()
					}
				}}
				result, err := applier(w, &paper{}).Apply(ctx, x.plan)
				x.truly(m, result, err)
				if result.Outcome == apply.Partial {
					x.failf(m, "partial: %s: %v", result.Known, err)
				}
				outcomes = append(outcomes, result.Outcome)
				cancel()
			}
			if outcomes = slices.Compact(outcomes); !cmp.Equal(outcomes,
				[]apply.Outcome{apply.Untouched, apply.Restored, apply.Applied}) {
				t.Errorf("outcomes, in order: %v", outcomes)
			}
		})
	}
}

// TestJournalFull cannot write at every line (row 33).
func TestJournalFull(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t, s)
			lines := 2 * len(namesOfCalls(x.start, x.plan))
			for k := range lines {
				for _, forGood := range []bool{true, false} {
					x.what = fmt.Sprintf("journal full at line %d of %d (for good %t)", k, lines, forGood)
					m := x.start.Clone()
					p := &paper{fail: func(n int) bool { return n == k || n > k && forGood }}
					result, err := applier(&wire{Model: m}, p).Apply(context.Background(), x.plan)
					if err == nil {
						x.failf(m, "%v, and no error", result.Outcome)
					}
					if k == 0 && (result.Outcome != apply.Untouched || len(m.Calls()) != 0) {
						x.failf(m, "%v, with %d calls", result.Outcome, len(m.Calls()))
					}
					if result.Outcome == apply.Applied {
						err = nil // that of the journal
					}
					x.truly(m, result, err)
					if result.Outcome == apply.Partial {
						x.failf(m, "partial: %s: %v", result.Known, err)
					}
				}
			}
		})
	}
}
