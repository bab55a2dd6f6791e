package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// A tag of members' choices makes a route longer by 15 bytes, and a route that grows by that
// much can end gobgpd 3.37. A client whose export list lacks depeer-export is sent tags. So
// where a treatment is in force, and members choose for the first time, such a client gets the
// policy before the first route gets a tag: at every writing call of the apply a route that is
// listed is announced, and the client is sent it without a tag.
func TestClientNeverSeesTags(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, func(c *testbed.Config) { c.Members[erin].Export = []string{"out"} })
	p := newProxy(t, x.Daemon)
	x.target = p.address
	x.write("others.yaml", `
version: 1
list: {name: others, updated: 2026-01-01}
defaults: {treatment: deprefer}
providers: [{name: Other, prefixes: [20.9.0.0/16], allow_reserved: true}]
`)
	x.files()
	x.apply("others.yaml")
	x.losesExportPolicy(erin)

	x.wishes = map[int]string{carol: "refuse", dave: "deprefer"}
	x.files()
	x.on("plan", "ours.yaml", "others.yaml", "-o", "next.plan", "--at", "2026-02-01").exits(0)
	before, n := x.Members[announcer].Announced(), 0
	var announce func()
	announce = func() {
		route := testbed.Announce(fmt.Sprintf("20.1.%d.0/24", n))
		n++
		x.Members[announcer].Announce(append(slices.Clone(before), route...)...)
		testbed.Eventually(t, testbed.Patience, func() error { return x.Members[erin].Has(route[0].Prefix) })
		for _, r := range x.Members[erin].Routes() {
			for _, c := range r.LargeCommunities {
				if c.IsTag() {
					t.Errorf("at writing call %d, the client is sent the tag %s with %s", n, c, r.Prefix)
				}
			}
		}
		p.arm(fault{at: 1, before: announce})
	}
	p.arm(fault{at: 1, before: announce})
	x.depeer("apply", "next.plan", "--yes").exits(0)
	p.arm(fault{})
	if n < 10 {
		t.Errorf("only %d writing calls were looked at", n)
	}
	x.Members[announcer].Announce(before...)
	x.Settle()
	x.on("status", "ours.yaml", "others.yaml", "--at", "2026-02-01").exits(0)
}

// losesExportPolicy has a client's lists be those of the file again, which lacks our policy:
// gobgpd takes them anew where its section has changed.
func (x *choosing) losesExportPolicy(member int) {
	x.t.Helper()
	section := fmt.Sprintf("peer-as = %d", x.Members[member].ASN)
	file := string(x.Daemon.Config())
	if !strings.Contains(file, section) {
		x.t.Fatalf("no %s in the file", section)
	}
	x.Daemon.Write([]byte(strings.Replace(file, section, "description = 'edited'\n"+section, 1)))
	x.Daemon.Reload()
	x.Members[member].WaitEstablished()
	x.on("status").exits(2).says("has no " + policies.ExportPolicy)
}
