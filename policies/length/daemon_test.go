package length_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
	"depeer/policies/gobgp"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
	"depeer/policies/length"
	"depeer/policies/rib"
)

// exchange is a gobgpd with a policy, two members who announce long routes (the second over a
// session without four-octet ASNs), and receivers that keep what they are sent.
type exchange struct {
	*testbed.Daemon
	t         *testing.T
	policy    *policies.RoutingPolicy
	announces []*testbed.Speaker
	receives  []*testbed.Speaker
	beacons   int
	// unexported is the member whose export list lacks our policy; the zero address: none.
	unexported netip.Addr
}

// The members, by their places.
const (
	wide    = iota // announces
	narrow         // announces, with two octets for an ASN
	plain          // is sent routes
	several        // is sent several paths
	chooser        // has chosen: the treatment deprefer, or nothing where nobody has
	size
)

// listed is what treatments are for; what lies outside is as it was announced.
var listed = &filters.Compiled{Filters: []filters.Filter{{
	Treatment: "it",
	Prefixes: filters.Entries{
		IPv4: []filters.Entry{{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8, Max: 32}},
		IPv6: []filters.Entry{{Prefix: netip.MustParsePrefix("2001:db8::/32"), Min: 32, Max: 128}},
	},
}}}

func asn(member int) filters.ASN { return filters.ASN(64496 + member) }

// start starts an exchange where routes are treated, and a member has chosen something.
func start(t *testing.T, treatment policies.Treatment, wish *policies.MemberPolicy, unexported bool) *exchange {
	t.Helper()
	treatment.Name = "it"
	site := testbed.Claim(t)
	choices := build.Choices{}
	if wish != nil {
		choices = build.Choices{
			Lists:    []build.ChosenList{{Name: "list", Compiled: listed}},
			Deprefer: policies.BuiltinChoice(policies.Deprefer, 64500),
			Tag:      policies.BuiltinChoice(policies.Tag, 64500),
			Members: []build.Chooser{{Addresses: []netip.Addr{site.Member(chooser)},
				Policies: map[string]policies.MemberPolicy{"list": *wish}}},
		}
	}
	x := &exchange{t: t, policy: build.PolicyWithChoices(listed, []policies.Treatment{treatment}, 64500, choices)}
	text, err := gobgpconf.Encode(x.policy, gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := testbed.Config{Site: site, Policy: string(text)}
	for i := range size {
		m := testbed.MemberConfig{ASN: asn(i), Import: []string{"depeer"}, Export: []string{"depeer-export"},
			AddPath: i == several}
		if unexported && i == plain {
			m.Export, x.unexported = nil, site.Member(i)
		}
		c.Members = append(c.Members, m)
	}
	x.Daemon = testbed.Gobgpd(t, c)
	for i := range size {
		s := testbed.SpeakOn(t, x.Daemon, site.Member(i), asn(i),
			testbed.Terms{TwoOctets: i == narrow, AddPath: i == several})
		if i < plain {
			x.announces = append(x.announces, s)
		} else {
			x.receives = append(x.receives, s)
		}
	}
	return x
}

// announce announces a route of so many bytes.
func (x *exchange) announce(from int, prefix netip.Prefix, attributes int, fill testbed.Fill) {
	x.t.Helper()
	x.announces[from].SayRaw(testbed.LongUpdate{
		Prefix: prefix, NextHop: x.announces[from].Address, Path: []filters.ASN{asn(from), 65001, 65002},
		Attributes: attributes, Fill: fill, TwoOctets: from == narrow,
	}.Bytes())
}

// settle returns when everything that was announced has been sent to whom it will be. gobgpd
// sends what it has gathered in no order, and all of it before what comes later.
func (x *exchange) settle() {
	x.t.Helper()
	for range 2 {
		for from := range x.announces {
			x.beacons++
			for _, beacon := range []netip.Prefix{
				netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, byte(from), byte(x.beacons)}), 32),
				netip.MustParsePrefix(fmt.Sprintf("2001:2:%d:%d::/64", from, x.beacons)),
			} {
				x.announce(from, beacon, 200, testbed.WithUnknown)
				testbed.Eventually(x.t, testbed.Patience, func() error {
					for _, s := range x.receives {
						if _, held := s.Attributes(beacon); !held {
							return fmt.Errorf("%v has not been sent %v: %v", s.Address, beacon, x.Ended())
						}
					}
					return nil
				})
			}
		}
	}
}

// sizes returns a route's as it is sent to each receiver; none where it is refused.
func (x *exchange) sizes(policy *eval.Evaluator, exporter *eval.Exporter,
	r policies.Route) map[netip.Addr]policies.Size {
	out := make(map[netip.Addr]policies.Size)
	left, passes := policy.Apply(r)
	for _, s := range x.receives {
		sent, ok := left, true
		if s.Address != x.unexported {
			sent, ok = exporter.Apply(s.Address, left)
		}
		if passes && ok {
			out[s.Address] = sent.Size
		}
	}
	return out
}

// compare fails the test unless receivers hold what is foretold, in exactly as many bytes.
func (x *exchange) compare() length.Report {
	x.t.Helper()
	x.settle()
	client, err := gobgp.Dial(x.t.Context(), gobgp.Options{Address: "unix://" + x.Socket})
	if err != nil {
		x.t.Fatal(err)
	}
	defer client.Close()
	state, err := client.State(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	foresight := length.New(length.Question{Policy: x.policy, Members: length.InForce(state)})
	var routes []*rib.Path
	for p, err := range foresight.Over(client.Announced(x.t.Context(), state.Clients)) {
		if err != nil {
			x.t.Fatal(err)
		}
		routes = append(routes, p.Clone())
	}
	report := foresight.Report()
	lost := make(map[netip.Prefix]map[netip.Addr]bool)
	for _, r := range report.NotDelivered {
		lost[r.Prefix] = make(map[netip.Addr]bool)
		for _, s := range x.receives {
			lost[r.Prefix][s.Address] = len(r.To) == 0
		}
		for _, a := range r.To {
			lost[r.Prefix][a] = true
		}
	}
	policy, exporter := eval.New(x.policy), eval.NewExporter(x.policy)
	for _, r := range routes {
		sizes := x.sizes(policy, exporter, r.Route)
		for i, s := range x.receives {
			attributes, held := s.Attributes(r.Prefix)
			sent, passes := sizes[s.Address]
			want := sent.Sent()
			if plain+i == several && r.Prefix.Addr().Is6() {
				want += 4 // the path identifier
			}
			switch {
			case !passes && !held:
			case held == lost[r.Prefix][s.Address] || !passes:
				x.t.Errorf("%v of %v, sent to %v in %d bytes (%+v): held %t, foretold to be lost %t", r.Prefix, r.Peer,
					s.Address, want, sent, held, lost[r.Prefix][s.Address])
			case held && len(attributes) != want:
				x.t.Errorf("%v of %v has %d bytes for %v, foretold %d (%+v)", r.Prefix, r.Peer, len(attributes),
					s.Address, want, sent)
			}
		}
	}
	return report
}

func wish(w policies.MemberPolicy) *policies.MemberPolicy { return &w }

var tests = map[string]struct {
	treatment policies.Treatment
	wish      *policies.MemberPolicy // of the chooser; nil: nobody has chosen
	// unexported: the export list of one member lacks our policy, and it sees the tags of choices.
	unexported bool
}{
	"nothing":    {treatment: policies.Treatment{Communities: nil, LocalPref: 100}},
	"local-pref": {treatment: policies.Treatment{LocalPref: 50}},
	"med":        {treatment: policies.Treatment{MED: new(uint32)}},
	"community":  {treatment: policies.Treatment{Communities: []policies.Community{64500<<16 | 64661}}},
	"large community": {treatment: policies.Treatment{LargeCommunities: []policies.LargeCommunity{{Global: 64500,
		Local1: 666, Local2: 2}}}},
	"prepend": {treatment: policies.Treatment{Prepend: 3}},
	"all": {treatment: policies.Treatment{LocalPref: 50, MED: new(uint32), Prepend: 2,
		Communities:      []policies.Community{1, 2},
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 2}}}},
	"refused":          {treatment: policies.Treatment{Reject: true}},
	"choice: deprefer": {treatment: policies.Treatment{LocalPref: 50}, wish: wish(policies.Deprefer)},
	"choice: tag": {treatment: policies.Treatment{Audience: policies.Choosers, LocalPref: 50},
		wish: wish(policies.Tag)},
	"choice, and a list without our export policy": {treatment: policies.Treatment{LocalPref: 50},
		wish: wish(policies.Refuse), unexported: true},
	"choice: refuse": {treatment: policies.Treatment{LocalPref: 50}, wish: wish(policies.Refuse)},
}

// Announcements of every length near the edge, in both families, with every kind of
// attribute that makes them long, on sessions with and without four-octet ASNs: what members hold,
// and in how many bytes, is what is foretold. Nothing is announced that would end the daemon.
func TestDaemon(t *testing.T) {
	t.Parallel()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := start(t, test.treatment, test.wish, test.unexported)
			treated := test.treatment
			added := policies.Actions{LocalPref: treated.LocalPref, MED: treated.MED, Prepend: treated.Prepend,
				Communities: treated.Communities, AddLargeCommunities: treated.LargeCommunities}.GrowsBytes()
			if test.wish != nil {
				added += 15 // a choice, or its tag
			}
			random := rand.New(rand.NewPCG(1, 2))
			n := 0
			for from := range x.announces {
				for _, fill := range []testbed.Fill{testbed.WithLargeCommunities, testbed.WithCommunities,
					testbed.WithPath, testbed.WithUnknown} {
					for range 12 {
						n++
						bits := 9 + random.IntN(24)
						four := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(n), byte(n >> 8), 1}), 32)
						if bits < 24 { // another route than all others: its first octets tell
							four = netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(20 + n%100), byte(n), 0, 0}), 16)
						}
						six := netip.MustParsePrefix(fmt.Sprintf("2001:db8:%x::/%d", n, 48+random.IntN(80))).Masked()
						longest := min(4077-added, testbed.LongestAttributes(four))
						if four.Addr().As4()[0] != 10 {
							longest = testbed.LongestAttributes(four)
						}
						if from == narrow && fill == testbed.WithPath {
							longest = 2040 // twice as many bytes are sent, and are not counted
						}
						x.announce(from, four, longest-random.IntN(40), fill)
						longest = testbed.LongestAttributes(six)
						if from == narrow && fill == testbed.WithPath {
							longest = 2060
						}
						x.announce(from, six, longest-random.IntN(40), fill)
					}
				}
			}
			report := x.compare()
			t.Logf("%d routes, %d not delivered, %d near", 2*n, len(report.NotDelivered), len(report.Near))
			if err := x.Ended(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
