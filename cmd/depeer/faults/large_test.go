package faults_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

// Row 36: 100,000 prefixes in one list, then 300,000 in one set: plan, apply, status,
// rollback and clear, within a bounded memory.
func TestLarge(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members = c.Members[:2]
	c.Members[0].Announce = testbed.Announce("20.0.0.0/28", "20.1.2.64/29", "20.1.2.80/28", "30.0.0.0/16")
	c.Members[1].Announce = nil
	w := newWorld(t, c)
	all := table{{}, {"20.0.0.0/28 64496 | 100 64500:1:1", "20.1.2.64/29 64496 | 100 64500:1:1",
		"20.1.2.80/28 64496 | 100 64500:1:1", "30.0.0.0/16 64496 | 100 64500:1:1"}}
	rest := table{{}, all[1][2:]}
	w.write("100000.yaml", large(100_000))
	w.write("300000.yaml", large(300_000))

	w.measured("plan", "100000.yaml", "-o", "100000.plan", "--target", w.target)
	w.measured("apply", "100000.plan", "--yes")
	w.holds(rest)
	w.measured("plan", "300000.yaml", "-o", "300000.plan", "--target", w.target, "--allow-growth", "200000")
	w.measured("apply", "300000.plan", "--yes")
	w.holds(rest)
	w.measured("status", "300000.yaml", "--target", w.target)
	w.measured("rollback", "--yes", "--target", w.target)
	w.holds(rest)
	w.measured("clear", "--yes", "--target", w.target)
	w.holds(all)
}

// mostMemory bounds what one run may take, in kB.
const mostMemory = 384 << 10

// measured runs the program, and looks at what memory it took.
func (w *world) measured(args ...string) {
	w.t.Helper()
	begin := time.Now()
	r := w.depeer(args...).exits(0)
	usage, ok := r.usage.SysUsage().(*syscall.Rusage)
	if !ok {
		return
	}
	w.t.Logf("%s: %d MB, %v, of that %v its own", strings.Join(args[:2], " "), usage.Maxrss>>10,
		time.Since(begin).Round(time.Millisecond), (r.usage.UserTime() + r.usage.SystemTime()).Round(time.Millisecond))
	if usage.Maxrss > mostMemory && !(*everyCall && len(buildFlags) > 0) {
		w.t.Errorf("%s: %d MB of memory", r.line, usage.Maxrss>>10)
	}
}

// large is a list of n prefixes of one provider, every other /28 from 20.0.0.0 on: none
// can be joined with another.
func large(n int) string {
	var b strings.Builder
	b.WriteString("version: 1\nlist: {name: ours}\ndefaults: {treatment: depeer}\nproviders:\n  - name: Large\n    " +
		"prefixes:\n")
	for i := range n {
		at := i * 32
		fmt.Fprintf(&b, "      - 20.%d.%d.%d/28\n", at>>16, at>>8&255, at&255)
	}
	return b.String()
}
