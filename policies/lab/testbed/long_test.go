package testbed_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// What the built-in treatments and choices add ends no daemon: the longest legal UPDATE of
// each prefix length, made long by each kind of attribute, over sessions with and without
// four-octet ASNs, towards receivers with and without add-path. Short IPv4 announcements get
// nothing added.
func TestBuiltinTreatmentsLetTheDaemonLive(t *testing.T) {
	all := policies.Builtin(64500)
	deprefer, tag := all[1], all[2]
	choice := policies.BuiltinChoice(policies.Deprefer, 64500)
	for name, c := range map[string]struct {
		treatment string // of what the speakers announce
		chosen    bool   // a receiver has chosen deprefer
		added     int    // to what the receivers get
		chooser   int    // to what the one that has chosen gets
	}{
		"deprefer":        {deprefer.Name, false, deprefer.AddedBytes(), deprefer.AddedBytes()},
		"tag":             {tag.Name, false, tag.AddedBytes(), tag.AddedBytes()},
		"choice deprefer": {"", true, 0, choice.AddedBytesFor(policies.Treatment{})},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newLongExchange(t, all, c.treatment, c.chosen)
			x.sayLongest()
			x.gets(c.added, c.chooser)
		})
	}
}

// longExchange has two speakers, of which one has no four-octet ASNs, and receivers: one that
// may have chosen, one that takes several paths, and one without four-octet ASNs.
type longExchange struct {
	t                   *testing.T
	d                   *testbed.Daemon
	speakers, receivers []*testbed.Speaker
	terms               []testbed.Terms
	said                int
}

const speakerASN = 1001 // of the first; the second has the next one

// behind are the ASNs behind a speaker. An announcement without them has the shorter path,
// and is chosen whatever the age of the other speaker's.
var behind = []filters.ASN{65001, 65002, 65003, 65004}

func newLongExchange(t *testing.T, treatments []policies.Treatment, treatment string, chosen bool) *longExchange {
	t.Helper()
	site := testbed.Claim(t)
	listed := []filters.ASMatch{{ASN: speakerASN, Where: filters.Neighbor},
		{ASN: speakerASN + 1, Where: filters.Neighbor}}
	compiled := &filters.Compiled{}
	if treatment != "" {
		compiled.Filters = []filters.Filter{{Treatment: treatment, ASNs: listed}}
	}
	choices := build.Choices{}
	if chosen {
		choices = build.Choices{
			Lists: []build.ChosenList{{Name: "ours",
				Compiled: &filters.Compiled{Filters: []filters.Filter{{Treatment: "depeer", ASNs: listed}}}}},
			Members: []build.Chooser{{Addresses: []netip.Addr{site.Member(2)},
				Policies: map[string]policies.MemberPolicy{"ours": policies.Deprefer}}},
			Deprefer: policies.BuiltinChoice(policies.Deprefer, 64500),
		}
	}
	text, err := gobgpconf.Encode(build.PolicyWithChoices(compiled, treatments, 64500, choices), gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := &longExchange{t: t, terms: []testbed.Terms{{}, {TwoOctets: true}, {}, {AddPath: true}, {TwoOctets: true}}}
	c := testbed.Config{Site: site, Policy: string(text)}
	for i, terms := range x.terms {
		c.Members = append(c.Members, testbed.MemberConfig{ASN: filters.ASN(speakerASN + i), AddPath: terms.AddPath,
			Import: []string{policies.ImportPolicy}, Export: []string{policies.ExportPolicy}})
	}
	x.d = testbed.Gobgpd(t, c)
	for i, terms := range x.terms {
		s := testbed.SpeakOn(t, x.d, site.Member(i), filters.ASN(speakerASN+i), terms)
		if i < 2 {
			x.speakers = append(x.speakers, s)
		} else {
			x.receivers = append(x.receivers, s)
		}
	}
	return x
}

// sayLongest announces, from each speaker, what is longest, and waits until all of it was
// handled.
func (x *longExchange) sayLongest() {
	x.t.Helper()
	for i, s := range x.speakers {
		for _, fill := range []testbed.Fill{testbed.WithLargeCommunities, testbed.WithCommunities, testbed.WithPath,
			testbed.WithUnknown} {
			for bits := range 33 {
				prefix, _ := netip.MustParseAddr("20.1.2.3").Prefix(bits)
				x.say(i, testbed.LongUpdate{Prefix: prefix, Path: behind, Fill: fill})
				x.say(i, testbed.LongUpdate{Prefix: prefix, Path: behind, Fill: fill, MPReach: true})
			}
			for bits := 1; bits <= 128; bits += 9 {
				prefix, _ := netip.MustParseAddr("2a00:1:2:3:4:5:6:7").Prefix(bits)
				x.say(i, testbed.LongUpdate{Prefix: prefix, Path: behind, Fill: fill})
			}
		}
		x.settle(s, netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}), 32))
	}
}

func (x *longExchange) say(i int, u testbed.LongUpdate) {
	x.t.Helper()
	u.NextHop, u.TwoOctets = x.speakers[i].Address, x.terms[i].TwoOctets
	u.Path = append([]filters.ASN{filters.ASN(speakerASN + i)}, u.Path...)
	x.speakers[i].SayRaw(u.Bytes())
	x.said++
}

// settle waits until all receivers hold what a speaker says last.
func (x *longExchange) settle(s *testbed.Speaker, last netip.Prefix) {
	x.t.Helper()
	i := 0
	if s == x.speakers[1] {
		i = 1
	}
	x.say(i, testbed.LongUpdate{Prefix: last, Path: behind, Attributes: 200})
	for _, r := range x.receivers {
		testbed.Eventually(x.t, 2*testbed.Patience, func() error {
			if err := x.d.Ended(); err != nil {
				x.t.Fatalf("after %d announcements: %v", x.said, err)
			}
			if _, held := r.Attributes(last); !held {
				return fmt.Errorf("%v does not hold %v", r.Address, last)
			}
			return nil
		})
	}
}

// gets announces something of each length that is not long, and looks at how much longer it is
// when receivers get it: the first one has chosen.
func (x *longExchange) gets(added, chooser int) {
	x.t.Helper()
	const length = 1000
	for bits := range 33 {
		prefix, _ := netip.MustParseAddr("130.1.2.3").Prefix(bits)
		if bits < 8 {
			prefix, _ = netip.MustParseAddr("20.1.2.3").Prefix(bits)
		}
		x.say(0, testbed.LongUpdate{Prefix: prefix, Attributes: length, Fill: testbed.WithUnknown})
		for i, r := range x.receivers[:2] {
			want := length + added
			if i == 0 {
				want = length + chooser
			}
			if bits <= 8 {
				want = length
			}
			testbed.Eventually(x.t, testbed.Patience, func() error {
				if attributes, _ := r.Attributes(prefix); len(attributes) != want {
					return fmt.Errorf("%v holds %v with %d bytes of attributes, want %d", r.Address, prefix,
						len(attributes), want)
				}
				return nil
			})
		}
	}
	if err := x.d.Ended(); err != nil {
		x.t.Error(errors.Join(errors.New("in the end"), err))
	}
}
