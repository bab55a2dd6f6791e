package faults_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// Situation 8: what members have sent of reasons and of tags is scrubbed from routes that are
// not listed, too. Plan names the resets that apply makes for it, and nobody has chosen
// anything: no route is tagged.
func TestScrubbedIsForeseen(t *testing.T) {
	t.Parallel()
	for name, sent := range map[string]struct {
		policies.LargeCommunity
		by int
	}{
		"a reason":                    {policies.LargeCommunity{Global: 64500, Local1: 66700, Local2: 9}, 1},
		"a tag":                       {policies.LargeCommunity{Global: 64500, Local1: 66601, Local2: 9}, 1},
		"a tag, of the listed member": {policies.LargeCommunity{Global: 64500, Local1: 66601, Local2: 9}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := exchange()
			innocent := testbed.Announce("20.6.0.0/16")[0]
			innocent.LargeCommunities = []policies.LargeCommunity{sent.LargeCommunity}
			c.Members[sent.by].Announce = append(c.Members[sent.by].Announce, innocent)
			w := newWorld(t, c)
			w.write("depeer.yaml", `
version: 1
exchange: {name: Example-IX, asn: 64500, reasons: 66700}
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%, max_added_bytes: 22}
`)
			var planned struct {
				Changes struct{ Resets []string }
				Effort  struct{ Updates int }
			}
			w.on("plan", "a.yaml", "-o", "a.plan", "--json").exits(0).reads(&planned)
			var applied struct {
				Reset  []string
				Tagged int
			}
			w.depeer("apply", "a.plan", "--yes", "--json").exits(0).reads(&applied)
			slices.Sort(planned.Changes.Resets)
			slices.Sort(applied.Reset)
			if diff := cmp.Diff(planned.Changes.Resets, applied.Reset); diff != "" {
				t.Errorf("resets (-planned +made):\n%s", diff)
			}
			if applied.Tagged != 0 {
				t.Errorf("%d routes are said to be tagged for members who have chosen", applied.Tagged)
			}
		})
	}
}
