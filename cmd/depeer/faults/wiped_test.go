package faults_test

import (
	"strings"
	"testing"
)

// Row 45: a reload wipes everything of ours in the middle of an apply, before the
// live call and behind it. No later step is believed, it is said, and recover leads
// to exactly what was before, or after.
func TestWiped(t *testing.T) {
	t.Parallel()
	x := newTrial(t)
	x.undisturbed()
	w := x.world
	w.put("a")
	x.proxy.arm(fault{})
	w.put("b")
	calls := x.proxy.written()
	at := live(t, calls)
	for i, k := range []int{at - 1, at, at + 1, len(calls) - 3} {
		w.put("a")
		w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
		reached, release := x.proxy.pause(k)
		r := w.start("apply", "b.plan", "--yes", "--json")
		<-reached
		text := string(w.Daemon.Config())
		if i%2 == 0 {
			text = strings.Replace(text, "8..32", "9..32", 1)
		} else {
			text = strings.Replace(text, "9..32", "8..32", 1)
		}
		w.Daemon.Write([]byte(text))
		w.Daemon.Reload()
		release()
		got := r.wait().exits(8)
		x.proxy.arm(fault{})
		side := x.recover(t, got)
		w.holds(outcomes[side])
		w.on("status", side+".yaml").exits(0)
		if t.Failed() {
			t.Fatalf("wiped at call %d of %d, the live one is %d", k, len(calls), at)
		}
	}
}
