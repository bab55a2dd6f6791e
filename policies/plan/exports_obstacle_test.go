package plan_test

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// refusing is a policy that treats nothing, where members refuse 10.0.0.0/8.
func refusing(members ...string) *policies.RoutingPolicy {
	list := &filters.Compiled{Filters: []filters.Filter{{Treatment: "choice",
		Prefixes: filters.Entries{IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8,
			Max: 32}}}}}}
	c := build.Choices{Lists: []build.ChosenList{{Name: "bad", Compiled: list}}}
	for _, m := range members {
		c.Members = append(c.Members, build.Chooser{Addresses: []netip.Addr{netip.MustParseAddr(m)},
			Policies: map[string]policies.MemberPolicy{"bad": policies.Refuse}})
	}
	return build.PolicyWithChoices(&filters.Compiled{}, treatments, asn, c)
}

// treating is a policy that treats 10.0.0.0/8, where members have chosen nothing.
func treating() *policies.RoutingPolicy {
	return build.Policy(&filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer",
		Prefixes: filters.Entries{IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8,
			Max: 32}}}}}}, treatments, asn)
}

// holding is a route server with p in force, an announcer of two routes, and two
// members who hold them.
func holding(p *policies.RoutingPolicy, change func(*plan.Client)) *plantest.Model {
	m := plantest.New(server)
	m.Sends()
	m.Load(p)
	for i, a := range []string{"127.0.0.2", "127.0.0.3", "127.0.0.4"} {
		c := plan.Client{Address: netip.MustParseAddr(a), ASN: filters.ASN(65000 + i), RouteServer: true, Up: true}
		c.Import = plan.Assignment{Policies: []string{policies.ImportPolicy}, Default: plan.Accept}
		c.Export = plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept}
		if i == 1 {
			change(&c)
		}
		m.AddClient(c)
	}
	for _, prefix := range []string{"10.1.0.0/16", "192.0.2.0/24"} {
		m.Announce(netip.MustParseAddr("127.0.0.2"),
			policies.Route{Prefix: netip.MustParsePrefix(prefix), Path: []filters.ASN{65000, 64990}})
	}
	return m
}

func heldBy(m *plantest.Model, a string) string {
	var out []string
	for _, r := range m.Held(context.Background(), netip.MustParseAddr(a)) {
		out = append(out, r.Prefix.String()+fmt.Sprint(r.LargeCommunities))
	}
	return strings.Join(out, " ")
}

// A client whose export list lacks us gets its place in time, wherever that can help;
// where it cannot, it is an obstacle.
func TestPlaceInExportLists(t *testing.T) {
	unanchored := func(c *plan.Client) { c.Export.Policies = nil }
	dynamic := func(c *plan.Client) { unanchored(c); c.Dynamic = true }
	tests := map[string]struct {
		before   *policies.RoutingPolicy
		change   func(*plan.Client)
		after    *policies.RoutingPolicy
		obstacle string
	}{
		"nothing in force":          {&policies.RoutingPolicy{}, unanchored, refusing("127.0.0.3"), ""},
		"a treatment in force":      {treating(), unanchored, refusing("127.0.0.3", "127.0.0.4"), ""},
		"another member's in force": {refusing("127.0.0.4"), unanchored, refusing("127.0.0.3", "127.0.0.4"), ""},
		"its own in force": {refusing("127.0.0.3"), unanchored, refusing("127.0.0.3"),
			"127.0.0.3: holds routes as if it had chosen nothing, as its export list has lost depeer-export"},
		"its own in force, and more": {refusing("127.0.0.3"), unanchored, refusing("127.0.0.3", "127.0.0.4"),
			"127.0.0.3: holds routes as if it had chosen nothing"},
		"its own in force, and no more": {refusing("127.0.0.3"), unanchored, refusing("127.0.0.4"), ""},
		"dynamic": {&policies.RoutingPolicy{}, dynamic, refusing("127.0.0.4"),
			"127.0.0.3: a dynamic neighbor takes its lists from its peer group when its session comes up"},
		"dynamic, and nobody chooses": {&policies.RoutingPolicy{}, dynamic, &policies.RoutingPolicy{}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := holding(test.before, test.change)
			s := state(m)
			var got []string
			for _, o := range plan.ChoiceObstacles(s, test.after) {
				got = append(got, o.Object+": "+o.Why)
			}
			if test.obstacle != "" {
				if len(got) != 1 || !strings.HasPrefix(got[0], test.obstacle) {
					t.Fatalf("obstacles %q, want %q", got, test.obstacle)
				}
				return
			}
			if len(got) != 0 {
				t.Fatalf("obstacles %q", got)
			}
			change := plan.To(s, test.after, "x")
			for _, call := range slices.Concat(change.Prepare, change.Live, change.Assigning()) {
				do(t, m, call)
				if call.Verb == plan.OpenGate && name != "its own in force, and no more" {
					assertTagsAreStripped(t, m)
				}
			}
			do(t, m, plan.Call{Verb: plan.Reset, Client: netip.MustParseAddr("127.0.0.2")})
			for _, call := range change.Cleaning() {
				do(t, m, call)
			}
			for _, a := range []string{"127.0.0.3", "127.0.0.4"} {
				want := "10.1.0.0/16[] 192.0.2.0/24[]"
				if test.after.Chooses(netip.MustParseAddr(a)) {
					want = "192.0.2.0/24[]"
				}
				if got := heldBy(m, a); got != want {
					t.Errorf("%s holds %s, want %s", a, got, want)
				}
			}
		})
	}
}

// assertTagsAreStripped fails where routes get tags of choices, and a client's export list
// lacks the policy that takes them off again: it would be sent routes with these bytes more.
func assertTagsAreStripped(t *testing.T, m *plantest.Model) {
	t.Helper()
	s := state(m)
	for _, c := range s.Clients {
		if len(s.InForce().Tags()) > 0 && !slices.Contains(c.Export.Policies, policies.ExportPolicy) {
			t.Errorf("routes have tags of choices, and the export list of %s is %q", c.Address, c.Export.Policies)
		}
	}
}

// Who is sent several paths for a prefix cannot choose.
func TestAddPath(t *testing.T) {
	m := holding(&policies.RoutingPolicy{}, func(c *plan.Client) { c.AddPath = true })
	if got := plan.JudgeAddPath(state(m), refusing("127.0.0.4")); len(got) != 0 {
		t.Errorf("has not chosen: %v", got)
	}
	got := plan.JudgeAddPath(state(m), refusing("127.0.0.3", "127.0.0.4"))
	if len(got) != 1 || got[0].OK || got[0].Flag != "" || got[0].Member.String() != "127.0.0.3" {
		t.Errorf("%+v", got)
	}
	p := &plan.Plan{Change: *plan.To(state(m), refusing("127.0.0.3"), "x")}
	if o := p.Obstacles(state(m)); len(o) != 1 || o[0].Code != plan.Stuck {
		t.Errorf("obstacles %v", o)
	}
}

// Two programs that share a tag by chance are told.
func TestTagsByChance(t *testing.T) {
	old, want := refusing("127.0.0.3"), refusing("127.0.0.4")
	tag := old.Tags()[0]
	for i := range want.Import {
		for j, c := range want.Import[i].Actions.AddLargeCommunities {
			if c.IsTag() {
				want.Import[i].Actions.AddLargeCommunities[j] = tag
			}
		}
	}
	o := plan.ChoiceObstacles(state(holding(old, func(*plan.Client) {})), want)
	if len(o) != 1 || o[0].Object != tag.String() {
		t.Errorf("obstacles %v", o)
	}
}

// What is half of ours is said, and not changed over: a statement that is put back for
// tags which routes have takes nothing back.
func TestHalfOfChoices(t *testing.T) {
	p := refusing("127.0.0.3")
	m := holding(p, func(*plan.Client) {})
	do(t, m, plan.Call{Verb: plan.TakeStatements, Policy: policies.ExportPolicy,
		Take: []string{p.Export[0].Name, p.Export[1].Name}})
	s := state(m)
	if o := s.Obstacles(); len(o) != 1 || o[0].Code != plan.NotOurs ||
		!strings.Contains(o[0].Why, "has no statement about the tag") {
		t.Errorf("obstacles %v", o)
	}
	if plan.To(s, p, "x").Empty() {
		t.Error("there is nothing to do")
	}
	var said []string
	for _, d := range plan.Drift(s, p) {
		said = append(said, fmt.Sprint(d.Object, " ", d.What))
	}
	for _, want := range []string{"statement " + p.Export[0].Name + " is missing",
		"policy depeer-export has no statement about the tag " + p.Tags()[0].String() +
			", which routes have: it reaches members"} {
		if !slices.Contains(said, want) {
			t.Errorf("drift %q, want %q", said, want)
		}
	}
	other := holding(p, func(c *plan.Client) { c.Export.Policies = nil })
	if d := plan.Drift(state(other), p); len(d) != 1 ||
		d[0].What != "has no depeer-export: it gets what it has chosen to refuse" {
		t.Errorf("drift %v", d)
	}
}
