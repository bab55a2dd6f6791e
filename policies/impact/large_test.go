package impact_test

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// Tables of more than one block: a report is the same in whatever order paths come, and in
// part known.
func TestLargeTable(t *testing.T) {
	const prefixes, members = 20_000, 3
	q := question(filters.Provider{ID: "a", ASNs: []filters.ASMatch{{ASN: 7, Where: filters.Path}}})
	var paths []*rib.Path
	refused := 0
	for i := range prefixes {
		for m := range members {
			asn := filters.ASN(64501 + m)
			asns := []filters.ASN{asn, filters.ASN(i/2 + 100_000),
				filters.ASN(i % 50)} // every other one is as the one before it, but for the last ASN
			p := &rib.Path{PeerASN: asn, ASPath: rib.Sequence(asns...), Since: uint32(i)}
			if i%1000 == 0 && m == 0 {
				p.ASPath = nil
				asns = nil
			}
			p.Route = policies.Route{Prefix: numbered(i), Peer: netip.AddrFrom4([4]byte{192, 0, 2, byte(m + 1)}),
				Path: asns}
			if i%5 == 0 {
				var a [16]byte
				binary.BigEndian.PutUint32(a[:], 0x2a000000+uint32(i))
				p.Prefix = netip.PrefixFrom(netip.AddrFrom16(a), 32)
			}
			if slices.Contains(asns, 7) {
				refused++
			}
			paths = append(paths, p)
		}
	}
	slices.SortStableFunc(paths, func(a, b *rib.Path) int { return a.Prefix.Compare(b.Prefix) })
	inOrder, err := impact.Assess(q, source(paths))
	if err != nil {
		t.Fatal(err)
	}
	if want := (impact.Routes{Total: prefixes * members, Refused: refused,
		NewlyRefused: refused}); inOrder.Routes != want {
		t.Errorf("routes %+v, want %+v", inOrder.Routes, want)
	}
	// One member after another, as a route server lists them, and in no order at all.
	slices.SortStableFunc(paths, func(a, b *rib.Path) int { return a.Peer.Compare(b.Peer) })
	for _, order := range []string{"by member", "shuffled"} {
		got, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(inOrder, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
			cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
			t.Errorf("%s (-in order +so):\n%s", order, d)
		}
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
	}
}
