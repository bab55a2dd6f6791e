package faults_test

import (
	"testing"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// Treated routes carry the reason, in IPv4 and IPv6; what a member gives itself of
// reasons is gone, from routes that nobody lists as well, as soon as the exchange has
// reasons; and the way back takes all that back.
func TestReasons(t *testing.T) {
	t.Parallel()
	c := exchange()
	fake := []policies.LargeCommunity{{Global: 64500, Local1: 66700, Local2: 1},
		{Global: 64500, Local1: 66700, Local2: 99}, {Global: 64500, Local1: 667, Local2: 1}}
	own := func(prefix string) testbed.Announcement {
		a := testbed.Announce(prefix)[0]
		a.LargeCommunities = fake
		return a
	}
	c.Members[0].Announce = []testbed.Announcement{own("20.1.0.0/16"), own("2a00:1::/32")}
	c.Members[1].Announce = []testbed.Announcement{own("20.3.0.0/16")}
	w := newWorld(t, c)
	w.write("depeer.yaml", `
version: 1
exchange: {name: Example-IX, asn: 64500, reasons: 66700}
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%, max_added_bytes: 22}
`)
	const as64500 = " | 100 64500:1:1 64500:667:1 64500:66700:1 64500:66700:99"
	before := table{
		sorted("20.3.0.0/16 64497"+as64500, third),
		sorted("20.1.0.0/16 64496"+as64500, "2a00:1::/32 64496"+as64500, third),
		sorted("20.1.0.0/16 64496"+as64500, "2a00:1::/32 64496"+as64500, "20.3.0.0/16 64497"+as64500),
	}
	w.holds(before)
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	deprefer, tag := "20.1.0.0/16 64496 | 50 64500:1:1 64500:667:1 64500:66700:1",
		"2a00:1::/32 64496 | 100 64500:64661 64500:1:1 64500:667:1 64500:66700:2"
	scrubbed := "20.3.0.0/16 64497 | 100 64500:1:1 64500:667:1"
	after := table{sorted(scrubbed, third), sorted(deprefer, tag, third), sorted(deprefer, tag, scrubbed)}
	w.holds(after)
	w.on("status", "a.yaml").exits(0)
	w.depeer("explain", "64500:66700:2", "a.yaml").exits(0).says("treated as tag", "six (ours)")
	// What is announced from now on is scrubbed as it comes.
	w.Members[1].Announce(own("20.6.0.0/16"))
	later := "20.6.0.0/16 64497 | 100 64500:1:1 64500:667:1"
	w.holds(table{sorted(scrubbed, later, third), after[1], sorted(deprefer, tag, scrubbed, later)})
	w.Members[1].Withdraw(own("20.6.0.0/16").Prefix)
	w.on("rollback", "--yes").exits(0)
	w.holds(before)
}
