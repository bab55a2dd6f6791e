package bench_test

import (
	"flag"
	"net/netip"
	"slices"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

var single = flag.Int("single", 900_000, "routes of the one member of BenchmarkSingle")

// BenchmarkSingle: one member, a BIRD, announces very many routes, and some of them
// are to be refused. What its soft reset takes is the floor of what that can take.
func BenchmarkSingle(b *testing.B) {
	n := *single
	s, bird := openSingle(b, n)
	list := make([]netip.Prefix, 0, *entries+1)
	for i := 0; i < n && len(list) <= *entries; i += 2 {
		list = append(list, prefix(i))
	}
	s.probe = watch(b, s.daemon)
	p := build(b, "unix://"+s.daemon.Socket)
	none := p.write("none.yaml", []netip.Prefix{prefix(n + 1)})
	one, two := p.write("list.yaml", list[:*entries]), p.write("longer.yaml", list)
	losing := func(n int) told { return told{map[int]int{-1: n}} } // the BIRD is none of s.members

	p.to(none)
	var floors, wholes, singles []cost
	var plans, applies []ran
	apply := func(t told, list string) cost {
		plan, planned := p.plan(list)
		plans = append(plans, planned)
		return s.withdrawing(t, func() { applies = append(applies, p.apply(plan)) })
	}
	for b.Loop() {
		wholes = append(wholes, apply(losing(*entries), one))
		// The floor is under the same policy: what a soft reset takes grows with it.
		floors = append(floors, s.floor(bird.Address))
		singles = append(singles, apply(losing(1), two))
		s.announcing(losing(len(list)), func() { p.to(none) })
		i := len(floors) - 1
		b.Logf("floor %v; %d entries %v; one more %v; plan %v, apply %v", floors[i], *entries, wholes[i], singles[i],
			plans[len(plans)-1], applies[len(applies)-1])
	}
	seconds := func(c cost) float64 { return c.until.Seconds() }
	still := func(c cost) float64 { return c.still.Seconds() }
	floor := median(values(floors, seconds))
	b.ReportMetric(floor, "s/floor")
	b.ReportMetric(median(values(floors, still)), "s/floor-still")
	b.ReportMetric(median(values(wholes, still)), "s/list-still")
	b.ReportMetric(median(values(wholes, seconds))/floor, "floors/list")
	b.ReportMetric(median(values(singles, seconds))/floor, "floors/entry")
	b.ReportMetric(median(values(plans, func(r ran) float64 { return r.took.Seconds() })), "s/plan")
	b.ReportMetric(median(values(applies, func(r ran) float64 { return r.took.Seconds() })), "s/apply-end")
	b.ReportMetric(slices.Max(values(slices.Concat(plans, applies), func(r ran) float64 { return r.peak })), "MB")
}

// openSingle starts the route server with a BIRD that announces n routes, and somebody
// who has been told them all.
func openSingle(b *testing.B, n int) (*site, *testbed.Member) {
	b.Helper()
	s := found(b, 2)
	s.members = []*testbed.Speaker{testbed.Speak(b, s.daemon, s.daemon.Site.Member(1), asn(1))}
	announcer := member(0)
	for i := range n {
		announcer.Announce = append(announcer.Announce, testbed.Announcement{Prefix: prefix(i)})
	}
	begin := time.Now()
	bird := testbed.Bird(b, s.daemon, 0, announcer)
	s.loaded(n)
	b.Logf("%d routes: loaded in %v", n, time.Since(begin).Round(time.Second))
	return s, bird
}
