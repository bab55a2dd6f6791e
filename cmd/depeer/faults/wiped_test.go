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
	for _, when := range []struct {
		name string
		at   func(live, last int) int
	}{
		{"while preparing", func(live, _ int) int { return live - 1 }},
		{"at the live call", func(live, _ int) int { return live }},
		{"while cleaning up", func(_, last int) int { return last - 3 }},
	} {
		t.Run(when.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t)
			x.undisturbed()
			w := x.world
			calls := x.proxy.written()
			w.put("a")
			w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
			reached, release := x.proxy.pause(when.at(live(t, calls), len(calls)))
			r := w.start("apply", "b.plan", "--yes", "--json")
			<-reached
			w.Daemon.Write([]byte(strings.Replace(string(w.Daemon.Config()), "8..32", "9..32", 1)))
			w.Daemon.Reload()
			release()
			got := r.wait().exits(8)
			x.proxy.arm(fault{})
			side := x.recover(t, got)
			w.holds(outcomes[side])
			w.on("status", side+".yaml").exits(0)
		})
	}
}
