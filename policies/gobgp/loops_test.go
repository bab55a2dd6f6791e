package gobgp_test

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/policies/lab/testbed"
)

// gobgpd drops a path through the ASN of its global section, and only such a one: not
// one through the local-as of the neighbor or of another one, or through the identifier or a
// member of its confederation. What is received of a client, and announced, is what the
// daemon lets into its table.
func TestFactLoopsAreOfTheGlobalASN(t *testing.T) {
	const global, other, member = 64500, 64510, 64511
	localAS := func(file []byte) []byte {
		return bytes.ReplaceAll(file, []byte("peer-as = "), []byte("local-as = 64510\npeer-as = "))
	}
	confederation := func(file []byte) []byte {
		return append(file, "\n[global.confederation.config]\nenabled = true\nidentifier = 64510\nmember-as-list = "+
			"[64511]\n"...)
	}
	for name, edit := range map[string]func([]byte) []byte{
		"plain":         nil,
		"local-as":      localAS,
		"confederation": confederation,
		"both":          func(file []byte) []byte { return confederation(localAS(file)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testbed.Gobgpd(t, testbed.Config{Edit: edit,
				Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
			listener := testbed.Speak(t, d, d.Site.Member(1), 64497)
			speaker := testbed.Speak(t, d, d.Site.Member(0), 64496)
			sequence := func(asns ...uint32) bgp.AsPathParamInterface {
				return bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, asns)
			}
			set := bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SET, []uint32{65010, global})
			clean := []netip.Prefix{}
			for i, path := range []struct {
				loops bool
				along []bgp.AsPathParamInterface
			}{
				{false, []bgp.AsPathParamInterface{sequence(64496)}},
				{true, []bgp.AsPathParamInterface{sequence(64496, global)}},
				{true, []bgp.AsPathParamInterface{sequence(64496, 65010, global, 65011)}},
				{true, []bgp.AsPathParamInterface{sequence(64496), set}},
				{false, []bgp.AsPathParamInterface{sequence(64496, other)}},
				{false, []bgp.AsPathParamInterface{sequence(64496, other, other, member)}},
				{false, []bgp.AsPathParamInterface{sequence(64496, member, 65011)}},
			} {
				prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(i), 0, 0}), 16)
				speaker.Say(testbed.Update(prefix, speaker.Address, path.along...))
				if !path.loops {
					clean = append(clean, prefix)
				}
			}
			testbed.Eventually(t, testbed.Patience, func() error { return holds(d, 7) })
			testbed.Eventually(t, testbed.Patience, func() error {
				if got := listener.Heard().Announced; got != len(clean) {
					return errors.New("not all is told yet, or too much")
				}
				return nil
			})
			c := dialTarget(t, d)
			received := []netip.Prefix{}
			for _, r := range gather(t, c.Received(t.Context(), speaker.Address)) {
				received = append(received, r.Prefix)
			}
			if diff := gocmp.Diff(clean, received, equal); diff != "" {
				t.Errorf("received, and in the daemon's table (-want +got):\n%s", diff)
			}
			announced := []netip.Prefix{}
			for _, p := range paths(t, c.Announced(t.Context(), state(t, c).Clients), time.Time{}) {
				announced = append(announced, p.Prefix)
			}
			if diff := gocmp.Diff(clean, announced, equal); diff != "" {
				t.Errorf("announced, and in the daemon's table (-want +got):\n%s", diff)
			}
		})
	}
}
