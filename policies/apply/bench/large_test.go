package bench_test

import (
	"flag"
	"net/netip"
	"testing"
)

var large = flag.Int("large", 300_000, "prefixes in one set, of BenchmarkLarge")

// BenchmarkLarge: a list that is very long. What counts is that every command works.
func BenchmarkLarge(b *testing.B) {
	s := open(b, 3, 1000)
	p := build(b, "unix://"+s.daemon.Socket)
	list := make([]netip.Prefix, *large)
	for i := range list {
		list[i] = prefix(2 * i)
	}
	long := p.write("long.yaml", list)
	took := map[string][]ran{}
	note := func(command string, r ran) { took[command] = append(took[command], r) }
	for b.Loop() {
		plan, planned := p.plan(long)
		note("plan", planned)
		note("apply", p.apply(plan))
		note("status", p.on("status", long))
		note("rollback", p.on("rollback", "--yes"))
		_, planned = p.plan(long)
		note("plan", planned)
		note("apply", p.apply(plan))
		note("clear", p.on("clear", "--yes"))
	}
	for command, runs := range took {
		b.ReportMetric(median(values(runs, func(r ran) float64 { return r.took.Seconds() })), "s/"+command)
		b.ReportMetric(median(values(runs, func(r ran) float64 { return r.peak })), "MB/"+command)
	}
}
