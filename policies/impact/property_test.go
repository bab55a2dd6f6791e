package impact_test

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// Random lists, protected space, policies in force and routes, on a very small internet:
// 20.0.0.0/22 and 2a00::/60, six ASNs, five members.

var (
	treatments = policies.Builtin(64500)
	one, two   = uint32(1), uint32(2) // MEDs
	day        = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
)

var anASN = rapid.Map(rapid.IntRange(1, 6), func(n int) filters.ASN { return filters.ASN(100 * n) })

func aPrefix(t *rapid.T, shortest int) netip.Prefix {
	if rapid.IntRange(0, 4).Draw(t, "family") == 0 {
		a := netip.AddrFrom16([16]byte{0: 0x2a, 7: byte(rapid.IntRange(0, 15).Draw(t, "network")),
			8: byte(rapid.IntRange(0, 3).Draw(t, "part") << 6)})
		p, _ := a.Prefix(rapid.IntRange(60, 66).Draw(t, "bits6"))
		return p
	}
	bits := rapid.IntRange(shortest, 28).Draw(t, "bits")
	a := netip.AddrFrom4([4]byte{20, 0, 0, byte(rapid.IntRange(0, 15).Draw(t, "octet") << 4)})
	p, _ := a.Prefix(bits)
	return p
}

func spared(t *rapid.T) (p filters.Protection) {
	for range max(0, rapid.IntRange(-2, 2).Draw(t, "protected")) {
		p.Prefixes = append(p.Prefixes, filters.ProtectedPrefix{Prefix: aPrefix(t, 25)})
	}
	if rapid.IntRange(0, 3).Draw(t, "protected ASN") == 0 {
		p.ASNs = append(p.ASNs, filters.ProtectedASN{ASN: anASN.Draw(t, "spared")})
	}
	return p
}

func compiled(t *rapid.T, name string, protect filters.Protection) *filters.Compiled {
	l := &filters.Listing{Name: name, Treatment: "depeer"}
	for i := range rapid.IntRange(0, 3).Draw(t, "providers") {
		p := filters.Provider{ID: string(rune('a' + i)),
			Treatment: rapid.SampledFrom([]string{"", "deprefer", "tag"}).Draw(t, "treatment")}
		for range rapid.IntRange(0, 2).Draw(t, "prefixes") {
			m := filters.PrefixMatch{Prefix: aPrefix(t, 24)}
			m.Min, m.Max = uint8(m.Prefix.Bits()), uint8(m.Prefix.Addr().BitLen())
			if rapid.Bool().Draw(t, "exact") {
				m.Max = m.Min
			}
			p.Prefixes = append(p.Prefixes, m)
		}
		for range rapid.IntRange(0, 2).Draw(t, "asns") {
			m := filters.ASMatch{ASN: anASN.Draw(t, "listed"),
				Where: filters.Where(rapid.IntRange(0, 2).Draw(t, "where"))}
			if except := anASN.Draw(t, "except"); m.Where == filters.Path && except != m.ASN {
				m.Except = []filters.ASN{except}
			}
			p.ASNs = append(p.ASNs, m)
		}
		l.Providers = append(l.Providers, p)
	}
	c, _ := filters.Compile([]*filters.Listing{l},
		filters.Rules{At: day, Treatments: []string{"depeer", "deprefer", "tag"}, Protect: protect})
	return c
}

func aSession(i int, t *rapid.T) impact.Session {
	s := impact.Session{Peer: rib.Peer{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}),
		ASN: anASN.Draw(t, "member")}}
	s.Up, s.Anchored = rapid.IntRange(0, 4).Draw(t, "up") > 0, rapid.IntRange(0, 4).Draw(t, "anchored") > 0
	s.IPv4, s.IPv6, s.SecondaryRoute = true, rapid.Bool().Draw(t, "ipv6"),
		rapid.IntRange(0, 2).Draw(t, "secondary") == 0
	return s
}

// somePaths are few as a rule, and now and then more than announcements wait together. They
// come in order of their prefixes, as dumps have them; twice so; or in any order.
func somePaths(t *rapid.T, members []impact.Session) []*rib.Path {
	var out []*rib.Path
	seen := make(map[netip.AddrPort]bool)
	few := rapid.IntRange(0, 9).Draw(t, "few") > 0
	for range rapid.IntRange(0, map[bool]int{true: 20, false: 400}[few]).Draw(t, "paths") {
		m := rapid.SampledFrom(members).Draw(t, "by")
		asns := append([]filters.ASN{m.ASN}, rapid.SliceOfN(anASN, 0, 3).Draw(t, "path")...)
		p := &rib.Path{PeerASN: m.ASN, ASPath: rib.Sequence(asns...),
			Origin: rib.Origin(rapid.IntRange(0, 2).Draw(t, "origin")),
			Since:  uint32(rapid.IntRange(1, 3).Draw(t, "since")), ID: uint32(rapid.IntRange(0, 2).Draw(t, "id"))}
		switch set := (rib.ASPath{byte(rib.ASSet), 1, 0, 0, 0, 200}); rapid.IntRange(0, 9).Draw(t, "set") {
		case 0:
			p.ASPath = append(p.ASPath, set...)
		case 1:
			p.ASPath = append(set, p.ASPath...)
		case 2:
			p.ASPath = nil
		}
		p.Route = policies.Route{Prefix: aPrefix(t, 22), Peer: m.Address, Path: p.ASPath.Append(nil),
			MED: rapid.SampledFrom([]*uint32{nil, new(uint32), &one, &two}).Draw(t, "med")}
		if key := netip.AddrPortFrom(p.Prefix.Addr(),
			uint16(p.Prefix.Bits())<<8|uint16(m.Address.As4()[3])); !seen[key] {
			seen[key] = true
			out = append(out, p)
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "alike") {
		out = append(out, alike(t, out)...)
	}
	half := len(out) / 2
	switch runs := rapid.IntRange(0, 2).Draw(t, "sorted runs"); runs {
	case 1:
		inOrder(out)
	case 2:
		inOrder(out[:half])
		inOrder(out[half:])
	}
	return out
}

func inOrder(paths []*rib.Path) {
	slices.SortStableFunc(paths, func(a, b *rib.Path) int { return a.Prefix.Compare(b.Prefix) })
}

// alike announces one more prefix along the same paths as another, but for one, perhaps.
func alike(t *rapid.T, paths []*rib.Path) (more []*rib.Path) {
	to := aPrefix(t, 22)
	if len(paths) == 0 || slices.ContainsFunc(paths, func(p *rib.Path) bool { return p.Prefix == to }) {
		return nil
	}
	from := rapid.SampledFrom(paths).Draw(t, "like").Prefix
	for _, p := range paths {
		if p.Prefix == from {
			p = p.Clone()
			p.Prefix = to
			more = append(more, p)
		}
	}
	if rapid.Bool().Draw(t, "but for one") {
		i := rapid.IntRange(0, len(more)-1).Draw(t, "one")
		more[i].Origin = (more[i].Origin + 1) % 3
	}
	return more
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

func aQuestion(t *rapid.T) (impact.Question, []*rib.Path) {
	protect := spared(t)
	lists, treatments := compiled(t, "new", protect), slices.Clone(treatments)
	if rapid.IntRange(0, 3).Draw(t, "sessions are shut") == 0 {
		treatments[rapid.IntRange(0, 2).Draw(t, "by")].Session = policies.Shut
	}
	q := impact.Question{Lists: lists, New: build.Policy(lists, treatments, 64500), Protect: protect,
		Treatments: treatments}
	if rapid.Bool().Draw(t, "in force") {
		q.Old = build.Policy(compiled(t, "old", protect), treatments, 64500)
	}
	for i := range rapid.IntRange(1, 5).Draw(t, "members") {
		q.Members = append(q.Members, aSession(i+1, t))
	}
	return q, somePaths(t, q.Members)
}

func TestAgainstTheOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, paths := aQuestion(t)
		operator := anOperator(t, &q, paths)
		got, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		o := newOracle(q, paths)
		o.operator = operator
		if d := cmp.Diff(o.routes(), got.Routes); d != "" {
			t.Errorf("routes (-want +got):\n%s", d)
		}
		prefixes, lost, _ := o.counts()
		// What a session could use, and what it is sent again, is counted of all prefixes.
		_, ofShut, usable := o.asked().counts()
		if d := cmp.Diff(prefixes, got.Prefixes); d != "" {
			t.Errorf("prefixes (-want +got):\n%s", d)
		}
		if updates, again := o.asked().effort(); updates != got.Effort.Updates || again != got.Effort.Again {
			t.Errorf("updates: want %d, %d of them again, got %d, %d", updates, again, got.Effort.Updates,
				got.Effort.Again)
		}
		for _, m := range got.Members {
			peer := rib.Peer{Address: m.Address, ASN: m.ASN}
			if m.Shut {
				lost[peer] = ofShut[peer]
			}
			if want := []int{lost[peer], usable[peer]}; !cmp.Equal(want, []int{m.Lost, m.Usable}) {
				t.Errorf("%s loses %d of %d, want %d", m.Address, m.Lost, m.Usable, want)
			}
		}
		o.check(t, got)
	})
}
