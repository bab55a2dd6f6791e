package impact_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// Random lists, policies in force and routes, on a very small internet: 20.0.0.0/24
// and 2a00::/32, six ASNs, five members.

var (
	treatments = policies.Builtin(64500)
	day        = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
)

var anASN = rapid.Map(rapid.IntRange(1, 6), func(n int) filters.ASN { return filters.ASN(100 * n) })

func aPrefix(t *rapid.T, shortest int) netip.Prefix {
	if rapid.IntRange(0, 9).Draw(t, "family") == 0 {
		return netip.MustParsePrefix("2a00::/32")
	}
	bits := rapid.IntRange(shortest, 28).Draw(t, "bits")
	a := netip.AddrFrom4([4]byte{20, 0, 0, byte(rapid.IntRange(0, 15).Draw(t, "octet") << 4)})
	p, _ := a.Prefix(bits)
	return p
}

func compiled(t *rapid.T, name string) *filters.Compiled {
	l := &filters.Listing{Name: name, Treatment: "depeer"}
	for i := range rapid.IntRange(0, 3).Draw(t, "providers") {
		p := filters.Provider{ID: string(rune('a' + i)), Treatment: rapid.SampledFrom([]string{"", "deprefer", "tag"}).Draw(t, "treatment")}
		for range rapid.IntRange(0, 2).Draw(t, "prefixes") {
			m := filters.PrefixMatch{Prefix: aPrefix(t, 24)}
			m.Min, m.Max = uint8(m.Prefix.Bits()), uint8(m.Prefix.Addr().BitLen())
			if rapid.Bool().Draw(t, "exact") {
				m.Max = m.Min
			}
			p.Prefixes = append(p.Prefixes, m)
		}
		for range rapid.IntRange(0, 2).Draw(t, "asns") {
			m := filters.ASMatch{ASN: anASN.Draw(t, "listed"), Where: filters.Where(rapid.IntRange(0, 2).Draw(t, "where"))}
			if except := anASN.Draw(t, "except"); m.Where == filters.Path && except != m.ASN {
				m.Except = []filters.ASN{except}
			}
			p.ASNs = append(p.ASNs, m)
		}
		l.Providers = append(l.Providers, p)
	}
	c, _ := filters.Compile([]*filters.Listing{l}, filters.Rules{At: day, Treatments: []string{"depeer", "deprefer", "tag"}})
	return c
}

func aSession(i int, t *rapid.T) impact.Session {
	s := impact.Session{Peer: rib.Peer{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), ASN: anASN.Draw(t, "member")}}
	s.Up, s.Anchored = rapid.IntRange(0, 4).Draw(t, "up") > 0, rapid.IntRange(0, 4).Draw(t, "anchored") > 0
	s.IPv4, s.IPv6 = true, rapid.Bool().Draw(t, "ipv6")
	return s
}

func somePaths(t *rapid.T, members []impact.Session) []*rib.Path {
	var out []*rib.Path
	seen := make(map[netip.AddrPort]bool)
	for range rapid.IntRange(0, 20).Draw(t, "paths") {
		m := rapid.SampledFrom(members).Draw(t, "by")
		asns := append([]filters.ASN{m.ASN}, rapid.SliceOfN(anASN, 0, 3).Draw(t, "path")...)
		p := &rib.Path{PeerASN: m.ASN, ASPath: rib.Sequence(asns...), Origin: rib.Origin(rapid.IntRange(0, 2).Draw(t, "origin")), Since: uint32(rapid.IntRange(1, 3).Draw(t, "since"))}
		if rapid.IntRange(0, 9).Draw(t, "set") == 0 {
			p.ASPath = append(p.ASPath, byte(rib.ASSet), 1, 0, 0, 0, 200)
		}
		p.Route = policies.Route{Prefix: aPrefix(t, 22), Peer: m.Address, Path: p.ASPath.Append(nil)}
		if key := netip.AddrPortFrom(p.Prefix.Addr(), uint16(p.Prefix.Bits())<<8|uint16(m.Address.As4()[3])); !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	return out
}

func source(paths []*rib.Path) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		for _, p := range paths {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func TestAgainstTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists := compiled(t, "new")
		q := impact.Question{Lists: lists, New: policies.Build(lists, treatments, 64500)}
		if rapid.Bool().Draw(t, "in force") {
			q.Old = policies.Build(compiled(t, "old"), treatments, 64500)
		}
		var everybody []impact.Session
		for i := range rapid.IntRange(1, 5).Draw(t, "members") {
			everybody = append(everybody, aSession(i+1, t))
		}
		q.Members = slices.Clone(everybody)
		paths := somePaths(t, everybody)
		got, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(q, paths)
		if d := cmp.Diff(o.routes(), got.Routes); d != "" {
			t.Errorf("routes (-want +got):\n%s", d)
		}
		prefixes, updates, lost, usable := o.counts()
		if d := cmp.Diff(prefixes, got.Prefixes); d != "" {
			t.Errorf("prefixes (-want +got):\n%s", d)
		}
		if updates != got.Effort.Updates {
			t.Errorf("updates: want %d, got %d", updates, got.Effort.Updates)
		}
		for _, m := range got.Members {
			peer := rib.Peer{Address: m.Address, ASN: m.ASN}
			if want := []int{lost[peer], usable[peer]}; !cmp.Equal(want, []int{m.Lost, m.Usable}) {
				t.Errorf("%s loses %d of %d, want %d", m.Address, m.Lost, m.Usable, want)
			}
		}
		o.check(t, got)
	})
}

// check compares what is said of listings.
func (o *oracle) check(t *rapid.T, got *impact.Report) {
	covered, reached, gone := o.covers()
	by := func(list []impact.Cover) map[netip.Prefix]netip.Prefix {
		out := make(map[netip.Prefix]netip.Prefix)
		for _, c := range list {
			out[c.Prefix] = c.By
		}
		return out
	}
	if d := cmp.Diff([]any{covered, reached}, []any{by(got.Covered), by(got.Reached)}, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); d != "" {
		t.Errorf("covered, reached (-want +got):\n%s", d)
	}
	entries := 0
	for _, g := range got.Gone {
		if g.Entry[:2] != "AS" {
			entries++
		}
	}
	if entries != len(gone) {
		t.Errorf("gone: want %v, got %v", gone, got.Gone)
	}
	if n := o.unreached(); n != got.Addresses.IPv4 {
		t.Errorf("addresses: want %d, got %d", n, got.Addresses.IPv4)
	}
	var refused, changed int
	for _, p := range got.Providers {
		refused, changed = refused+p.Refused, changed+p.Changed
	}
	if want := []int{got.Routes.Refused, got.Routes.Changed}; !cmp.Equal(want, []int{refused, changed}, cmpopts.EquateEmpty()) {
		t.Errorf("providers have %d refused and %d changed, all together %d", refused, changed, want)
	}
	if !slices.IsSortedFunc(got.Members, func(a, b impact.Member) int {
		return rib.Peer{Address: a.Address, ASN: a.ASN}.Compare(rib.Peer{Address: b.Address, ASN: b.ASN})
	}) {
		t.Errorf("members are not in order: %v", got.Members)
	}
}
