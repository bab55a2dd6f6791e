package testbed_test

import (
	"bytes"
	"fmt"
	"testing"

	"depeer/policies/lab/testbed"
)

// A neighbor that is no route-server client obeys the global lists, and not those in its
// own section.
func TestFactOnlyGlobalListsActOnOtherNeighbors(t *testing.T) {
	const refuses = `
[[defined-sets.prefix-sets]]
prefix-set-name = "listed"
prefix-list = [{ip-prefix = "10.0.0.0/16"}]
[[policy-definitions]]
name = "refuses"
[[policy-definitions.statements]]
name = "refuses"
conditions.match-prefix-set = {prefix-set = "listed", match-set-options = "any"}
actions.route-disposition = "reject-route"
`
	for name, c := range map[string]struct {
		own    []string
		global string
		want   []string
	}{
		"in its section": {own: []string{"refuses"}, want: []string{"10.0.0.0/16", "20.0.0.0/16", "30.0.0.0/16"}},
		"in the global list": {global: "\n[global.apply-policy.config]\nimport-policy-list = " +
			"[\"refuses\"]\ndefault-import-policy = \"accept-route\"\n", want: []string{"20.0.0.0/16", "30.0.0.0/16"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := testbed.Config{Policy: refuses, Members: []testbed.MemberConfig{
				{ASN: 64496, Import: c.own, Announce: testbed.Announce("10.0.0.0/16", "20.0.0.0/16")}, {ASN: 64497},
			}}
			config.Edit = func(file []byte) []byte {
				return append(bytes.ReplaceAll(file, []byte("route-server-client = true"),
					[]byte("route-server-client = false")), c.global...)
			}
			d := testbed.Gobgpd(t, config)
			from, to := testbed.Bird(t, d, 0, config.Members[0]), testbed.Bird(t, d, 1, config.Members[1])
			from.WaitEstablished()
			to.WaitEstablished()
			testbed.Eventually(t, testbed.Patience, func() error {
				peers, err := d.Peers()
				if err != nil {
					return err
				}
				received := uint64(0)
				for _, p := range peers {
					for _, family := range p.AfiSafis {
						received += family.State.GetReceived()
					}
				}
				if received != 2 {
					return fmt.Errorf("gobgpd holds %d routes", received)
				}
				return nil
			})
			from.Announce(testbed.Announce("30.0.0.0/16")...) // who holds it holds all that came before
			to.Holds(countPrefixes(c.want...)...)
		})
	}
}
