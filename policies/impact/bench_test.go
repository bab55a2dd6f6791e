package impact_test

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/impact"
	"depeer/policies/rib"
	"depeer/policies/rib/mrt"
)

// A real table and one AS that is in one path of forty, as a program reads it.
func BenchmarkDump(b *testing.B) {
	name := filepath.Join(cmp.Or(os.Getenv("DEPEER_DATA"), "../../../shared/data"), "mrt/rrc06-20100701.tdv2.mrt.gz")
	if _, err := os.Stat(name); os.IsNotExist(err) {
		b.Skipf("no data: %v", err)
	}
	q := question(filters.Provider{ID: "a", ASNs: []filters.ASMatch{{ASN: 701, Where: filters.Path}}})
	paths := 0
	for b.Loop() {
		file, err := os.Open(name)
		if err != nil {
			b.Fatal(err)
		}
		r, err := impact.Assess(q, mrt.NewReader(file).Paths())
		if err != nil {
			b.Fatal(err)
		}
		file.Close()
		paths = r.Routes.Total
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(paths), "ns/path")
}

// What an impact takes of n routes of 50 members, and of entries, of which every tenth
// refuses some of them.
func BenchmarkAssess(b *testing.B) {
	for _, size := range []struct{ routes, entries int }{
		{10_000, 1000}, {100_000, 1000}, {1_000_000, 1000}, {100_000, 100}, {100_000, 10_000}, {100_000, 100_000},
	} {
		b.Run(fmt.Sprintf("routes=%d/entries=%d", size.routes, size.entries), func(b *testing.B) {
			q := question(filters.Provider{ID: "a", Prefixes: manyEntries(size.entries, size.routes)})
			routes := manyRoutes(size.routes)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			refused := 0
			for b.Loop() {
				r, err := impact.Assess(q, routes)
				if err != nil {
					b.Fatal(err)
				}
				refused = r.Routes.Refused
			}
			runtime.ReadMemStats(&after)
			if want := min(size.entries/10, size.routes/2); refused < want {
				b.Errorf("%d routes refused, want at least %d", refused, want)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size.routes), "ns/route")
			b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/float64(b.N)/1e6, "MB-allocated")
		})
	}
}

// question is what becomes of all routes under a list of one provider.
func question(p filters.Provider) impact.Question {
	l := &filters.Listing{Name: "ours", Treatment: "depeer", Providers: []filters.Provider{p}}
	c, _ := filters.Compile([]*filters.Listing{l}, filters.Rules{At: day, Treatments: []string{"depeer"}})
	return impact.Question{Lists: c, New: build.Policy(c, treatments, 64500), Live: true}
}

// numbered is the nth /24 from 20.0.0.0 on.
func numbered(n int) netip.Prefix {
	var a [4]byte
	binary.BigEndian.PutUint32(a[:], 20<<24+uint32(n)<<8)
	return netip.PrefixFrom(netip.AddrFrom4(a), 24)
}

// manyEntries are n entries: every tenth is among the routes, the others are elsewhere.
func manyEntries(n, routes int) []filters.PrefixMatch {
	var out []filters.PrefixMatch
	for i := range n {
		at := 2_000_000 + 2*i // not next to each other: they stay as many
		if i%10 == 0 {
			at = 2 * (i / 10) % routes
		}
		out = append(out, filters.PrefixMatch{Prefix: numbered(at), Min: 24, Max: 32})
	}
	return out
}

// manyRoutes are n routes, each prefix of two of 50 members, along paths that a hundred
// prefixes share.
func manyRoutes(n int) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		p := &rib.Path{Since: uint32(day.Add(-time.Hour).Unix())}
		for i := range n {
			member := filters.ASN(64512 + (i/200+i%2)%50)
			path := []filters.ASN{member, 3000 + filters.ASN(i/200), 4000}
			if i%200 < 2 || p.ASPath == nil || path[0] != p.PeerASN {
				p.ASPath = rib.Sequence(path...)
			}
			p.PeerASN = member
			p.Route = policies.Route{Prefix: numbered(i / 2),
				Peer: netip.AddrFrom4([4]byte{192, 0, 2, byte(member - 64500)}), Path: p.ASPath.Append(p.Path[:0])}
			if !yield(p, nil) {
				return
			}
		}
	}
}
