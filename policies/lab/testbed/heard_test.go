package testbed_test

import (
	"fmt"
	"net/netip"
	"testing"

	"depeer/policies/lab/testbed"
)

// What one speaker says, another is told, in full messages, and that it is gone.
func TestSpeakersCount(t *testing.T) {
	t.Parallel()
	const n = 2000
	d := testbed.Gobgpd(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}, {ASN: 64497}}})
	listener := testbed.Speak(t, d, d.Site.Member(1), 64497)
	speaker := testbed.Speak(t, d, d.Site.Member(0), 64496)
	var all []netip.Prefix
	for i := range n {
		all = append(all, netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(i >> 8), byte(i), 0}), 24))
	}
	speaker.SayAll(all, 64496, 65001)
	told := func(announced, withdrawn int) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error {
			if h := listener.Heard(); h.Announced != announced || h.Withdrawn != withdrawn {
				return fmt.Errorf("heard %+v, want %d and %d", h, announced, withdrawn)
			}
			return nil
		})
	}
	told(n, 0)
	speaker.Close()
	told(n, n)
	if h := listener.Heard(); !h.LastWithdrawn.After(h.LastAnnounced) {
		t.Errorf("withdrawn at %v, announced at %v", h.LastWithdrawn, h.LastAnnounced)
	}
}
