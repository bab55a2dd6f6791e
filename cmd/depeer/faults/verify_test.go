package faults_test

import "testing"

// Row 40: what the tables do not prove is taken back. The proxy swallows the soft
// reset, so that a member's routes stay as they were.
func TestVerificationFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.put("a")
	before := dumpOf(t, w.Daemon)
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	p.arm(fault{swallow: "ResetPeer"})
	w.depeer("apply", "b.plan", "--yes", "--json").exits(9).says(`"code":"restored"`, "verification")
	w.holds(outcomes["a"])
	before.is(t, w.Daemon)
	w.on("recover", "--yes").exits(0).says("nothing to do")
	w.on("status", "a.yaml").exits(0)
}
