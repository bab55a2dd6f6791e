package apply_test

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"net/netip"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
)

// small is an exchange of two members: one that announces routes, behind a policy of
// the operator's or not, and one that is shown them.
func small(operator *plantest.Operator, routes ...policies.Route) *plantest.Model {
	m := plantest.New(server)
	list := []string(nil)
	if operator != nil {
		m.ByHand(func(o *plantest.Objects) { o.Operators["op"] = *operator })
		list = []string{"op"}
	}
	m.Load(&policies.RoutingPolicy{})
	for i, list := range [][]string{list, nil} {
		m.AddClient(plan.Client{
			Address: netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i)}), ASN: filters.ASN(65002 + i), RouteServer: true,
			Up:     true,
			Import: plan.Assignment{Policies: list, Default: plan.Accept},
			Export: plan.Assignment{Default: plan.Accept},
		})
	}
	m.AnnounceMore(netip.MustParseAddr("127.0.0.2"), routes...)
	return m
}

func route(prefix string, path ...filters.ASN) policies.Route {
	return policies.Route{Prefix: netip.MustParsePrefix(prefix), Path: append([]filters.ASN{65002}, path...)}
}

func TestProof(t *testing.T) {
	depeer := &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: entries("10.0.0.0/16", "172.16.0.0/12"),
			ASNs: []filters.ASMatch{{ASN: 64999}, {ASN: 64990}}},
		{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24")},
	}}
	tests := []struct {
		name     string
		operator *plantest.Operator
		routes   []policies.Route
		want     apply.Proof
	}{
		{"each kind", nil,
			[]policies.Route{route("10.0.1.0/24"), route("10.0.2.0/24", 64999), route("192.0.2.0/25"),
				route("198.51.100.0/24"), route("203.0.113.0/24")},
			apply.Proof{Refused: 2, Changed: 1, Passed: 2, Unproven: 2}}, // 172.16.0.0/12 and AS64990
		{"nothing announced", nil, nil, apply.Proof{Unproven: 5}},
		{"through the only viewer's own ASN: sent to nobody", nil, []policies.Route{route("10.0.1.0/24", 65003)},
			apply.Proof{Unproven: 5}},
		{"several paths for a prefix, one of them refused", nil,
			[]policies.Route{route("198.51.100.0/24"), route("198.51.100.0/24", 64999),
				route("198.51.100.0/24", 64998)},
			apply.Proof{Refused: 1, Unproven: 4}},
		{"several paths, all changed", nil, []policies.Route{route("192.0.2.0/24"), route("192.0.2.0/24", 64998)},
			apply.Proof{Changed: 2, Unproven: 4}},
		{"the operator refuses what is de-preferred", &plantest.Operator{Decision: plan.Reject},
			[]policies.Route{route("192.0.2.0/24"), route("198.51.100.0/24")},
			apply.Proof{Unproven: 4}},
		{"a member that prepends on its own", nil, []policies.Route{route("192.0.2.0/24", 65002, 65002)},
			apply.Proof{Changed: 1, Unproven: 4}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := small(test.operator, test.routes...)
			result := must(t, m, planned(m, buildPolicy(depeer), "proof"))
			if diff := cmp.Diff(test.want, result.Proof); diff != "" {
				t.Errorf("proof (-want +got):\n%s\n%v", diff, m)
			}
		})
	}
}

// A policy behind ours takes off what the treatment gave: it cannot be told from the
// table whether ours took, and is counted.
func TestOverruled(t *testing.T) {
	m := small(&plantest.Operator{Community: 1}, route("192.0.2.0/24"), route("10.0.1.0/24"))
	c := &filters.Compiled{Filters: []filters.Filter{
		{Treatment: "depeer", Prefixes: entries("10.0.0.0/16")},
		{Treatment: "deprefer", Prefixes: entries("192.0.2.0/24")},
	}}
	m.Spoil(func(r policies.Route) (policies.Route, bool) {
		return r, r.Prefix == netip.MustParsePrefix("192.0.2.0/24")
	})
	result := must(t, m, planned(m, buildPolicy(c), "proof"))
	if diff := cmp.Diff(apply.Proof{Refused: 1, Overruled: 1}, result.Proof); diff != "" {
		t.Errorf("proof (-want +got):\n%s", diff)
	}
}

// The clients that the plan names are looked at first; others that changed meanwhile
// are found all the same.
func TestPlannedClientsComeFirst(t *testing.T) {
	m := exchange()
	p := planned(m, buildPolicy(a), "a")
	last := netip.MustParseAddr("2001:db9::6")
	p.Touched = []netip.Addr{last}
	result := must(t, m, p)
	want := changing(m, nil, a)
	want = append([]netip.Addr{last}, want[:len(want)-1]...)
	if diff := cmp.Diff(want, result.Reset, addresses); diff != "" {
		t.Errorf("reset (-want +got):\n%s", diff)
	}
}

// crowd is a model with a member of very many routes, which are made when they are
// asked for: what this takes is the route server's memory, not ours.
type crowd struct {
	*plantest.Model
	big    netip.Addr
	routes int
	change func(policies.Route) (policies.Route, bool) // by the policy in force, once reset
	reset  bool
	peak   uint64
}

func (c *crowd) route(i int) policies.Route {
	a := netip.AddrFrom4([4]byte{byte(20 + i>>16), byte(i >> 8), byte(i), 0})
	return policies.Route{Prefix: netip.PrefixFrom(a, 24), Peer: c.big,
		Path: []filters.ASN{65002, 64000, filters.ASN(i)}}
}

func (c *crowd) Do(ctx context.Context, call plan.Call) error {
	if call.Verb == plan.Reset && call.Client == c.big {
		c.reset = true
	}
	return c.Model.Do(ctx, call)
}

func (c *crowd) Received(ctx context.Context, client netip.Addr) iter.Seq2[policies.Route, error] {
	if client != c.big {
		return c.Model.Received(ctx, client)
	}
	return func(yield func(policies.Route, error) bool) {
		for i := range c.routes {
			if i%100_000 == 0 {
				var s runtime.MemStats
				runtime.ReadMemStats(&s)
				c.peak = max(c.peak, s.HeapInuse)
			}
			if !yield(c.route(i), nil) {
				return
			}
		}
	}
}

func (c *crowd) Seen(_ context.Context, _ netip.Addr, prefixes []netip.Prefix) iter.Seq2[policies.Route, error] {
	return func(yield func(policies.Route, error) bool) {
		for _, p := range prefixes {
			b := p.Addr().As4()
			r := c.route(int(b[0]-20)<<16 | int(b[1])<<8 | int(b[2]))
			ok := true
			if c.reset {
				r, ok = c.change(r)
			}
			if ok && !yield(r, nil) {
				return
			}
		}
	}
}

// BenchmarkLargeTable applies a list that touches routes of a member of 900,000, and
// reports the most memory of the heap in use while its routes stream through. b.N is
// to be 1.
func BenchmarkLargeTable(b *testing.B) {
	for _, share := range []int{1000, 3} { // one route of so many is listed
		b.Run(fmt.Sprintf("1 of %d listed", share), func(b *testing.B) {
			m := small(nil)
			c := &crowd{Model: m, big: netip.MustParseAddr("127.0.0.2"), routes: 900_000}
			var list []filters.Entry
			for i := range c.routes / share {
				list = append(list, filters.Entry{Prefix: c.route(i * share).Prefix, Min: 24, Max: 24})
			}
			compiled := &filters.Compiled{Filters: []filters.Filter{{Treatment: "deprefer",
				Prefixes: filters.Entries{IPv4: list}}}}
			p := planned(m, buildPolicy(compiled), "large")
			c.change = func(r policies.Route) (policies.Route, bool) {
				if int(r.Path[2])%share == 0 {
					r.LocalPref = 50
				}
				return r, true
			}
			var before runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b.ResetTimer()
			for range b.N {
				result, err := (&apply.Applier{Daemon: c, Journal: &paper{}, Holder: "me",
					Log: slog.New(slog.DiscardHandler)}).Apply(context.Background(), p)
				if err != nil || result.Proof.Changed != c.routes/share {
					b.Fatalf("%+v: %v", result, err)
				}
			}
			b.ReportMetric(float64(c.peak)/(1<<20), "MiB-in-use")
			b.ReportMetric(float64(before.HeapInuse)/(1<<20), "MiB-before")
		})
	}
}
