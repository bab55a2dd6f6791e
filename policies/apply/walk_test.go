package apply_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// step is a state to go to; nil takes everything out.
type step struct {
	name string
	list *filters.Compiled
}

// failing is what a test and a property have in common.
type failing interface {
	Helper()
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

// oracle returns the table as it should be: all routes of all clients, each as the
// list says.
func oracle(m *plantest.Model, c *filters.Compiled) []string {
	var out []string
	for _, client := range stateOf(m).Clients {
		for r := range m.Received(context.Background(), client.Address) {
			if got, ok := meant(c, client.RouteServer, client.Import.Policies, client.Import.Default == plan.Reject,
				r); ok {
				out = append(out, text(got))
			}
		}
	}
	slices.Sort(out)
	return out
}

// changing returns the clients with a route that one list makes something else of
// than the other.
func changing(m *plantest.Model, old, new *filters.Compiled) []netip.Addr {
	var out []netip.Addr
	outcome := func(c *filters.Compiled, r policies.Route) string {
		if c == nil {
			return text(r)
		}
		if got, ok := treated(c, r); ok {
			return text(got)
		}
		return "refused"
	}
	for _, client := range stateOf(m).Clients {
		if !client.RouteServer {
			continue
		}
		for r := range m.Received(context.Background(), client.Address) {
			if outcome(old, r) != outcome(new, r) {
				out = append(out, client.Address)
				break
			}
		}
	}
	return out
}

// walk goes from state to state, and looks at everything after each.
func walk(t failing, m *plantest.Model, steps ...step) {
	t.Helper()
	lists := listsOf(m)
	var last *filters.Compiled
	for i, s := range steps {
		var policy *policies.RoutingPolicy
		if s.list != nil {
			policy = buildPolicy(s.list)
		}
		p := planned(m, policy, fmt.Sprintf("walk-%d", i))
		paper := &paper{}
		made := len(m.Calls())
		result, err := applier(&wire{Model: m}, paper).Apply(context.Background(), p)
		if err != nil || result.Outcome != apply.Applied && !p.Change.Empty() {
			t.Fatalf("%s: %v, %s: %v\n%v", s.name, result.Outcome, result.Known, err, m)
		}
		if diff := cmp.Diff(oracle(m, s.list), look(m).Routes, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: routes (-want +got):\n%s", s.name, diff)
		}
		if diff := cmp.Diff(changing(m, last, s.list), result.Reset, addresses, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s: reset (-want +got):\n%s", s.name, diff)
		}
		if got := m.Calls()[made:]; len(got) != len(paper.intended) || paper.done != len(got) {
			t.Fatalf("%s: %d calls made, %d intended, %d done", s.name, len(got), len(paper.intended), paper.done)
		}
		if diff := cmp.Diff(lists, listsOf(m)); diff != "" {
			t.Fatalf("%s: the operator's lists (-before +after):\n%s", s.name, diff)
		}
		nothingMore(t, m, p)
		nothingMore(t, m, planned(m, policy, "again"))
		last = s.list
	}
}

// nothingMore applies a plan of what is there already: nothing is written.
func nothingMore(t failing, m *plantest.Model, p *plan.Plan) {
	t.Helper()
	made := len(m.Calls())
	result, err := applier(&wire{Model: m}, &paper{}).Apply(context.Background(), p)
	if err != nil || result.Outcome != apply.Nothing || len(m.Calls()) != made {
		t.Fatalf("the second time: %v, %d calls, %v", result.Outcome, len(m.Calls())-made, err)
	}
}

var addresses = cmp.Comparer(func(a, b netip.Addr) bool { return a == b })

// listsOf returns the clients' lists and defaults without ours.
func listsOf(m *plantest.Model) []string {
	var out []string
	ours := func(name string) bool { return name == policies.ImportPolicy || name == policies.ExportPolicy }
	for _, c := range stateOf(m).Clients {
		out = append(out, fmt.Sprint(c.Address, slices.DeleteFunc(c.Import.Policies, ours), c.Import.Default,
			slices.DeleteFunc(c.Export.Policies, ours), c.Export.Default))
	}
	return out
}

func TestWalk(t *testing.T) {
	nothing := &filters.Compiled{}
	walk(t, exchange(), step{"a", a}, step{"b", b}, step{"a", a}, step{"clear", nil}, step{"b", b},
		step{"nothing", nothing}, step{"clear", nil})
}

// A member whose session is down has no routes, and is in nobody's way; one that is
// gone while its turn comes neither.
func TestMemberGoesWhileApplying(t *testing.T) {
	m := exchange()
	must(t, m, planned(m, buildPolicy(a), "a"))
	p := planned(m, buildPolicy(b), "b")
	w := &wire{Model: m}
	w.before = func(int) {
		if calls := m.Calls(); calls[len(calls)-1].Verb == plan.OpenGate {
			for _, c := range stateOf(m).Clients {
				if c.Address == netip.MustParseAddr("127.0.0.4") {
					c.Up = false
					m.AddClient(c) // without routes
				}
			}
		}
	}
	result, err := applier(w, &paper{}).Apply(context.Background(), p)
	if err != nil || result.Outcome != apply.Applied {
		t.Fatalf("%v, %s: %v", result.Outcome, result.Known, err)
	}
	if diff := cmp.Diff(oracle(m, b), look(m).Routes); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

// Random lists, members and routes.
func TestWalkAtRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := exchange()
		var steps []step
		for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
			steps = append(steps, step{fmt.Sprint("step ", i), list(t)})
		}
		for _, c := range stateOf(m).Clients {
			if rapid.Bool().Draw(t, "silent") {
				for _, p := range prefixes[:rapid.IntRange(0, len(prefixes)).Draw(t, "withdrawn")] {
					m.Withdraw(c.Address, netip.MustParsePrefix(p))
				}
			}
		}
		walk(t, m, steps...)
	})
}

// list draws a list, or none.
func list(t *rapid.T) *filters.Compiled {
	if rapid.IntRange(0, 5).Draw(t, "clear") == 0 {
		return nil
	}
	c := &filters.Compiled{}
	for _, treatment := range treatments {
		f := filters.Filter{Treatment: treatment.Name}
		f.Prefixes = entries(rapid.SliceOfN(rapid.SampledFrom(prefixes), 0, 3).Draw(t, "entries")...)
		if rapid.IntRange(0, 3).Draw(t, "as") == 0 {
			f.ASNs = []filters.ASMatch{{ASN: 64999}}
		}
		if rapid.IntRange(0, 4).Draw(t, "group") == 0 {
			f.Groups = []filters.Group{{ASNs: []filters.ASN{64998}, Except: []filters.ASN{64997}}}
		}
		if f.Prefixes.Len()+len(f.ASNs)+len(f.Groups) > 0 {
			c.Filters = append(c.Filters, f)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "spared") == 0 {
		c.Protected = entries("10.1.0.0/16")
	}
	return c
}
