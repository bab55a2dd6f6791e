package impact_test

import (
	"errors"
	"net/netip"
	"testing"

	"depeer/filters"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// Several paths of one member to one prefix are asked for apart (RFC 7911), and of those that
// are left only the ones that pass count.
func TestPassagesOfSeveralPaths(t *testing.T) {
	prefix := netip.MustParsePrefix("20.1.0.0/16")
	peer := netip.MustParseAddr("192.0.2.1")
	var paths []*rib.Path
	for id, asns := range [][]filters.ASN{{100, 701}, {100, 200}, {100, 200}} {
		p := &rib.Path{PeerASN: 100, ID: uint32(id + 1), ASPath: rib.Sequence(asns...), Since: 1}
		p.Prefix, p.Peer, p.Path = prefix, peer, asns
		paths = append(paths, p)
	}
	q := question(filters.Provider{ID: "a", ASNs: []filters.ASMatch{{ASN: 701}}})
	q.Members = []impact.Session{{Peer: rib.Peer{Address: peer, ASN: 100}, Up: true, Anchored: true, IPv4: true,
		Refusers: []string{"in"}}}
	for _, test := range []struct {
		stopped          map[uint32]bool
		without, already int
		member           int
	}{
		{nil, 0, 0, 0},
		{map[uint32]bool{2: true}, 0, 0, 0},
		{map[uint32]bool{2: true, 3: true}, 1, 0, 1},
		{map[uint32]bool{1: true, 2: true, 3: true}, 0, 1, 0},
	} {
		q.Passages = func(asked []*rib.Path) ([]rib.Passage, error) {
			out := make([]rib.Passage, len(asked))
			for i, p := range asked {
				if out[i] = rib.Passed; test.stopped[p.ID] {
					out[i] = rib.Stopped
				}
			}
			return out, nil
		}
		r, err := impact.Assess(q, source(paths))
		if err != nil {
			t.Fatal(err)
		}
		if r.Prefixes.WithoutPath != test.without || r.Prefixes.RefusedAlready != test.already ||
			r.Members[0].WithoutPath != test.member || r.Providers[0].WithoutPath != test.without {
			t.Errorf("stopped %v: %+v, member %+v, provider %+v", test.stopped, r.Prefixes, r.Members[0],
				r.Providers[0])
		}
	}
}

// A route server that does not answer is an error, of impact and of explain.
func TestPassagesFail(t *testing.T) {
	silent := errors.New("silent")
	p := &rib.Path{PeerASN: 100, ASPath: rib.Sequence(100, 701), Since: 1}
	p.Prefix, p.Peer, p.Path = netip.MustParsePrefix("20.1.0.0/16"), netip.MustParseAddr("192.0.2.1"),
		[]filters.ASN{100, 701}
	q := question(filters.Provider{ID: "a", ASNs: []filters.ASMatch{{ASN: 701}}})
	q.Members = []impact.Session{{Peer: p.Announcer(), Up: true, IPv4: true, Refusers: []string{"in"}}}
	q.Passages = func([]*rib.Path) ([]rib.Passage, error) { return nil, silent }
	if _, err := impact.Assess(q, source([]*rib.Path{p})); !errors.Is(err, silent) {
		t.Errorf("assess: %v", err)
	}
	if _, err := impact.Explain(q, impact.Subject{ASN: 701}, source([]*rib.Path{p})); !errors.Is(err, silent) {
		t.Errorf("explain: %v", err)
	}
	q.Members[0].Refusers = nil // nothing can refuse it: it is not asked for
	if _, err := impact.Assess(q, source([]*rib.Path{p})); err != nil {
		t.Errorf("assess: %v", err)
	}
}
