package faults_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// Row 28, with a watch: gobgpd dies, and comes back; members hold again what they
// should within five seconds of their sessions, and nobody has done anything.
func TestWatchRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	r := w.watch("a")
	r.says(0, "state=in-sync")
	w.comesTo(testbed.Patience, outcomes["a"])
	for range 3 {
		at := r.mark()
		w.Daemon.Kill()
		r.says(at, "target lost")
		w.restart()
		took := w.comesTo(5*time.Second, outcomes["a"])
		t.Logf("filtered %v after the last session has come back", took.Round(time.Millisecond))
		r.says(at, "msg=repaired", "ours 2026-01-01 sha256", "outcome=applied")
	}
	w.on("status", "a.yaml").exits(0).says("in-sync")
	w.on("rollback", "--yes").exits(0) // before the last change that somebody decided on
	w.holds(outcomes[""])
	r.says(0, "state=kept-back", "rollback by")
	r.ends()
	if calls := w.history(); fmt.Sprint(calls) != "[watch applied repair applied repair applied repair applied "+
		"rollback applied]" {
		t.Errorf("history: %v", calls)
	}
}

// Row 27, with a watch: after SIGHUP with an edit of policies, and of a neighbor, what
// was in force is again.
func TestWatchReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	r := w.watch("a")
	r.says(0, "state=in-sync")

	at := r.mark()
	edited := strings.Replace(string(w.Daemon.Config()), "8..32", "9..32", 1)
	w.Daemon.Write([]byte(edited))
	w.Daemon.Reload()
	r.says(at, "msg=repaired")
	w.comesTo(testbed.Patience, outcomes["a"])

	at = r.mark()
	edited = strings.Replace(edited, "peer-as = 64496", "description = 'edited'\npeer-as = 64496", 1)
	edited = strings.Replace(edited, "import-policy-list = ['depeer', 'in']", "import-policy-list = ['in']", 1)
	w.Daemon.Write([]byte(edited))
	w.Daemon.Reload()
	r.says(at, "msg=repaired")
	w.Members[0].WaitEstablished()
	w.comesTo(testbed.Patience, outcomes["a"])
	w.on("status", "a.yaml").exits(0).says("in-sync")
	r.ends()
}

func lateASN(i int) uint32 { return 64499 + 100*uint32(i) }

// late is a member that is not in the route server's file: it announces one listed
// prefix, and one that is not.
func (w *world) late(t testing.TB, i int) *testbed.Member {
	return testbed.Bird(t, w.Daemon, 3+i,
		testbed.MemberConfig{ASN: filters.ASN(lateASN(i)), LocalPref: true, Announce: []testbed.Announcement{
			testbed.Announce(fmt.Sprintf("20.1.1.%d/32", i))[0], testbed.Announce(fmt.Sprintf("20.6.%d.0/24", i))[0],
		}})
}

// A new member, over gRPC and by the file, without our place in its lists: covered within
// two seconds of its session, and named in the log; so is one whose session bounces.
func TestWatchMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	r := w.watch("a")
	r.says(0, "state=in-sync")
	w.comesTo(testbed.Patience, outcomes["a"])
	w.replace("depeer.yaml", strings.Replace(watched, "192.0.2.1", w.Daemon.Site.Member(3).String(), 1))
	r.says(0, "msg=\"lists read\"")
	want := slices.Clone(outcomes["a"][2])
	ways := []func(testing.TB, netip.Addr, uint32){
		func(t testing.TB, address netip.Addr, asn uint32) { w.addPeer(t, address, asn, "in") },
		func(t testing.TB, address netip.Addr, asn uint32) {
			w.Daemon.Write(append(w.Daemon.Config(), section(address, asn)...))
			w.Daemon.Reload()
		},
	}
	for i, add := range ways {
		at := r.mark()
		address := w.Daemon.Site.Member(3 + i)
		m := w.late(t, i)
		add(t, address, lateASN(i))
		m.WaitEstablished()
		want = sorted(append(want, fmt.Sprintf("20.6.%d.0/24 %d | 100 64500:1:1", i, lateASN(i)))...)
		begin := time.Now()
		testbed.Eventually(t, 2*time.Second, func() error { return w.third(want) })
		t.Logf("covered %v after its session was up", time.Since(begin).Round(time.Millisecond))
		r.says(at, "new neighbor", address.String(), fmt.Sprintf("asn=%d", lateASN(i)))
		if i == 0 {
			r.says(at, "new neighbor", "Late, Inc.")
		}
		r.says(at, "msg=repaired")
		r.says(at, "state=in-sync")
	}
	at := r.mark()
	w.admin(t, w.Members[0], false)
	w.Members[0].WaitDown()
	w.admin(t, w.Members[0], true)
	w.Members[0].WaitEstablished()
	testbed.Eventually(t, testbed.Patience, func() error { return w.third(want) })
	if strings.Contains(r.log.String()[at:], "repaired") {
		t.Error("a session that bounces has lost nothing, and something was repaired")
	}
	w.on("status", "a.yaml").exits(0).says("in-sync")
	r.ends()
}

// third is an error unless the third member holds just these routes.
func (w *world) third(want []string) error {
	if got := w.table()[2]; !slices.Equal(got, want) {
		return fmt.Errorf("the third member holds %q, want %q", got, want)
	}
	return nil
}

// section is a neighbor in a gobgpd.conf whose lists do not have ours.
func section(address netip.Addr, asn uint32) []byte {
	return fmt.Appendf(nil, `
[[neighbors]]
[neighbors.config]
neighbor-address = "%s"
peer-as = %d
[neighbors.transport.config]
passive-mode = true
[neighbors.route-server.config]
route-server-client = true
[neighbors.apply-policy.config]
import-policy-list = ["in"]
export-policy-list = ["out"]
default-import-policy = "accept-route"
default-export-policy = "accept-route"
`, address, asn)
}
