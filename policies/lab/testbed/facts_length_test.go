package testbed_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// A message that is as long as asked for arrives, and is passed on to the byte.
func TestLongUpdatesArrive(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}, {ASN: 64498},
		{ASN: 64499, AddPath: true}}})
	terms := []testbed.Terms{{}, {TwoOctets: true}}
	var speakers []*testbed.Speaker
	for i, on := range terms {
		speakers = append(speakers, testbed.SpeakOn(t, d, d.Site.Member(i), filters.ASN(64496+i), on))
	}
	plain := testbed.SpeakOn(t, d, d.Site.Member(2), 64498, testbed.Terms{})
	several := testbed.SpeakOn(t, d, d.Site.Member(3), 64499, testbed.Terms{AddPath: true})
	for i, s := range speakers {
		for j, fill := range []testbed.Fill{testbed.WithLargeCommunities, testbed.WithCommunities, testbed.WithPath,
			testbed.WithUnknown} {
			for k, length := range []int{259, 300, 1500, 4064} {
				if terms[i].TwoOctets && length > 2000 {
					continue // it is passed on with four octets for each ASN, and may then be too long
				}
				for _, prefix := range []netip.Prefix{
					netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i), byte(j), byte(k)}), 32),
					netip.MustParsePrefix(fmt.Sprintf("2001:db8:%d:%d:%d::/80", i, j, k+1)),
				} {
					u := testbed.LongUpdate{Prefix: prefix, NextHop: s.Address,
						Path:       []filters.ASN{filters.ASN(64496 + i), 65001},
						Attributes: length, Fill: fill, TwoOctets: terms[i].TwoOctets}
					s.SayRaw(u.Bytes())
					for _, receiver := range []*testbed.Speaker{plain, several} {
						testbed.Eventually(t, testbed.Patience, func() error {
							attributes, held := receiver.Attributes(prefix)
							want := length
							if receiver == several && prefix.Addr().Is6() {
								want += 4 // the path identifier
							}
							// An AS path of two octets for each ASN is passed on with four.
							if grown := terms[i].TwoOctets; !held || len(attributes) != want && !grown ||
								len(attributes) < want {
								return fmt.Errorf("%v, filled with %d, said in %d bytes, arrived: %v, in %d", prefix,
									fill, length, held, len(attributes))
							}
							return d.Ended()
						})
					}
				}
			}
		}
	}
}

// ends is whether the daemon has ended as it does for a route that is too long.
func ends(t *testing.T, d *testbed.Daemon) {
	t.Helper()
	select {
	case <-d.Done():
	case <-time.After(testbed.Patience):
		t.Fatal("gobgpd v3.37.0 did otherwise: it lives")
	}
	if log := d.Log(); !bytes.Contains(log, []byte("panic: runtime error: makeslice: cap out of range")) {
		t.Errorf("gobgpd v3.37.0 did otherwise; log:\n%s", log)
	}
}

// The attributes that gobgpd 3.37 sends for an IPv4 route must leave room for a prefix. Where
// they do not it sends nothing, and where they are longer still, from 4,078 bytes on, it
// ends: packerV4.pack divides the room by what a prefix takes, and makes a slice of that
// capacity (osrg/gobgp#2629). A legal UPDATE does not get there by itself, except over a session
// without four-octet ASNs.
func TestFactLongRouteEndsTheDaemon(t *testing.T) {
	const (
		set       = "0.0.0.0/0 0..32"
		localPref = "actions.bgp-actions.set-local-pref = 50\n"
		prepend   = "actions.bgp-actions.set-as-path-prepend = {as = \"last-as\", repeat-n = %d}\n"
	)
	community, large := setCommunities("community", "add", "64500:64661"),
		setCommunities("large-community", "add", "64500:666:1")
	for name, c := range map[string]struct {
		terms   testbed.Terms
		actions string
		update  testbed.LongUpdate
	}{
		// What was built in as deprefer, and one announcement with 336 large communities.
		"the old deprefer": {actions: fmt.Sprintf(prepend, 2) + localPref + large, update: testbed.LongUpdate{
			Prefix: netip.MustParsePrefix("10.1.0.0/16"), Path: []filters.ASN{1001, 65001},
			Attributes: 4 + 7 + 13 + 4 + 12*336}},
		"the old tag": {actions: large,
			update: testbed.LongUpdate{Prefix: netip.MustParsePrefix("10.1.1.0/24"), Path: []filters.ASN{1001}}},
		"local-pref on a /8": {actions: localPref,
			update: testbed.LongUpdate{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Path: []filters.ASN{1001}}},
		"a community on a /8": {actions: community,
			update: testbed.LongUpdate{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Path: []filters.ASN{1001}}},
		"both on a /20": {actions: localPref + community,
			update: testbed.LongUpdate{Prefix: netip.MustParsePrefix("10.0.0.0/20"), Path: []filters.ASN{1001}}},
		"a prepend, without four-octet ASNs": {terms: testbed.Terms{TwoOctets: true}, actions: fmt.Sprintf(prepend, 1),
			update: testbed.LongUpdate{
				Prefix: netip.MustParsePrefix("10.1.1.0/24"), Path: []filters.ASN{1001, 65001, 65002, 65003, 65004},
				TwoOctets: true}},
		// Nothing of ours is needed for that one, and nothing of ours can keep it off.
		"no policy, an AS4_PATH": {terms: testbed.Terms{TwoOctets: true}, update: testbed.LongUpdate{
			Prefix: netip.MustParsePrefix("10.1.1.0/24"), Path: []filters.ASN{1001, 65001}, Fill: testbed.WithPath,
			TwoOctets: true, AS4Path: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testbed.Gobgpd(t, testbed.Config{
				Policy:  policy(prefixSet("set", set), matchPrefix("set", "any")+c.actions),
				Members: []testbed.MemberConfig{{ASN: 1001, Import: []string{"fact"}}, {ASN: 64497}},
			})
			testbed.Speak(t, d, d.Site.Member(1), 64497)
			speaker := testbed.SpeakOn(t, d, d.Site.Member(0), 1001, c.terms)
			c.update.NextHop = speaker.Address
			speaker.SayRaw(c.update.Bytes())
			ends(t, d)
		})
	}
}
