package impact_test

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/guard"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// What a report has counted counts again, and in the next report as well, while nothing
// changes: a route belongs to the same provider each time.
func TestWhatWasCountedCounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, paths := aQuestion(t)
		first, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		q.Old = q.New
		for range 2 {
			q.Counted = &first.Counted
			next, err := impact.Assess(q, source(paths))
			if err != nil {
				t.Fatal(err)
			}
			if n := next.Routes.Uncounted; n != 0 {
				t.Fatalf("%d routes do not count, and nothing has changed; counted was %+v", n, first.Counted)
			}
			first = next
		}
	})
}

// More of what was counted is refused, and neither in value nor in base; what is new counts.
func TestMoreOfWhatWasCounted(t *testing.T) {
	lists := listing(filters.Provider{ID: "hoster", Prefixes: []filters.PrefixMatch{entryOf("20.1.0.0/16")}},
		filters.Provider{ID: "origin", ASNs: []filters.ASMatch{{ASN: 64999}}})
	q := impact.Question{Lists: lists, New: build.Policy(lists, treatments, 64500), Treatments: treatments}
	for i := range 2 {
		q.Members = append(q.Members, impact.Session{Peer: rib.Peer{Address: netip.AddrFrom4([4]byte{192, 0, 2,
			byte(i)}), ASN: filters.ASN(64496 + i)}, Up: true, Anchored: true, IPv4: true})
	}
	announced := func(member int, prefix string, path ...filters.ASN) *rib.Path {
		m := q.Members[member]
		asns := append([]filters.ASN{m.ASN}, path...)
		return &rib.Path{Route: policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: m.Address, Path: asns},
			PeerASN: m.ASN, ASPath: rib.Sequence(asns...)}
	}
	paths := []*rib.Path{announced(0, "20.1.0.0/24"), announced(0, "20.9.0.0/16", 64999), announced(0, "21.0.0.0/16"),
		announced(1, "22.0.0.0/16")}
	assess := func() []guard.Result {
		t.Helper()
		report, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		q.Old, q.Counted = q.New, &report.Counted
		return report.Guards(impact.Limits{})
	}
	is := func(answers []guard.Result, value, base, uncounted int) {
		t.Helper()
		if a := answers[0]; a.Value != value || a.Base != base || a.Uncounted != uncounted {
			t.Errorf("%d of %d, and %d besides, want %d of %d, and %d", a.Value, a.Base, a.Uncounted, value, base,
				uncounted)
		}
	}
	is(assess(), 2, 4, 0)
	paths = append(paths, announced(0, "20.1.0.0/25"), announced(0, "20.10.0.0/16", 64999))
	is(assess(), 2, 4, 2)
	paths = append(paths[1:], announced(0,
		"20.1.0.128/25")) // the prefix around them is gone, and was counted all the same
	is(assess(), 2, 4, 2)
	paths = append(paths, announced(1, "20.1.0.0/25"), announced(0, "20.1.1.0/24"))
	is(assess(), 4, 6, 2)
}

func entryOf(prefix string) filters.PrefixMatch {
	p := netip.MustParsePrefix(prefix)
	return filters.PrefixMatch{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())}
}

func listing(providers ...filters.Provider) *filters.Compiled {
	l := &filters.Listing{Name: "l", Treatment: "depeer", Providers: providers}
	c, _ := filters.Compile([]*filters.Listing{l},
		filters.Rules{At: day, Treatments: []string{"depeer", "deprefer", "tag"}})
	return c
}
