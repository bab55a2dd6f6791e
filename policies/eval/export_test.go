package eval_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
)

// Whatever members choose, each is sent what is said here naively; who has chosen
// nothing what all were sent before, without a trace of a tag.
func TestChoicesMeanWhatMembersSay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawing(t)
		asn := pick(c, []filters.ASN{0, 64500})
		treatments := c.towards(c.treatments())
		compiled := c.compiled(treatments)
		choices := c.choices(treatments,
			func() *filters.Compiled { return c.compiled([]policies.Treatment{{Name: "choice"}}) })
		p := build.PolicyWithChoices(compiled, treatments, asn, choices)
		e, x := eval.New(p), eval.NewExporter(p)
		for range 20 {
			r := c.route()
			if tags := p.Tags(); len(tags) > 0 && c.oneIn(2) {
				r.LargeCommunities = append(r.LargeCommunities, pick(c, tags)) // sent by the member itself
			}
			imported, accepted := e.Apply(r)
			for _, to := range members {
				want, wantAccepted := wished(compiled, treatments, choices, asn, p, to, r)
				got, sent := policies.Route{}, false
				if accepted {
					got, sent = x.Apply(to, imported)
				}
				if diff := cmp.Diff(want, got, same); diff != "" || sent != wantAccepted {
					t.Fatalf("%v to %v: sent %t, want %t (-want +got)\n%s\nchoices %+v\n%+v\n%+v", r, to, sent,
						wantAccepted, diff, choices, p.Import, p.Export)
				}
				if accepted && (x.Effect(to, imported) == "refuse") != !sent {
					t.Fatalf("%v to %v: sent %t, effect %q", r, to, sent, x.Effect(to, imported))
				}
			}
		}
	})
}

// members may choose, all but the last.
var members = []netip.Addr{listener.address, netip.MustParseAddr("2001:db8::3"), other.address,
	netip.MustParseAddr("127.0.0.9")}

// choices are about up to three lists, of which there may be another one.
func (c chooser) choices(treatments []policies.Treatment, list func() *filters.Compiled) build.Choices {
	var out build.Choices
	names := []string{"bad", "worse", "worst", "gone"}
	for _, name := range names[:c(4)] {
		out.Lists = append(out.Lists, build.ChosenList{Name: name, Compiled: list()})
	}
	wishes := []policies.MemberPolicy{policies.Refuse}
	able := slices.DeleteFunc(slices.Clone(treatments),
		func(t policies.Treatment) bool { return t.Reject || !t.TowardsOne().Changes() })
	if len(able) > 1 && !c.oneIn(6) {
		i := c(len(able) - 1)
		out.Deprefer, out.Tag = able[i], able[i+1+c(len(able)-i-1)]
		wishes = append(wishes, policies.Deprefer, policies.Deprefer, policies.Tag, policies.Tag)
	}
	for _, addresses := range [][]netip.Addr{members[:2], members[2:3]} {
		m := build.Chooser{Addresses: addresses, Policies: map[string]policies.MemberPolicy{}}
		for _, name := range names {
			if c.oneIn(2) {
				m.Policies[name] = pick(c, wishes)
			}
		}
		out.Members = append(out.Members, m)
	}
	return out
}

// towards has some treatments be for choosers only.
func (c chooser) towards(treatments []policies.Treatment) []policies.Treatment {
	for i := range treatments {
		if !treatments[i].Reject && c.oneIn(4) {
			treatments[i].Audience = policies.Choosers
		}
	}
	return treatments
}

// wished is what a member should be sent of a route, read off what was chosen.
func wished(compiled *filters.Compiled, treatments []policies.Treatment, choices build.Choices, asn filters.ASN,
	p *policies.RoutingPolicy, to netip.Addr, r policies.Route) (policies.Route, bool) {
	name := naive(compiled, treatments, r)
	i := slices.IndexFunc(treatments, func(t policies.Treatment) bool { return t.Name == name })
	done := len(treatments) // how severe, of what is done for everybody
	r = withoutReasons(r, treatments)
	if i >= 0 && treatments[i].Audience == policies.Everybody {
		var accepted bool
		if r, accepted = treat(renewing(r, treatments, name), treatments, name); !accepted {
			return r, false
		}
		if treatments[i].Changes() {
			done = i
		}
	}
	if usesMarks(p) {
		r.LargeCommunities = slices.DeleteFunc(slices.Clone(r.LargeCommunities), policies.Marks(asn).Matches)
	}
	if len(p.Export) > 0 {
		r.LargeCommunities = slices.DeleteFunc(slices.Clone(r.LargeCommunities), policies.TagSpace(asn).Matches)
	}
	severest := policies.MemberPolicy(99)
	for _, m := range choices.Members {
		for _, l := range choices.Lists {
			if w, has := m.Policies[l.Name]; has && slices.Contains(m.Addresses, to) && naive(l.Compiled, nil, r) != "" {
				severest = min(severest, w)
			}
		}
	}
	var t policies.Treatment
	switch severest {
	case policies.Refuse:
		return policies.Route{}, false
	case policies.Deprefer:
		t = choices.Deprefer
	case policies.Tag:
		t = choices.Tag
	default:
		return r, true
	}
	if r.Prefix.Addr().Is4() && r.Prefix.Bits() <= 8 { // is refused, or left out
		return r, true
	}
	if done <= slices.IndexFunc(treatments, func(o policies.Treatment) bool { return o.Name == t.Name }) {
		return r, true
	}
	return treat(r, []policies.Treatment{t.TowardsOne()}, t.Name)
}

func TestNewExporterPanics(t *testing.T) {
	tags := policies.Set{Name: "tags",
		Elements: policies.LargeCommunities{{LargeCommunity: larges("64500:66601:1")[0]}}}
	on := policies.Condition{Set: "tags"}
	for name, c := range map[string]policies.Conditions{
		"everything":    {},
		"a prefix-set":  {PrefixSet: policies.Condition{Set: "p"}, LargeCommunitySet: on},
		"absence":       {LargeCommunitySet: policies.Condition{Set: "tags", Invert: true}},
		"a missing set": {LargeCommunitySet: policies.Condition{Set: "other"}},
		"nobody":        {LargeCommunitySet: on, NeighborSet: policies.Condition{Set: "who"}},
		"all but a few": {LargeCommunitySet: on, NeighborSet: policies.Condition{Set: "who", Invert: true}},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			eval.NewExporter(&policies.RoutingPolicy{
				Sets: []policies.Set{
					tags,
					{Name: "who", Elements: policies.Neighbors{}},
				},
				Export: []policies.Statement{{Name: "s", Conditions: c}},
			})
		})
	}
}
