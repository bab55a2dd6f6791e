package impact_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// Five members: the first two announce, the others may choose. 10.0.0.0/8 is listed by its
// prefix, AS65001 by its number.
func chooser(n int) impact.Session {
	return impact.Session{Peer: rib.Peer{Address: netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}),
		ASN: filters.ASN(64495 + n)}, Up: true, Anchored: true, IPv4: true, IPv6: true}
}

var choiceTreatments = policies.Builtin(64500)

// choicePolicy is that members of a wish have it about the list.
func choicePolicy(wishes map[int]policies.MemberPolicy) *policies.RoutingPolicy {
	list := &filters.Compiled{Filters: []filters.Filter{{
		Treatment: "choice",
		Prefixes: filters.Entries{IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8,
			Max: 32}}},
		ASNs: []filters.ASMatch{{ASN: 65001, Where: filters.Path}},
	}}}
	c := build.Choices{Lists: []build.ChosenList{{Name: "bad", Compiled: list}},
		Deprefer: policies.BuiltinChoice(policies.Deprefer, 64500), Tag: choiceTreatments[2]}
	for n := 1; n <= 5; n++ {
		if w, has := wishes[n]; has {
			c.Members = append(c.Members, build.Chooser{Addresses: []netip.Addr{chooser(n).Address},
				Policies: map[string]policies.MemberPolicy{"bad": w}})
		}
	}
	return build.PolicyWithChoices(&filters.Compiled{}, choiceTreatments, 64500, c)
}

func pathFrom(from int, prefix string, asns ...filters.ASN) *rib.Path {
	m := chooser(from)
	p := &rib.Path{PeerASN: m.ASN, ASPath: rib.Sequence(append([]filters.ASN{m.ASN}, asns...)...)}
	p.Route = policies.Route{Prefix: netip.MustParsePrefix(prefix), Peer: m.Address, Path: p.ASPath.Append(nil)}
	return p
}

func TestChoices(t *testing.T) {
	routes := source([]*rib.Path{
		pathFrom(1, "10.1.0.0/16"), pathFrom(2, "10.1.0.0/16", 65010), // both listed, by prefix
		pathFrom(1, "20.1.0.0/16", 65001), pathFrom(2, "20.1.0.0/16", 65010, 65011), // the best is listed, by ASN
		// likewise, and the other goes through the third member
		pathFrom(1, "20.2.0.0/16", 65001), pathFrom(2, "20.2.0.0/16", 64498, 65011),
		pathFrom(2, "20.3.0.0/16", 65010), pathFrom(1, "20.3.0.0/16", 65001, 65002), // the best is not listed
		pathFrom(1, "30.0.0.0/16"), pathFrom(3, "10.3.0.0/16"),
	})
	tests := map[string]struct {
		old, new  map[int]policies.MemberPolicy
		secondary bool
		want      []impact.Chooser
		resets    []int
		tagged    int
	}{
		"one refuses": {
			new:    map[int]policies.MemberPolicy{3: policies.Refuse},
			want:   []impact.Chooser{{Refused: 3, Withheld: 1}}, // of 10.3.0.0/16 it is the announcer
			resets: []int{1, 2, 3}, tagged: 5,
		},
		"one refuses, with secondary-route": {
			new: map[int]policies.MemberPolicy{3: policies.Refuse}, secondary: true,
			want:   []impact.Chooser{{Refused: 3, Another: 1}},
			resets: []int{1, 2, 3}, tagged: 5,
		},
		"two choose": {
			new:    map[int]policies.MemberPolicy{4: policies.Refuse, 5: policies.Deprefer},
			want:   []impact.Chooser{{Refused: 4, Withheld: 2}, {Changed: 4}},
			resets: []int{1, 2, 3}, tagged: 5,
		},
		"as before": {
			old: map[int]policies.MemberPolicy{5: policies.Tag}, new: map[int]policies.MemberPolicy{5: policies.Tag},
			want: []impact.Chooser{{Changed: 4}},
		},
		"nobody any more": {
			old:    map[int]policies.MemberPolicy{5: policies.Tag},
			resets: []int{1, 2, 3}, tagged: 5,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			q := impact.Question{Lists: &filters.Compiled{}, Old: choicePolicy(test.old), New: choicePolicy(test.new)}
			for n := 1; n <= 5; n++ {
				m := chooser(n)
				m.SecondaryRoute = test.secondary
				q.Members = append(q.Members, m)
			}
			report, err := impact.Assess(q, routes)
			if err != nil {
				t.Fatal(err)
			}
			if report.Routes.Total != 10 || report.Prefixes.Total != 6 {
				t.Errorf("%+v, %+v", report.Routes, report.Prefixes)
			}
			want := impact.Choices{Members: test.want, Tagged: test.tagged}
			choosers := []int{}
			for n := 1; n <= 5; n++ {
				if _, chosen := test.new[n]; chosen {
					choosers = append(choosers, n)
				}
			}
			for i, n := range choosers {
				want.Members[i].Peer, want.Members[i].SecondaryRoute = chooser(n).Peer, test.secondary
			}
			for _, n := range test.resets {
				want.Resets = append(want.Resets, chooser(n).Address)
			}
			if diff := cmp.Diff(&want, report.Choices,
				cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNobodyHasChosen(t *testing.T) {
	q := impact.Question{Lists: &filters.Compiled{}, Old: choicePolicy(nil), New: choicePolicy(nil)}
	report, err := impact.Assess(q, source(nil))
	if err != nil || report.Choices != nil {
		t.Errorf("%+v, error %v", report.Choices, err)
	}
}
