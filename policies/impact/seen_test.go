package impact_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/counted"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// announced are paths of members 65005 on, one for each AS path.
func announced(prefixes []string, paths ...rib.ASPath) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		for i, path := range paths {
			member := filters.ASN(65005 + i)
			p := &rib.Path{PeerASN: member, ASPath: path, Since: 1}
			p.Route = policies.Route{Prefix: netip.MustParsePrefix(prefixes[i]),
				Peer: netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), Path: path.Append(nil)}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// set is a sequence, and an AS_SET behind it.
func set(sequence []filters.ASN, of ...filters.ASN) rib.ASPath {
	hidden := rib.Sequence(of...)
	hidden[0] = byte(rib.ASSet)
	return append(rib.Sequence(sequence...), hidden...)
}

// A listed origin that is in AS_SETs and in the middle of paths is not gone.
func TestSeenWhereItIsNotMatched(t *testing.T) {
	paths := announced([]string{"41.1.0.0/24", "41.1.1.0/24", "41.1.2.0/24", "41.1.3.0/24"},
		set([]filters.ASN{65005}, 26780), set([]filters.ASN{65006}, 26780, 7), set([]filters.ASN{65007, 26780}, 7, 8),
		rib.Sequence(65008, 9))
	for _, test := range []struct {
		match filters.ASMatch
		seen  []string
		gone  []string
	}{
		{filters.ASMatch{ASN: 26780}, []string{"AS26780 transit 1", "AS26780 as_set 2"}, nil},
		{filters.ASMatch{ASN: 26780, Where: filters.Neighbor},
			[]string{"AS26780 neighbor as_set 2", "AS26780 neighbor not_neighbor 1"}, nil},
		{filters.ASMatch{ASN: 26780, Where: filters.Path}, []string{"AS26780 path as_set 2"}, nil},
		{filters.ASMatch{ASN: 9}, nil, nil},
		{filters.ASMatch{ASN: 10}, nil, []string{"AS10"}},
	} {
		r, err := impact.Assess(question(filters.Provider{ID: "a", ASNs: []filters.ASMatch{test.match}}), paths)
		if err != nil {
			t.Fatal(err)
		}
		var seen, gone []string
		for _, s := range r.Seen {
			seen = append(seen, fmt.Sprintf("%s %s %d", s.Entry, s.As, s.Paths))
		}
		for _, g := range r.Gone {
			gone = append(gone, g.Entry)
		}
		if diff := cmp.Diff(test.seen, seen); diff != "" {
			t.Errorf("%s: seen (-want +got):\n%s", test.match, diff)
		}
		if diff := cmp.Diff(test.gone, gone); diff != "" {
			t.Errorf("%s: gone (-want +got):\n%s", test.match, diff)
		}
	}
}

// What is refused by its ASN, and is inside a route of another one, is still reached.
func TestReachedWhereAnASNIsListed(t *testing.T) {
	paths := announced([]string{"41.1.2.0/24", "41.1.0.0/16", "41.2.0.0/24"}, rib.Sequence(65005, 26780),
		rib.Sequence(65006, 7), rib.Sequence(65007, 26780))
	r, err := impact.Assess(question(filters.Provider{ID: "a", ASNs: []filters.ASMatch{{ASN: 26780}}}), paths)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range r.Reached {
		got = append(got, fmt.Sprintf("%s %s by %s from %s", c.Provider, c.Prefix, c.By, c.Origin))
	}
	if diff := cmp.Diff([]string{"a 41.1.2.0/24 by 41.1.0.0/16 from 7"}, got); diff != "" {
		t.Errorf("reached (-want +got):\n%s", diff)
	}
}

// What a neighbor announces on which no policy acts is seen, and not gone.
func TestSeenOutOfReach(t *testing.T) {
	q := question(filters.Provider{ID: "a",
		ASNs: []filters.ASMatch{{ASN: 26780}, {ASN: 7, Where: filters.Neighbor}, {ASN: 10}},
		Prefixes: []filters.PrefixMatch{{Prefix: netip.MustParsePrefix("41.1.0.0/16"), Min: 16, Max: 32},
			{Prefix: netip.MustParsePrefix("41.2.0.0/16"), Min: 16, Max: 32}}})
	q.OutOfReach = announced([]string{"41.1.2.0/24", "41.1.3.0/24", "41.3.0.0/24"}, rib.Sequence(65005, 26780, 26780),
		rib.Sequence(65006, 7), rib.Sequence(65007, 26780))
	r, err := impact.Assess(q, announced(nil))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range r.Seen {
		got = append(got, fmt.Sprintf("seen %s AS%s %s %d", s.Entry, s.ASN, s.As, s.Paths))
	}
	for _, g := range r.Gone {
		got = append(got, "gone "+g.Entry)
	}
	want := []string{"seen 41.1.0.0/16 AS0 out_of_reach 2", "seen AS7 neighbor AS7 out_of_reach 1",
		"seen AS26780 AS26780 out_of_reach 2", "gone AS10", "gone 41.2.0.0/16"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// "Any more" is said only of what was counted before.
func TestGoneSinceWhen(t *testing.T) {
	p := filters.Provider{ID: "a", ASNs: []filters.ASMatch{{ASN: 26780}}}
	first, err := impact.Assess(question(p), announced([]string{"41.1.2.0/24"}, rib.Sequence(65005, 26780)))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		counted *counted.Routes
		want    string
	}{{nil, ""}, {&first.Counted, "2026-11-28"}} {
		q := question(p)
		q.Counted, q.CountedOn = test.counted, "2026-11-28"
		r, err := impact.Assess(q, announced([]string{"41.1.2.0/24"}, rib.Sequence(65005, 9)))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]impact.Gone{{Provider: "a", List: "ours", Entry: "AS26780", Last: test.want}},
			r.Gone); diff != "" {
			t.Errorf("gone (-want +got):\n%s", diff)
		}
	}
}
