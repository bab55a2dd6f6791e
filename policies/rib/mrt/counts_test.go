package mrt_test

import (
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies/rib"
)

// counts of a file. Some, Every and Origin count prefixes by their paths: AS701 in
// one of them, in each of them, as the origin of one.
type counts struct {
	Paths, Prefixes, Peers int
	Some, Every, Origin    int
}

// Counted by others: ../shared/data/README.md, and what is not there with bgpdump -m
// and awk. A member of an AS_SET is not an ASN of the path.
func TestCounts(t *testing.T) {
	for name, want := range map[string]counts{
		"mrt/rrc06-20100701.tdv2.mrt.gz": {Paths: 641_957, Prefixes: 323_487, Peers: 5, Some: 16_690,
			Every: 12_538, Origin: 709},
		"mrt/bview.20020722.2337.gz": {Paths: 115_521, Prefixes: 112_988, Peers: 36, Some: 21_769,
			Every: 21_738, Origin: 1_798},
		"mrt/bview.ipv4_unicast_add_path.gz":  {Paths: 62, Prefixes: 31, Peers: 3},
		"mrt/bview.ipv6_unicast_add_path.gz":  {Paths: 62, Prefixes: 31, Peers: 3},
		"ix/six-seattle-20151023.tdv2.mrt.gz": {Paths: 2_609, Prefixes: 2_609, Peers: 134},
		"ix/jpix-tokyo-20151023.tdv2.mrt.gz":  {Paths: 5_435, Prefixes: 5_435, Peers: 101},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, countsOf(t, name, 701)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// A file of updates holds no table, and is not an empty one.
func TestUpdatesAreNoTable(t *testing.T) {
	f, err := os.Open(file(t, "mrt/updates.nlri_mask_trailing_bits.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := outcome{
		Unread: "1 of type 16 subtype 1 (BGP4MP, updates)",
		Err:    "no route that can be read: 1 record, 0 paths, 1 not read (1 of type 16 subtype 1 (BGP4MP, updates))",
	}
	if diff := cmp.Diff(want, outcomeOf(t, f)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func countsOf(t *testing.T, name string, asn filters.ASN) counts {
	type seen struct{ paths, with, origin int }
	prefixes := make(map[netip.Prefix]*seen)
	peers := make(map[rib.Peer]bool)
	report := each(t, name, func(p *rib.Path) {
		s := prefixes[p.Prefix]
		if s == nil {
			s = new(seen)
			prefixes[p.Prefix] = s
		}
		s.paths++
		if slices.Contains(p.Path, asn) {
			s.with++
		}
		if origin, _ := p.ASPath.Origin(); origin == asn {
			s.origin++
		}
		peers[p.Announcer()] = true
	})
	if report.Damaged != 0 || report.Unread != 0 {
		t.Error(report)
	}
	got := counts{Paths: report.Paths, Prefixes: len(prefixes), Peers: len(peers)}
	for _, s := range prefixes {
		if s.with > 0 {
			got.Some++
		}
		if s.with == s.paths {
			got.Every++
		}
		if s.origin > 0 {
			got.Origin++
		}
	}
	return got
}
