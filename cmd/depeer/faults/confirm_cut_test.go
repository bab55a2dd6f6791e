package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/lab/testbed"
)

// Row 61: the return of --confirm-within is armed before the change takes effect. Whoever kills an apply, at
// any call, has what was before in the end, and nobody is needed for it.
func TestKilledUnconfirmed(t *testing.T) {
	t.Parallel()
	x := newTrial(t)
	w := x.world
	for _, k := range callsOf(x.undisturbed()) {
		w.put("a")
		w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
		x.proxy.arm(fault{at: k, before: x.kill, lost: true})
		r := w.start("apply", "b.plan", "--yes", "--confirm-within", "4s")
		x.apply <- r
		if got := r.wait(); got.code != killed {
			t.Fatalf("at call %d: exit code %d\n%s", k, got.code, got.stderr)
		}
		x.proxy.arm(fault{})
		testbed.Eventually(t, testbed.Patience, func() error { // its guardian is at its end
			left := 0
			err := filepath.WalkDir(filepath.Join(w.dir, "state"), func(name string, _ os.DirEntry, err error) error {
				if filepath.Base(name) == "pending.json" {
					left++
				}
				return err
			})
			if err != nil || left > 0 {
				return fmt.Errorf("%d wait; %w", left, err)
			}
			return nil
		})
		w.becomes(t, "a")
		x.dumps["a"].is(t, w.Daemon)
		w.on("recover", "--yes").exits(0).says("nothing to do")
		w.on("confirm").exits(0).says("nothing to do")
	}
}

// A change that is not made waits for nothing; one whose guardian cannot be started is not made.
func TestUnmadeWaitsForNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	for _, at := range []int{1, 5} {
		reached, release := p.pause(at)
		r := w.start("apply", "a.plan", "--yes", "--confirm-within", "60s")
		<-reached
		if s := w.on("status"); strings.Contains(s.stdout, "waits for a confirmation") {
			t.Errorf("it waits already: %s", s.stdout)
		}
		w.on("confirm").exits(6)
		r.cmd.Process.Signal(syscall.SIGHUP)
		r.taken()
		release()
		r.wait().exits(map[int]int{1: 130, 5: 9}[at])
		p.arm(fault{})
		w.on("confirm").exits(0).says("nothing to do")
	}
	log := filepath.Join(w.dir, "state", "guard.log")
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(log, 0o700); err != nil {
		t.Fatal(err)
	}
	w.depeer("apply", "a.plan", "--yes", "--confirm-within", "60s").exits(1).says("nobody would take it back")
	w.holds(outcomes[""])
	w.on("confirm").exits(0).says("nothing to do")
}
