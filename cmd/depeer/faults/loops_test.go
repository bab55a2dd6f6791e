package faults_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"testing"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// With local-as on neighbors, and in a confederation, just those routes are counted, refused
// and proven that gobgpd has let in: it looks for loops with its global ASN.
func TestLoopsAreNotCounted(t *testing.T) {
	t.Parallel()
	localAS := func(file []byte) []byte {
		return bytes.ReplaceAll(file, []byte("peer-as = "), []byte("local-as = 64510\npeer-as = "))
	}
	confederation := func(file []byte) []byte {
		return append(file, "\n[global.confederation.config]\nenabled = true\nidentifier = 64510\nmember-as-list = "+
			"[64511]\n"...)
	}
	for name, edit := range map[string]func([]byte) []byte{"local-as": localAS, "confederation": confederation} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			member := testbed.MemberConfig{ASN: 64496, Import: []string{policies.ImportPolicy},
				Export: []string{policies.ExportPolicy}}
			other := member
			other.ASN = 64497
			d := testbed.Gobgpd(t, testbed.Config{Policy: anchored, Edit: edit,
				Members: []testbed.MemberConfig{member, other}})
			speaker := testbed.Speak(t, d, d.Site.Member(0), 64496)
			listener := testbed.Speak(t, d, d.Site.Member(1), 64497)
			for i, path := range [][]uint32{
				{64496}, {64496, 64510}, {64496, 64510, 64511}, {64496, 65010}, // let in
				{64496, 64500}, {64496, 65010, 64500}, // looped
			} {
				prefix := netip.PrefixFrom(netip.AddrFrom4([4]byte{20, 1, byte(i), 0}), 24)
				speaker.Say(testbed.Update(prefix, speaker.Address,
					bgp.NewAs4PathParam(bgp.BGP_ASPATH_ATTR_TYPE_SEQ, path)))
			}
			told := func(announced, withdrawn int) {
				t.Helper()
				testbed.Eventually(t, testbed.Patience, func() error {
					if h := listener.Heard(); h.Announced != announced || h.Withdrawn != withdrawn {
						return fmt.Errorf("heard %+v, want %d and %d", h, announced, withdrawn)
					}
					return nil
				})
			}
			told(4, 0)
			s := newShell(t, d.Target.String())
			s.write("loops.yaml", `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: depeer}
providers:
  - {name: Hoster, prefixes: [20.1.0.0/23, 20.1.4.0/23]}
`)
			s.on("plan", "loops.yaml", "-o", "loops.plan").exits(0).says("2 of 4 refused")
			s.depeer("apply", "loops.plan", "--yes").exits(0).says("2 refused")
			told(4, 2)
			s.on("status", "loops.yaml").exits(0)
		})
	}
}
