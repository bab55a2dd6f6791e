package apply_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/gobgp"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// operators is what the operator of the real exchange has, and the two definitions
// that he has pasted. Policy "in" refuses one prefix, and tags and accepts the rest.
const operators = `
[[defined-sets.prefix-sets]]
prefix-set-name = "unwanted"
prefix-list = [{ip-prefix = "10.1.2.0/24"}]
[[policy-definitions]]
name = "in"
[[policy-definitions.statements]]
name = "unwanted"
conditions.match-prefix-set = {prefix-set = "unwanted", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "tag"
actions.route-disposition = "accept-route"
actions.bgp-actions.set-large-community = {options = "add", set-large-community-method.communities-list = ["64500:1:1"]}
[[policy-definitions]]
name = "depeer"
[[policy-definitions]]
name = "depeer-export"
`

// real is a gobgpd with BIRD members, and a proxy before it.
type real struct {
	*testbed.Running
	t      *testing.T
	proxy  *proxy
	client *gobgp.Client
	plans  int
}

// start starts the exchange. Each prefix has one announcer, so that what a member
// holds is what became of it.
func start(t *testing.T, timeout time.Duration) *real {
	t.Helper()
	members := []testbed.MemberConfig{
		{ASN: 65002, LocalPref: true},
		{ASN: 65003, LocalPref: true, Import: []string{"in"}, ImportDefault: testbed.Reject},
		{ASN: 65004, LocalPref: true, Import: []string{"in"}},
		{ASN: 65008, LocalPref: true, Announce: testbed.Announce("100.64.0.0/24")},
	}
	tails := [][]filters.ASN{nil, {64999}, {64998, 64991}, {64998, 64997}}
	for i, p := range prefixes {
		m := &members[i%3]
		m.Announce = append(m.Announce, testbed.Announcement{Prefix: netip.MustParsePrefix(p), Path: tails[i/3%4]})
	}
	x := &real{t: t, Running: testbed.Exchange(t, testbed.Config{ASN: asn, Policy: operators, Members: members})}
	x.proxy = newProxy(t, x.Daemon)
	var err error
	x.client, err = gobgp.Dial(t.Context(), gobgp.Options{Address: x.proxy.address, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.client.Close() })
	return x
}

func (x *real) state() *plan.State {
	x.t.Helper()
	s, err := x.client.State(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	return s
}

func (x *real) planned(c *filters.Compiled) *plan.Plan {
	x.t.Helper()
	s := x.state()
	x.plans++
	p := &plan.Plan{Version: plan.FormatVersion, ID: fmt.Sprintf("real-%d", x.plans), Server: s.Server,
		Fingerprint: s.Fingerprint()}
	if c == nil {
		p.Clear, p.Change = true, *plan.Clear(s, p.ID)
	} else {
		p.Change = *plan.To(s, buildPolicy(c), p.ID)
	}
	return p
}

func (x *real) applier() *apply.Applier {
	a := applier(nil, &paper{})
	a.Daemon, a.Settle, a.Timeout = x.client, 5*time.Second, 0
	return a
}

func (x *real) must(c *filters.Compiled) apply.Result {
	x.t.Helper()
	result, err := x.applier().Apply(x.t.Context(), x.planned(c))
	if err != nil {
		x.t.Fatalf("%v, %s: %v", result.Outcome, result.Known, err)
	}
	return result
}

// oracle returns what each member should hold.
func (x *real) oracle(c *filters.Compiled) [][]string {
	all := make([][]string, len(x.Members))
	for i, from := range x.Members {
		for _, announced := range from.Announced() {
			r := policies.Route{Prefix: announced.Prefix, Peer: from.Address,
				Path: append([]filters.ASN{from.ASN}, announced.Path...), LocalPref: 100}
			ok := true
			if c != nil {
				r, ok = treated(c, r)
			}
			if i == 1 || i == 2 {
				ok = ok && r.Prefix.String() != "10.1.2.0/24"
				r.LargeCommunities = append(slices.Clone(r.LargeCommunities),
					policies.LargeCommunity{Global: 64500, Local1: 1, Local2: 1})
			}
			for j := range x.Members {
				if ok && i != j {
					all[j] = append(all[j], heldText(r))
				}
			}
		}
	}
	for _, routes := range all {
		slices.Sort(routes)
	}
	return all
}

// heldText writes a route as a member holds it: communities have no order there.
func heldText(r policies.Route) string {
	r.LargeCommunities = slices.Clone(r.LargeCommunities)
	slices.SortFunc(r.LargeCommunities, func(a,
		b policies.LargeCommunity) int {
		return strings.Compare(a.String(), b.String())
	})
	return text(r)
}

func (x *real) held() [][]string {
	all := make([][]string, len(x.Members))
	for i, m := range x.Members {
		for _, r := range m.Routes() {
			all[i] = append(all[i], heldText(r))
		}
		slices.Sort(all[i])
	}
	return all
}

// holds fails unless the members hold soon what one of the lists says, and returns
// which one.
func (x *real) holds(lists ...*filters.Compiled) int {
	x.t.Helper()
	which := -1
	testbed.Eventually(x.t, testbed.Patience, func() error {
		got := x.held()
		for i, c := range lists {
			if cmp.Equal(x.oracle(c), got, cmpopts.EquateEmpty()) {
				which = i
				return nil
			}
		}
		return errors.New("routes of the first list (-want +got):\n" +
			cmp.Diff(x.oracle(lists[0]), got, cmpopts.EquateEmpty()))
	})
	return which
}

// foreign is what is not ours, with the clients' lists as they are without ours.
func (x *real) foreign() []string {
	s := x.state()
	var out []string
	for o, digest := range s.Theirs {
		if o.Kind < plan.ImportAssignment {
			out = append(out, fmt.Sprint(o, digest))
		}
	}
	ours := func(name string) bool { return name == policies.ImportPolicy || name == policies.ExportPolicy }
	for _, c := range s.Clients {
		out = append(out, fmt.Sprint(c.Address, slices.DeleteFunc(slices.Clone(c.Import.Policies), ours),
			c.Import.Default, slices.DeleteFunc(slices.Clone(c.Export.Policies), ours), c.Export.Default))
	}
	slices.Sort(out)
	return out
}

// TestReal takes a real gobgpd from nothing to a, b, a and nothing; members hold what
// the oracle says, the operator's objects are the same, and the second apply of the
// same writes nothing. Then it is cut off after the first, a middle and the last call
// (with -every: after every call), and recovered.
func TestReal(t *testing.T) {
	t.Parallel()
	x := start(t, 0)
	foreign := x.foreign()
	for _, s := range []step{{"a", a}, {"b", b}, {"a", a}, {"clear", nil}} {
		result := x.must(s.list)
		t.Logf("%s: %v, %d clients reset, %+v", s.name, result.Outcome, len(result.Reset), result.Proof)
		x.holds(s.list)
		if diff := cmp.Diff(foreign, x.foreign()); diff != "" {
			t.Fatalf("%s: what is not ours (-before +after):\n%s", s.name, diff)
		}
		if slices.Contains(result.Reset, x.Members[3].Address) {
			t.Errorf("%s: a member was reset whose routes do not change", s.name)
		}
		x.proxy.set(nil, nil)
		if again := x.must(s.list); again.Outcome != apply.Nothing || len(x.proxy.written()) != 0 {
			t.Errorf("%s, the second time: %v, %v", s.name, again.Outcome, x.proxy.written())
		}
	}
	x.must(a)
	x.proxy.set(nil, nil)
	x.must(b)
	n := len(x.proxy.written())
	at := []int{0, n / 2, n - 1}
	if *every {
		at = at[:0]
		for k := range n {
			at = append(at, k)
		}
	}
	from, to := b, a
	for _, k := range at {
		for _, known := range []bool{true, false} {
			p := x.planned(to)
			if k >= n {
				break
			}
			x.proxy.set(nil, func(n int) bool { return n == k })
			result, err := x.applier().Apply(t.Context(), p)
			if err == nil {
				t.Fatalf("cut after call %d: %v, %s, and no error", k, result.Outcome, result.Known)
			}
			t.Logf("cut after call %d of %d: %v, %s", k, n, result.Outcome, result.Known)
			x.proxy.set(nil, nil)
			x.recover(p, known, from, to)
			if x.holds(from, to) == 1 {
				from, to = to, from
			}
			s := x.state()
			if len(s.Gates)+len(s.Holders)+len(s.Conflicts) != 0 || len(s.Statements) != len(s.Import) {
				t.Fatalf("litter after call %d: %+v", k, s)
			}
			if diff := cmp.Diff(foreign, x.foreign()); diff != "" {
				t.Fatalf("cut after call %d: what is not ours (-before +after):\n%s", k, diff)
			}
		}
	}
}

// recover recovers, with the plan if known.
func (x *real) recover(p *plan.Plan, known bool, from, to *filters.Compiled) {
	x.t.Helper()
	if !known {
		p = nil
	}
	var result apply.Result
	var err error
	testbed.Eventually(x.t, testbed.Patience, func() error { // the connection comes back in its own time
		result, err = x.applier().Recover(context.Background(), p)
		if err != nil {
			return fmt.Errorf("recover: %v, %s: %w", result.Outcome, result.Known, err)
		}
		return nil
	})
	x.t.Logf("recovered: %v %s", result.Outcome, result.Known)
}

// gobgpd is killed in the middle of an apply, and starts again with nothing of ours:
// what was in force before is put in again (rows 28, 29).
func TestRealKilled(t *testing.T) {
	t.Parallel()
	x := start(t, 2*time.Second)
	x.must(a)
	p := x.planned(b)
	x.proxy.set(func(n int) {
		if n == len(p.Change.Prepare)+2 { // behind the live call
			x.Daemon.Kill()
		}
	}, nil)
	result, err := x.applier().Apply(t.Context(), p)
	if result.Outcome != apply.Partial || err == nil {
		t.Fatalf("%v, %s: %v", result.Outcome, result.Known, err)
	}
	t.Logf("%v, %s", result.Outcome, result.Known)
	x.proxy.set(nil, nil)
	x.Daemon.Restart()
	for _, m := range x.Members {
		m.WaitEstablished()
	}
	x.Settle()
	x.recover(p, true, a, b)
	x.holds(a)
}

// gobgpd stands still at the live call for longer than the deadline (row 30), and then
// goes on: what came of it is not known until it is read again.
func TestRealFrozen(t *testing.T) {
	t.Parallel()
	x := start(t, time.Second)
	x.must(a)
	p := x.planned(b)
	x.proxy.set(func(n int) {
		if n == len(p.Change.Prepare)+1 { // the lock comes first
			x.Daemon.Stop()
		}
	}, nil)
	result, err := x.applier().Apply(t.Context(), p)
	x.Daemon.Continue()
	if result.Outcome != apply.Partial || err == nil {
		t.Fatalf("%v, %s: %v", result.Outcome, result.Known, err)
	}
	t.Logf("%v, %s", result.Outcome, result.Known)
	x.proxy.set(nil, nil)
	x.recover(p, true, a, b)
	x.holds(a, b)
}
