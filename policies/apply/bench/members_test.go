package bench_test

import (
	"flag"
	"net/netip"
	"slices"
	"testing"
	"time"
)

// round is what one change took by each way.
type round struct{ apply, reload, byHand cost }

var (
	members = flag.Int("members", 50, "members of the exchange")
	routes  = flag.Int("routes", 4000, "routes that each of them announces")
	entries = flag.Int("entries", 1700, "entries of the list")
)

// BenchmarkMembers: members announce routes, and some of three of them are to be
// refused: by a list, and then by one entry more.
func BenchmarkMembers(b *testing.B) {
	measureMembers(b, *members, *routes, *entries, b.Loop)
}

// measureMembers measures as long as more says.
func measureMembers(b testing.TB, members, routes, entries int, more func() bool) {
	touched := []int{members / 7, members / 2, members - 2}
	matched := entries / 4 // of each of the three; nobody announces the others
	var list []netip.Prefix
	for _, m := range touched {
		for n := range matched {
			list = append(list, prefix(m*routes+2*n)) // no two of them can be said as one
		}
	}
	for n := 0; len(list) < entries; n += 2 {
		list = append(list, prefix(members*routes+n))
	}
	longer := append(slices.Clone(list), prefix(touched[0]*routes+routes-1))
	s := open(b, members, routes)
	p := build(b, "unix://"+s.daemon.Socket)
	none := p.write("none.yaml", []netip.Prefix{prefix(members*routes + 2*entries)})
	one, two := p.write("list.yaml", list), p.write("longer.yaml", longer)
	changes := told{map[int]int{}}
	for _, m := range touched {
		changes.losing[m] = matched
	}
	var addresses []netip.Addr
	for _, m := range touched {
		addresses = append(addresses, s.members[m].Address)
	}
	oneMore := told{map[int]int{touched[0]: 1}}
	both := told{map[int]int{touched[0]: matched + 1, touched[1]: matched, touched[2]: matched}}

	p.to(none)
	var whole, single []round
	var floors []cost
	var peaks, ends []float64
	for more() {
		floors = append(floors, s.floor(addresses...))
		var w, o round
		measured := func(t told, list string) cost {
			plan, _ := p.plan(list)
			return s.withdrawing(t, func() {
				r := p.apply(plan)
				peaks, ends = append(peaks, r.peak), append(ends, r.took.Seconds())
			})
		}
		w.apply = measured(changes, one)
		o.apply = measured(oneMore, two)
		s.announcing(both, func() { p.to(none) })

		w.reload = s.withdrawing(changes, func() { s.reload(p, one) })
		o.reload = s.withdrawing(oneMore, func() { s.reload(p, two) })
		s.announcing(both, func() { s.reload(p, none) })

		w.byHand = s.withdrawing(changes, func() { s.byHand(list) })
		o.byHand = s.withdrawing(oneMore, func() { s.byHand(longer[len(list):]) })
		s.announcing(both, func() { s.notByHand(longer) })
		whole, single = append(whole, w), append(single, o)
		b.Logf("floor %v; %d entries: apply %v, reload %v, by hand %v; one more: apply %v, reload %v, by hand %v",
			floors[len(floors)-1], entries, w.apply, w.reload, w.byHand, o.apply, o.reload, o.byHand)
	}
	if b, ok := b.(*testing.B); ok {
		report(b, "list", whole, floors)
		report(b, "entry", single, floors)
		b.ReportMetric(slices.Max(peaks), "MB")
		b.ReportMetric(median(ends), "s/apply-end")
	}
}

// report reports medians, in seconds, and ratios of what was measured in one round.
func report(b *testing.B, what string, rounds []round, floors []cost) {
	until := func(name string, of func(round) cost) {
		b.ReportMetric(median(values(rounds, func(r round) float64 { return of(r).until.Seconds() })),
			"s/"+what+"-"+name)
		b.ReportMetric(median(values(rounds, func(r round) float64 { return of(r).still.Seconds() })),
			"s/"+what+"-"+name+"-still")
	}
	until("apply", func(r round) cost { return r.apply })
	until("reload", func(r round) cost { return r.reload })
	until("by-hand", func(r round) cost { return r.byHand })
	b.ReportMetric(median(values(floors, func(c cost) float64 { return c.until.Seconds() })), "s/floor")
	b.ReportMetric(median(values(rounds, func(r round) float64 {
		return float64(min(r.reload.until, r.byHand.until)) / float64(r.apply.until)
	})), "times-faster-"+what)
}

func values[E any](list []E, of func(E) float64) []float64 {
	out := make([]float64, len(list))
	for i, e := range list {
		out[i] = of(e)
	}
	return out
}

func median(list []float64) float64 {
	slices.Sort(list)
	return list[len(list)/2]
}

// The measurement itself works, on an exchange that is small.
func TestMeasuring(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a route server and members")
	}
	begin, rounds := time.Now(), 0
	measureMembers(t, 5, 400, 40, func() bool { rounds++; return rounds == 1 })
	t.Logf("took %v", time.Since(begin))
}
