package faults_test

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/lab/testbed"
)

// Row 34: what is not confirmed in time is restored, also when the depeer that
// applied is dead; where nothing is left to do it, status says overdue.
func TestConfirm(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())

	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	r := w.start("apply", "a.plan", "--yes", "--confirm-within", "60s")
	w.pending(t)
	w.on("status", "a.yaml").exits(2).says("pending")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes").exits(6).says("confirm")
	w.on("confirm").exits(0).says("confirmed")
	r.wait().exits(0)
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
	w.on("confirm").exits(0).says("nothing to do")

	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes", "--confirm-within", "1s", "--json").exits(9)
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)

	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	r = w.start("apply", "b.plan", "--yes", "--confirm-within", "3s")
	w.pending(t)
	r.cmd.Process.Kill()
	<-r.done
	w.becomes(t, "a")

	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	r = w.start("apply", "b.plan", "--yes", "--confirm-within", "2s")
	w.pending(t)
	for _, child := range childrenOf(t, r.cmd.Process.Pid) {
		syscall.Kill(child, syscall.SIGKILL)
	}
	r.cmd.Process.Kill()
	<-r.done
	testbed.Eventually(t, testbed.Patience, func() error {
		if s := w.on("status", "b.yaml").exits(2); !strings.Contains(s.stdout, "overdue") {
			return fmt.Errorf("status says %s", s.stdout)
		}
		return nil
	})
	w.holds(outcomes["b"])
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
}

// pending returns when something waits for its confirmation.
func (w *world) pending(t testing.TB) {
	t.Helper()
	testbed.Eventually(t, testbed.Patience, func() error {
		if s := w.on("status"); !strings.Contains(s.stdout, "waits for a confirmation") {
			return fmt.Errorf("status says %s%s", s.stdout, s.stderr)
		}
		return nil
	})
}

// becomes returns when the target is as a list says.
func (w *world) becomes(t testing.TB, list string) {
	t.Helper()
	testbed.Eventually(t, testbed.Patience, func() error {
		if s := w.on("status", list+".yaml"); s.code != 0 {
			return errors.New(s.stdout + s.stderr)
		}
		return nil
	})
	w.holds(outcomes[list])
}

// childrenOf returns the processes that a process has started, which live.
func childrenOf(t testing.TB, pid int) []int {
	t.Helper()
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		t.Fatal(err)
	}
	var all []int
	for _, task := range tasks {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", pid, task.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range strings.Fields(string(text)) {
			child, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, child)
		}
	}
	if len(all) == 0 {
		t.Fatal("nobody guards the confirmation")
	}
	return all
}
