package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/lab/testbed"
)

// Row 53: a rollback of what only gave clients our place in their lists takes that off again,
// and so does one of what did that beside its policy.
func TestRollbackTakesPlacesOff(t *testing.T) {
	t.Parallel()
	c := exchange()
	for i := range c.Members {
		c.Members[i].Import, c.Members[i].Export = []string{"in"}, []string{"out"}
	}
	w := newWorld(t, c)
	before := dumpOf(t, w.Daemon)
	w.put("a")
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes[""])
	lists := func(d dump) string {
		return strings.Join(d.operators(), "\n")
	}
	if got := lists(dumpOf(t, w.Daemon)); got != lists(before) {
		t.Errorf("lists after a rollback of all:\n%s\nbefore:\n%s", got, lists(before))
	}

	w.depeer("emit", "c.yaml", "--into", w.Daemon.ConfigFile).exits(0)
	w.Daemon.Reload()
	w.holds(outcomes[""]) // no client asks it
	before = dumpOf(t, w.Daemon)
	w.put("c")
	w.on("rollback", "--yes").exits(0).says("applied")
	w.holds(outcomes[""])
	before.isBut(t, w.Daemon, "set depeer/applied") // where it stands that this was a way back
	w.put("b")                                      // from there on to another policy, and back
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes[""])
	before.isBut(t, w.Daemon, "set depeer/applied")
	w.on("status", "c.yaml").exits(2).says("none of its routes is treated")
}

// isBut is dump.is, whatever the lines say in which a text is.
func (d dump) isBut(t testing.TB, daemon *testbed.Daemon, text string) {
	t.Helper()
	is := func(line string) bool { return strings.Contains(line, text) }
	if diff := cmp.Diff(slices.DeleteFunc(slices.Clone(d), is), slices.DeleteFunc(dumpOf(t, daemon), is)); diff != "" {
		t.Errorf("the daemon has (-want +got):\n%s", diff)
	}
}

// A rollback takes a clear back also after a restart, which has brought back the places that
// the file gives clients: they do nothing.
func TestRollbackOfClearAfterRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.on("clear", "--yes").exits(0)
	w.restart()
	w.on("status").exits(0)
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes["a"])
}

// Row 59: growth and shrinkage are asked again at apply, against what is in force on the
// target: a plan that was made under laxer limits is refused.
func TestApplyAsksSizesAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	list := func(providers int) string {
		var b strings.Builder
		b.WriteString("version: 1\nlist: {name: ours, updated: 2026-01-01}\ndefaults: {treatment: " +
			"deprefer}\nproviders:\n")
		for i := range providers {
			fmt.Fprintf(&b, "  - {name: P%d, prefixes: [20.%d.0.0/16]}\n", i, 10+i)
		}
		return b.String()
	}
	strict := "version: 1\nexchange: {name: Example-IX, asn: 64500}\n"
	w.write("depeer.yaml", strict)
	w.write("lax.yaml", strict+"limits: {max_shrink: 100%, max_growth: 1000%}\n")
	w.write("ours.yaml", list(60))
	w.on("plan", "ours.yaml", "-o", "ours.plan").exits(0)
	w.depeer("apply", "ours.plan", "--yes").exits(0)
	before := dumpOf(t, w.Daemon)
	for _, machine := range []*world{w, w.elsewhere()} {
		for name, text := range map[string]string{"depeer.yaml": strict, "lax.yaml": strict +
			"limits: {max_shrink: 100%, max_growth: 1000%}\n"} {
			machine.write(name, text)
		}
		machine.write("ours.yaml", list(10))
		machine.on("plan", "ours.yaml", "-o", "short.plan", "-c", "lax.yaml").exits(0)
		machine.depeer("apply", "short.plan", "--yes").exits(4).says("shrink", "50 of 15")
		machine.write("ours.yaml", list(200))
		machine.on("plan", "ours.yaml", "-o", "long.plan", "-c", "lax.yaml").exits(0)
		machine.depeer("apply", "long.plan", "--yes").exits(4).says("growth", "140 of 20")
	}
	before.is(t, w.Daemon)
	w.write("ours.yaml", list(10))
	w.on("plan", "ours.yaml", "-o", "short.plan", "--allow-shrink", "50").exits(0)
	w.depeer("apply", "short.plan", "--yes").exits(0)
	w.on("rollback", "--yes").exits(0) // a way back is asked nothing
}

// What another machine has replaced before its confirmation was due cannot be taken back: it
// waits no more, and the apply that waits says so.
func TestExpiryOfWhatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	r := w.start("apply", "a.plan", "--yes", "--confirm-within", "3s")
	w.pending(t)
	w.elsewhere().put("b")
	r.wait().exits(5).says("no longer in force")
	w.holds(outcomes["b"])
	w.on("confirm").exits(0).says("nothing to do")
}
