package testbed_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// edges is a route server that adds a large community (15 bytes) to each route in 10.0.0.0/8 and
// 2001:db8::/32, one that announces, and one that is sent routes.
type edges struct {
	*testbed.Daemon
	t         *testing.T
	from, to  *testbed.Speaker
	twoOctets bool
	beacons   int
}

func newEdges(t *testing.T, addPath, twoOctets bool) *edges {
	t.Helper()
	policy := policy(prefixSet("four", "10.0.0.0/8 8..32")+prefixSet("six", "2001:db8::/32 32..128"),
		matchPrefix("four", "any")+setCommunities("large-community", "add", "64500:666:1"),
		matchPrefix("six", "any")+setCommunities("large-community", "add", "64500:666:1"))
	d := testbed.Gobgpd(t, testbed.Config{Policy: policy,
		Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"fact"}}, {ASN: 64497, AddPath: addPath}}})
	return &edges{
		Daemon: d, t: t, twoOctets: twoOctets,
		from: testbed.SpeakOn(t, d, d.Site.Member(0), 64496, testbed.Terms{TwoOctets: twoOctets}),
		to:   testbed.SpeakOn(t, d, d.Site.Member(1), 64497, testbed.Terms{AddPath: addPath}),
	}
}

const addedByEdges = 15

// announce announces a route that is to be sent in so many bytes.
func (x *edges) announce(prefix string, sent int, fill testbed.Fill) {
	x.from.SayRaw(testbed.LongUpdate{Prefix: netip.MustParsePrefix(prefix), NextHop: x.from.Address,
		Path: []filters.ASN{64496, 65001}, Attributes: sent - addedByEdges, Fill: fill, TwoOctets: x.twoOctets}.Bytes())
}

// held returns in how many bytes a route is held, once all that was announced before is sent.
func (x *edges) held(prefix string) int {
	x.t.Helper()
	for range 2 { // gobgpd sends what it has gathered in no order, and before what comes later
		x.beacons++
		beacon := netip.PrefixFrom(netip.AddrFrom4([4]byte{198, 18, 0, byte(x.beacons)}), 32)
		x.announce(beacon.String(), 200, testbed.WithUnknown)
		testbed.Eventually(x.t, testbed.Patience, func() error {
			if _, held := x.to.Attributes(beacon); !held {
				return fmt.Errorf("%v has not arrived: %v", beacon, x.Ended())
			}
			return nil
		})
	}
	attributes, _ := x.to.Attributes(netip.MustParsePrefix(prefix))
	return len(attributes)
}

func (x *edges) ends() {
	x.t.Helper()
	select {
	case <-x.Done():
	case <-time.After(testbed.Patience):
		x.t.Error("gobgpd v3.37.0 did otherwise: it lives")
	}
}

// gobgpd 3.37 sends an IPv4 route whose attributes have up to 4,068 bytes, up to 4,064 where it
// sends path identifiers; an IPv6 route up to 4,073, the prefix among them. What is longer is not
// sent, and not withdrawn: the member keeps the route that it had. From 4,078 bytes on, 4,082
// with path identifiers, an IPv4 route ends the daemon (osrg/gobgp#2629).
func TestFactLength(t *testing.T) {
	for name, test := range map[string]struct {
		addPath bool
		prefix  string
		sent, longest,
		id int // the last length that is sent and the last that the daemon lives with; what is added to it when sent
	}{
		"IPv4":           {false, "10.1.0.0/16", 4068, 4077, 0},
		"IPv4, add-path": {true, "10.1.0.0/16", 4064, 4081, 0},
		"IPv6":           {false, "2001:db8:1::/48", 4073, 4088, 0},
		"IPv6, add-path": {true, "2001:db8:1::/48", 4069, 4088, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newEdges(t, test.addPath, false)
			x.announce(test.prefix, test.sent, testbed.WithUnknown)
			if got := x.held(test.prefix); got != test.sent+test.id {
				t.Errorf("gobgpd v3.37.0 did otherwise: %d bytes are held, announced to be %d", got, test.sent)
			}
			for _, long := range []int{test.sent + 1, test.longest} {
				x.announce(test.prefix, long, testbed.WithUnknown)
				if got := x.held(test.prefix); got != test.sent+test.id {
					t.Errorf("gobgpd v3.37.0 did otherwise: %d bytes are held, and %d of before", got, test.sent)
				}
			}
			if test.longest < 4088 { // no legal message of IPv6 is longer
				x.announce(test.prefix, test.longest+1, testbed.WithUnknown)
				x.ends()
			}
		})
	}
}

// What gobgpd 3.37 counts, when it looks how much room there is, is the AS path as it came: over
// a session without four-octet ASNs with two bytes each. It sends four. So nothing
// that is longer by that ends it, and a message that is too long is not sent.
func TestFactStaleLength(t *testing.T) {
	t.Parallel()
	x := newEdges(t, false, true)
	x.announce("10.1.0.0/16", 2050, testbed.WithPath)
	if got := x.held("10.1.0.0/16"); got < 4020 || got > 4070 {
		t.Errorf("gobgpd v3.37.0 did otherwise: %d bytes are held", got)
	}
	x.announce("10.2.0.0/16", 4077, testbed.WithPath) // more than 8,000 bytes when it is sent
	if got := x.held("10.2.0.0/16"); got != 0 || x.Ended() != nil {
		t.Errorf("gobgpd v3.37.0 did otherwise: %d bytes are held", got)
	}
	x.announce("10.3.0.0/16", 4078, testbed.WithPath)
	x.ends()
}
