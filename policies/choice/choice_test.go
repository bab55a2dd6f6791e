package choice_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/choice"
	"depeer/policies/rib"
)

// Five members: the first two announce, the others may choose. 10.0.0.0/8 is listed by its
// prefix, AS65001 by its number.
func member(n int) choice.Member {
	return choice.Member{Peer: rib.Peer{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}),
		ASN: filters.ASN(64495 + n)}, Up: true, Anchored: true}
}

var treatments = policies.Builtin(64500)

// policy is that members of a wish have it about the list.
func policy(wishes map[int]policies.Wish) *policies.RoutingPolicy {
	list := &filters.Compiled{Filters: []filters.Filter{{
		Treatment: "choice",
		Prefixes: filters.Entries{IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8,
			Max: 32}}},
		ASNs: []filters.ASMatch{{ASN: 65001, Where: filters.Path}},
	}}}
	c := build.Choices{Lists: []build.ChosenList{{Name: "bad", Compiled: list}},
		Deprefer: policies.BuiltinChoice(policies.Deprefer, 64500), Tag: treatments[2]}
	for n := 1; n <= 5; n++ {
		if w, has := wishes[n]; has {
			c.Members = append(c.Members, build.Chooser{Addresses: []netip.Addr{member(n).Address},
				Wishes: map[string]policies.Wish{"bad": w}})
		}
	}
	return build.PolicyWithChoices(&filters.Compiled{}, treatments, 64500, c)
}

func path(from int, prefix string, asns ...filters.ASN) *rib.Path {
	m := member(from)
	p := &rib.Path{PeerASN: m.ASN, ASPath: rib.Sequence(append([]filters.ASN{m.ASN}, asns...)...)}
	p.Route = policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: m.Address, Path: p.ASPath.Append(nil)}
	return p
}

func source(paths ...*rib.Path) rib.Source {
	return func(yield func(*rib.Path, error) bool) {
		for _, p := range paths {
			if !yield(p, nil) {
				return
			}
		}
	}
}

func TestForesight(t *testing.T) {
	routes := source(
		path(1, "10.1.0.0/16"), path(2, "10.1.0.0/16", 65010), // both listed, by prefix
		path(1, "20.1.0.0/16", 65001), path(2, "20.1.0.0/16", 65010, 65011), // the best is listed, by ASN
		// likewise, and the other goes through the third member
		path(1, "20.2.0.0/16", 65001), path(2, "20.2.0.0/16", 64498, 65011),
		path(2, "20.3.0.0/16", 65010), path(1, "20.3.0.0/16", 65001, 65002), // the best is not listed
		path(1, "30.0.0.0/16"), path(3, "10.3.0.0/16"),
	)
	tests := map[string]struct {
		old, new  map[int]policies.Wish
		secondary bool
		want      []choice.Expected
		resets    []int
		tagged    int
	}{
		"one refuses": {
			new:    map[int]policies.Wish{3: policies.Refuse},
			want:   []choice.Expected{{Refused: 3, Withheld: 1}}, // of 10.3.0.0/16 it is the announcer
			resets: []int{1, 2, 3}, tagged: 5,
		},
		"one refuses, with secondary-route": {
			new: map[int]policies.Wish{3: policies.Refuse}, secondary: true,
			want:   []choice.Expected{{Refused: 3, Another: 1}},
			resets: []int{1, 2, 3}, tagged: 5,
		},
		"two choose": {
			new:    map[int]policies.Wish{4: policies.Refuse, 5: policies.Deprefer},
			want:   []choice.Expected{{Refused: 4, Withheld: 2}, {Changed: 4}},
			resets: []int{1, 2, 3}, tagged: 5,
		},
		"as before": {
			old: map[int]policies.Wish{5: policies.Tag}, new: map[int]policies.Wish{5: policies.Tag},
			want: []choice.Expected{{Changed: 4}},
		},
		"nobody any more": {
			old:    map[int]policies.Wish{5: policies.Tag},
			resets: []int{1, 2, 3}, tagged: 5,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := choice.Question{Old: policy(test.old), New: policy(test.new)}
			for n := 1; n <= 5; n++ {
				m := member(n)
				m.SecondaryRoute = test.secondary
				q.Members = append(q.Members, m)
			}
			f := choice.New(q)
			n := 0
			for range f.Over(routes) {
				n++
			}
			if want := len(test.new) > 0; n != 10 || f.Needed() != want {
				t.Fatalf("%d paths came through; needed %t, want %t", n, f.Needed(), want)
			}
			if err := f.Again(routes); err != nil {
				t.Fatal(err)
			}
			got := f.Report()
			want := choice.Report{Members: test.want, Tagged: test.tagged, Total: 6}
			choosers := []int{}
			for n := 1; n <= 5; n++ {
				if _, chosen := test.new[n]; chosen {
					choosers = append(choosers, n)
				}
			}
			for i, n := range choosers {
				want.Members[i].Address, want.Members[i].ASN, want.Members[i].SecondaryRoute = member(n).Address,
					uint32(member(n).ASN), test.secondary
			}
			for _, n := range test.resets {
				want.Resets = append(want.Resets, member(n).Address)
			}
			if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNobodyHasChosen(t *testing.T) {
	if f := choice.New(choice.Question{Old: policy(nil), New: policy(nil)}); f != nil {
		t.Errorf("%+v", f)
	}
}
