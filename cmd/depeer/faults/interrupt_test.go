package faults_test

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/lab/testbed"
)

// Row 38: an interrupt before anything was changed, in the middle, and twice: it
// stops clean, or what was before is restored.
func TestInterrupt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	p.arm(fault{})
	before := dumpOf(t, w.Daemon)

	// While it waits for an answer to what it reads.
	w.Daemon.Stop()
	heard := p.heard()
	r := w.start("apply", "a.plan", "--yes", "--timeout", "60s")
	<-heard
	r.cmd.Process.Signal(syscall.SIGINT)
	r.wait().exits(130)
	heard = p.heard()
	r = w.start("plan", "a.yaml", "--target", w.target, "--timeout", "60s", "--json")
	<-heard
	r.cmd.Process.Signal(syscall.SIGTERM)
	r.wait().exits(130)
	w.Daemon.Continue()
	if calls := p.written(); len(calls) != 0 {
		t.Errorf("%q were called", calls)
	}

	for _, times := range []int{1, 2} {
		for at, codes := range map[int]int{1: 130, 5: 9} {
			reached, release := p.pause(at)
			r := w.start("apply", "a.plan", "--yes")
			<-reached
			for range times {
				r.cmd.Process.Signal(syscall.SIGINT)
			}
			r.taken()
			release()
			r.wait().exits(codes)
			p.arm(fault{})
			before.is(t, w.Daemon)
			w.on("recover", "--yes").exits(0).says("nothing to do")
		}
	}
	w.holds(outcomes[""])
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.holds(outcomes["a"])
}

// taken returns when a program has taken its signals: none is pending, and what it
// does about them is on its way.
func (r *running) taken() {
	r.t.Helper()
	testbed.Eventually(r.t, testbed.Patience, func() error {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(text)) {
			mask, pending := strings.CutPrefix(line, "ShdPnd:")
			if pending && strings.Trim(mask, "\t\n 0") != "" {
				return errors.New("a signal is pending")
			}
		}
		return nil
	})
}
