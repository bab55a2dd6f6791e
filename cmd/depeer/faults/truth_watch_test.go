package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"depeer/policies/lab/testbed"
)

// elsewhere is another machine, with a history of its own, that works on the same target.
func (w *world) elsewhere() *world {
	w.t.Helper()
	return &world{newShell(w.t, w.target), w.Running, w.t}
}

// Row 53: where the target holds neither what history has last nor what lists ask for, a watch
// goes to what lists ask for, and not by way of what they no longer ask for.
func TestWatchGoesStraight(t *testing.T) {
	t.Parallel()
	for name, lose := range map[string]func(*world){
		"restart": func(w *world) { w.restart() },
		"reload": func(w *world) {
			w.depeer("emit", "c.yaml", "--into", w.Daemon.ConfigFile).exits(0)
			w.Daemon.Reload()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, exchange())
			w.put("a")
			lose(w)
			w.Settle()
			r := w.watch("b")
			r.says(0, "state=in-sync")
			w.holds(outcomes["b"])
			r.ends()
			if calls := fmt.Sprint(w.history()); !strings.HasPrefix(calls, "[apply applied watch applied") {
				t.Errorf("history: %v", calls)
			}
		})
	}
}

// What another machine has applied was not lost: a watch that may not do what its lists ask
// for puts nothing back over it.
func TestWatchLeavesAnothersPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.put("c")
	w.on("rollback", "--yes").exits(0)
	other := w.elsewhere()
	other.put("b")
	r := w.watch("c")
	r.says(0, "state=kept-back", "rollback by")
	w.holds(outcomes["b"])
	r.ends()

	w.put("a")
	other.put("b")
	w.write("depeer.yaml", strings.Replace(watched, "max_routes: 100%", "max_routes: 1%", 1))
	w.replace("ours.yaml", lists["c.yaml"])
	r = w.watchOn()
	r.says(0, "state=refused")
	w.holds(outcomes["b"])
	r.ends()
}

// A rollback on another machine stands in the daemon: a watch that asks for what was rolled
// back does not apply it again, until somebody applies something.
func TestWatchKeepsRollbackElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	other := w.elsewhere()
	other.put("b")
	w.put("a")
	r := w.watch("a")
	r.says(0, "state=in-sync")
	other.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	other.depeer("apply", "a.plan", "--yes").exits(0).says("nothing to do")
	at := r.mark()
	other.on("rollback", "--yes").exits(0)
	r.says(at, "state=kept-back", "rolled back")
	w.holds(outcomes["b"])
	w.on("status", "a.yaml").exits(2).says("rolled back")
	w.on("repair", "--yes").exits(0).says("nothing to put back: rolled back")
	w.replace("ours.yaml", lists["c.yaml"])
	r.says(at, "lists read", "2026-01-03")
	w.holds(outcomes["b"])
	r.ends()
	r = w.watch("c") // it is told by the daemon
	r.says(0, "state=kept-back", "rolled back")
	at = r.mark()
	other.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	other.depeer("apply", "b.plan", "--yes").exits(0).says("nothing to do") // it is to be so
	r.says(at, "state=in-sync")
	w.comesTo(testbed.Patience, outcomes["c"])
	r.ends()

	other.put("a")
	other.on("rollback", "--yes").exits(0)
	other.on("rollback", "--yes").exits(1)
	other.on("clear", "--yes").exits(0)
	other.put("a")
	other.on("rollback", "--yes").exits(0) // to nothing
	w.holds(outcomes[""])
	r = w.watch("a")
	r.says(0, "state=kept-back", "rolled back")
	w.holds(outcomes[""])
	at = r.mark()
	w.restart() // which it keeps in memory
	r.says(at, "target reached")
	w.comesTo(testbed.Patience, outcomes[""])
	r.ends()
}

// vanish takes the state directory away.
func (s *shell) vanish() {
	s.t.Helper()
	if err := os.RemoveAll(filepath.Join(s.dir, "state")); err != nil {
		s.t.Fatal(err)
	}
}

// Row 60: the state directory vanishes under a running watch. What a person has taken back is
// kept in memory, also when the policy goes by a restart; new lists wait for a person.
func TestWatchWithoutItsHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("b")
	w.put("a")
	r := w.watch("a")
	r.says(0, "state=in-sync")
	at := r.mark()
	w.on("rollback", "--yes").exits(0)
	r.says(at, "state=kept-back", "rollback by")
	w.vanish()
	r.says(at, "level=ERROR", "history is gone")
	w.holds(outcomes["b"])
	w.replace("ours.yaml", lists["c.yaml"])
	r.says(at, "lists read", "2026-01-03")
	w.holds(outcomes["b"])
	at = r.mark()
	w.restart()
	r.says(at, "msg=repaired")
	w.comesTo(testbed.Patience, outcomes["b"])
	at = r.mark()
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	r.says(at, "state=in-sync") // a person has applied: lists are applied again
	w.comesTo(testbed.Patience, outcomes["c"])

	at = r.mark() // and where nothing was taken back, the same
	w.vanish()
	r.says(at, "level=ERROR", "history is gone")
	w.replace("ours.yaml", lists["b.yaml"])
	r.says(at, "lists read", "2026-01-02")
	r.says(at, "state=kept-back")
	w.holds(outcomes["c"])
	at = r.mark()
	w.on("clear", "--yes").exits(0)
	r.says(at, "state=kept-back", "clear by")
	w.vanish()
	w.restart()
	r.says(at, "target reached")
	w.comesTo(testbed.Patience, outcomes[""])
	r.ends()
}
