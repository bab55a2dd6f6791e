package bench_test

import (
	"errors"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	api "github.com/osrg/gobgp/v3/api"
)

// BenchmarkPlan: a whole plan, routes and all, on a route server with very many routes of
// one member, beside what the daemon needs to list them in binary form.
func BenchmarkPlan(b *testing.B) {
	n := *single
	s, bird := openSingle(b, n)
	p := build(b, "unix://"+s.daemon.Socket)
	list := make([]netip.Prefix, *entries)
	for i := range list {
		list[i] = prefix(2 * i)
	}
	listing := p.write("list.yaml", list)
	var plans []ran
	var listings []float64
	for b.Loop() {
		begin := time.Now()
		if got := s.list(bird.Address); got != n {
			b.Fatalf("listed %d routes of %d", got, n)
		}
		listings = append(listings, time.Since(begin).Seconds())
		_, planned := p.plan(listing)
		plans = append(plans, planned)
		b.Logf("listing %.2f s, plan %v", listings[len(listings)-1], planned)
	}
	took := median(values(plans, func(r ran) float64 { return r.took.Seconds() }))
	b.ReportMetric(took, "s/plan")
	b.ReportMetric(median(slices.Clone(listings)), "s/listing")
	b.ReportMetric(took/median(listings), "plan/listing")
	b.ReportMetric(slices.Max(values(plans, func(r ran) float64 { return r.peak })), "MB")
}

// list has the daemon list what a member announces, in binary form, and counts it.
func (s *site) list(member netip.Addr) int {
	s.b.Helper()
	stream, err := s.daemon.API().ListPath(s.b.Context(), &api.ListPathRequest{
		TableType: api.TableType_ADJ_IN, Name: member.String(), EnableOnlyBinary: true, BatchSize: 1024,
		Family: &api.Family{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST},
	})
	n := 0
	for ; err == nil; n++ {
		_, err = stream.Recv()
	}
	if !errors.Is(err, io.EOF) {
		s.b.Fatal(err)
	}
	return n - 1
}
