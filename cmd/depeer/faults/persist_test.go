package faults_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"depeer/policies/lab/testbed"
)

// keep has the exchange file keep the daemon's own file in step: w's target is rs1 now,
// reached at an address.
func (w *world) keep(address string) {
	w.t.Helper()
	w.write("depeer.yaml", lists["depeer.yaml"]+
		fmt.Sprintf("targets:\n  - {name: rs1, address: %q, persist: %q}\n", address, w.Daemon.ConfigFile))
	w.target = "rs1"
}

// keeping is a world whose file is kept.
func keeping(t testing.TB, c testbed.Config) *world {
	t.Helper()
	w := newWorld(t, c)
	w.keep(w.Daemon.Target.String())
	return w
}

// inStep fails the test unless the file holds what is in force.
func (w *world) inStep() {
	w.t.Helper()
	w.on("status").exits(0).says("in-sync", w.Daemon.ConfigFile+" is in step")
}

// refusing is a list of which no route reaches anybody.
const refusing = `
version: 1
list: {name: ours, updated: 2026-01-05}
defaults: {treatment: depeer}
providers:
  - {name: Outer, prefixes: [20.1.0.0/16, "2a00:1::/32"]}
  - {name: Origin, asns: [{asn: 64999}], allow_reserved: true}
`

// listed are the prefixes that it refuses. (20.4.0.0/16 has another path, that is not
// listed, by the second member.)
var listed = []string{"20.1.0.0/16", "20.1.1.0/24", "20.1.2.0/24", "2a00:1::/32", "2a00:1:1::/48"}

// Row 28: gobgpd is killed, and started again. With its file kept, it comes up filtered
// from the first update on: no member is told of a listed route, not for an instant, as
// their own logs have it. Without, each is told: the logs would show it.
func TestPersistRestart(t *testing.T) {
	t.Parallel()
	for name, kept := range map[string]bool{"kept": true, "not kept": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, exchange())
			w.write("refusing.yaml", refusing)
			if kept {
				w.keep(w.Daemon.Target.String())
			}
			w.on("plan", "refusing.yaml", "-o", "refusing.plan").exits(0)
			w.depeer("apply", "refusing.plan", "--yes").exits(0)
			var since []int
			for _, m := range w.Members {
				m.Trace()
				since = append(since, m.Logged())
			}
			w.Daemon.Kill()
			w.Daemon.Restart()
			w.Settle()
			for i, m := range w.Members {
				told := map[string]bool{}
				for _, said := range m.Told(since[i]) {
					if !said.Gone {
						told[said.Prefix.String()] = true
					}
				}
				if i != 2 && !told["20.5.0.0/16"] {
					t.Errorf("%v was not told of 20.5.0.0/16: its log shows nothing", m.Address)
				}
				for _, prefix := range listed {
					if i == 0 { // it announces them itself
						continue
					}
					if told[prefix] == kept {
						t.Errorf("kept is %t, and %v was told of %s: %t", kept, m.Address, prefix, told[prefix])
					}
				}
			}
			if kept {
				w.inStep()
			}
		})
	}
}

// A reload of the file that was kept leaves in force what is in force: no member is told
// that a route is gone, and every object of ours is as it was.
func TestPersistReload(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	for _, list := range []string{"a", "b", "a"} {
		w.put(list)
		before := dumpOf(t, w.Daemon)
		var since []int
		for _, m := range w.Members {
			m.Trace()
			since = append(since, m.Logged())
		}
		reloads := strings.Count(string(w.Daemon.Log()), "policy config is update")
		w.Daemon.Reload()
		w.holds(outcomes[list])
		if got := strings.Count(string(w.Daemon.Log()), "policy config is update"); got != reloads+1 {
			t.Errorf("gobgpd has read another policy %d times, not once", got-reloads)
		}
		for i, m := range w.Members {
			if told := m.Told(since[i]); len(told) != 0 {
				t.Errorf("%v was told %v", m.Address, told)
			}
		}
		dump(withoutMark(before)).is(t, w.Daemon)
		w.inStep()
	}
	w.put("b") // on what the file has brought in
	w.on("rollback", "--yes").exits(0).says(w.Daemon.ConfigFile + " is in step")
	w.holds(outcomes["a"])
	w.inStep()
	w.on("clear", "--yes").exits(0).says("is in step")
	w.inStep()
	w.Daemon.Restart()
	w.holds(outcomes[""])
	w.on("status").exits(0)
}

// withoutMark leaves out the mark of what was applied, which no file has.
func withoutMark(d dump) []string {
	return slices.DeleteFunc(slices.Clone(d),
		func(line string) bool { return strings.Contains(line, "depeer/applied") })
}

// A daemon that reads its file by itself whenever it changes, in the middle of the apply,
// is no trouble.
func TestPersistAutoReload(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Flags = []string{"--config-auto-reload"}
	w := keeping(t, c)
	for _, list := range []string{"a", "b", "c", "a"} {
		w.put(list)
		w.on("status", list+".yaml").exits(0)
	}
	if !strings.Contains(string(w.Daemon.Log()), "policy config is update") {
		t.Error("gobgpd has not read it")
	}
	w.on("clear", "--yes").exits(0)
	w.holds(outcomes[""])
}

// Rows 29 and 43 with a file: depeer is killed at a call, and gobgpd reads its file, or is
// started from it, or neither: recover leads to before or after, and the file is in step.
func TestPersistCutOff(t *testing.T) {
	t.Parallel()
	for _, then := range []struct {
		name string
		do   func(*trial)
	}{
		{"nothing", func(*trial) {}},
		{"reloaded", func(x *trial) { x.world.Daemon.Reload() }},
		{"restarted", func(x *trial) { x.world.Daemon.Kill(); x.restart() }},
	} {
		t.Run(then.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t)
			w := x.world
			w.keep(x.proxy.address)
			last := x.undisturbed()
			at := []int{1, last / 3, last / 2, 2 * last / 3, last - 1, last}
			if *everyCall {
				at = nil
				for k := range last {
					at = append(at, k+1)
				}
			}
			sides := map[string]int{}
			for _, k := range at {
				w.put("a")
				w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
				x.proxy.arm(fault{at: k, after: x.kill, lost: true})
				r := w.start("apply", "b.plan", "--yes", "--timeout", "3s")
				x.apply <- r
				got := r.wait()
				x.proxy.arm(fault{})
				then.do(x)
				side := x.recover(t, got)
				sides[side]++
				w.holds(outcomes[side])
				w.on("status", side+".yaml").exits(0).says("is in step")
				if t.Failed() {
					t.Fatalf("at call %d of %d", k, last)
				}
			}
			t.Logf("of %d calls: %v", last, sides)
		})
	}
}

// What our part cannot be put into is found before the first call. What the plan would do
// is said, and what the file would do.
func TestPersistRefused(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	w.on("status").exits(0)
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0).says(w.Daemon.ConfigFile+" gets it as well",
		"soft-resets every peer")
	w.on("plan", "a.yaml", "--json").exits(0).says(fmt.Sprintf(`"persist":{"file":%q,"in_step":false}`,
		w.Daemon.ConfigFile))
	w.depeer("apply", "a.plan", "--yes",
		"--json").exits(0).says(fmt.Sprintf(`"persist":{"file":%q,"in_step":true}`, w.Daemon.ConfigFile))
	good := string(w.Daemon.Config())
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	for name, bad := range map[string]struct {
		text string
		code int
		says string
	}{
		"no TOML":       {"neighbors:\n", 3, "gobgpd-syntax"},
		"missing":       {"", 3, "no such file"},
		"defined twice": {good + "\n[[policy-definitions]]\nname = \"depeer\"\n", 3, "gobgpd-defined-twice"},
		"edited":        {strings.Replace(good, "20.1.1.0/24", "20.1.0.0/20", 1), 5, "changed by hand"},
		"damaged":       {strings.Replace(good, "# depeer: end\n", "", 1), 3, "gobgpd-part-damaged"},
		"another's":     {strings.Replace(good, "router-id = '", "router-id = '9", 1), 5, "another route server"},
	} {
		if bad.text == good {
			t.Fatalf("%s: nothing was edited in\n%s", name, good)
		}
		w.Daemon.Write([]byte(bad.text))
		if bad.text == "" {
			os.Remove(w.Daemon.ConfigFile)
		}
		w.unchanged(func() {
			w.on("plan", "b.yaml", "-o", "no.plan").exits(bad.code).says(bad.says)
			w.on("plan", "b.yaml", "--json").exits(bad.code)
			w.depeer("apply", "b.plan", "--yes").exits(bad.code).says(bad.says)
			w.on("status").exits(2).says("drift", "file "+w.Daemon.ConfigFile)
		})
		if text, err := os.ReadFile(w.Daemon.ConfigFile); string(text) != bad.text {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
	w.Daemon.Write([]byte(good))
	w.inStep()

	// A plan does not choose which file is written.
	w.write("depeer.yaml", strings.Replace(lists["depeer.yaml"]+
		fmt.Sprintf("targets:\n  - {name: rs1, address: %q, persist: /PLACE}\n", w.Daemon.Target.String()), "/PLACE",
		filepath.Join(w.dir, "other.conf"), 1))
	w.unchanged(func() { w.depeer("apply", "b.plan", "--yes").exits(5).says("other.conf") })

	// The off-switch waits for no file, and says that it is not in step.
	w.keep(w.Daemon.Target.String())
	w.Daemon.Write([]byte("neighbors:\n"))
	w.on("clear", "-o", "clear.plan").exits(0).says("stays as it is")
	w.on("clear", "--yes").exits(8).says("not in step", "depeer recover")
	w.holds(outcomes[""])
	w.on("recover", "--yes").exits(8)
	w.Daemon.Write([]byte(good))
	w.on("status").exits(2).says("a restart or a reload would change that")
	w.on("recover", "--yes").exits(0).says("is in step")
	w.inStep()
}

// Row 44: an older file is said without being asked for, and put in step by the next
// apply, though there is nothing else to do.
func TestPersistOlder(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	w.put("a")
	older := w.Daemon.Config()
	w.put("b")
	w.Daemon.Write(older)
	w.on("status", "b.yaml").exits(2).says("a restart or a reload would change that")
	w.on("plan", "b.yaml", "-o", "again.plan", "--detailed-exitcode").exits(2).says("gets it as well")
	w.depeer("apply", "again.plan", "--yes").exits(0).says("nothing to do", "is in step")
	w.inStep()
	w.on("plan", "b.yaml", "--detailed-exitcode").exits(0).says("holds it already", "There is nothing to do.")

	w.Daemon.Write(older)
	w.on("recover", "--yes").exits(0).says("is in step")
	w.inStep()
}

// A file that goes bad while applying: the change is in force, and proven; that the file
// is not in step is said, with how to go on.
func TestPersistGoesBad(t *testing.T) {
	t.Parallel()
	x := newTrial(t)
	w := x.world
	w.keep(x.proxy.address)
	x.undisturbed()
	calls := x.proxy.written()
	w.put("a")
	good := w.Daemon.Config()
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	reached, release := x.proxy.pause(live(t, calls))
	r := w.start("apply", "b.plan", "--yes", "--json")
	<-reached
	w.Daemon.Write([]byte("neighbors:\n"))
	release()
	r.wait().exits(8).says("the change is in force, and proven", "gobgpd-syntax", "depeer recover")
	w.holds(outcomes["b"])
	w.on("status", "b.yaml").exits(2)
	w.on("recover", "--yes").exits(8)
	w.Daemon.Write(good)
	w.on("recover", "--yes").exits(0)
	w.on("status", "b.yaml").exits(0).says("is in step")
	w.Daemon.Restart()
	w.holds(outcomes["b"])
}

// Row 34 with a file: what is not confirmed in time is taken out of it again.
func TestPersistConfirm(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	w.put("a")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes", "--confirm-within", "1s").exits(9)
	w.inStep()
	w.Daemon.Restart()
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
}
