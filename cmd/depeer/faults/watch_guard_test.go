package faults_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

// strictly is watched with a limit on how many routes a member may lose.
var strictly = strings.Replace(watched, "max_member_routes: 100%", "max_member_routes: 40%", 1)

// A guard that refuses waits for a person, and is shown; what was applied before is
// put back all the same when gobgpd has lost it. A person's override lets it in, and after
// a restart it comes back under that override, without being asked again. What a person
// takes back is not put in again, nor is what he clears.
func TestWatchGuards(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.replace("ours.yaml", lists["a.yaml"])
	w.write("depeer.yaml", strictly)
	r := w.watchOn()
	r.says(0, "state=in-sync")
	w.comesTo(testbed.Patience, outcomes["a"])

	at := r.mark()
	all := strings.Replace(lists["b.yaml"], "match: exact", "ge: 16", 1)
	w.replace("ours.yaml", all) // five of seven routes of the first member
	r.says(at, "guard refuses", "guard-max-member-routes", "member="+w.Members[0].Address.String(),
		"--allow-member-routes")
	r.says(at, "state=refused")
	w.holds(outcomes["a"])
	at = r.mark()
	w.Daemon.Kill()
	w.restart()
	r.says(at, "msg=repaired")
	r.says(at, "state=refused")
	w.holds(outcomes["a"])

	// A watch that knows of no refusal, and a route server that has no routes yet: the
	// guard is not asked before it has.
	r.ends()
	w.Daemon.Kill()
	r = w.watchOn()
	r.says(0, "state=unreachable")
	for _, m := range w.Members {
		m.Leave()
	}
	w.Daemon.Restart()
	r.says(0, "msg=repaired")
	r.says(0, "state=filling")
	for _, m := range w.Members {
		m.Return()
	}
	r.says(0, "state=refused")
	w.holds(outcomes["a"])
	if strings.Contains(r.log.String(), "msg=applied") {
		t.Error("what a guard refuses was applied")
	}

	at = r.mark()
	plan := w.on("plan", "-o", "by-hand.plan")
	flag := plan.override(t)
	w.on(append([]string{"plan", "-o", "by-hand.plan"}, flag...)...).exits(0)
	w.depeer("apply", "by-hand.plan", "--yes").exits(0)
	r.says(at, "state=in-sync")
	w.Settle()
	approved := w.table()
	at = r.mark()
	w.Daemon.Kill()
	w.restart()
	r.says(at, "msg=repaired", "overrides=", "allow-member-routes")
	w.comesTo(testbed.Patience, approved)

	at = r.mark()
	w.on("rollback", "--yes").exits(0)
	r.says(at, "state=kept-back", "rollback by")
	w.holds(outcomes["a"])
	at = r.mark()
	w.on("clear", "--yes").exits(0)
	r.says(at, "state=kept-back", "clear by")
	w.Daemon.Kill()
	w.restart()
	w.holds(outcomes[""])
	r.ends()

	r = w.watchOn() // it is told by the history
	r.says(0, "state=kept-back", "clear by")
	w.replace("ours.yaml", lists["a.yaml"])
	w.on("plan", "-o", "by-hand.plan").exits(0)
	w.depeer("apply", "by-hand.plan", "--yes").exits(0)
	r.says(0, "state=in-sync")
	at = r.mark()
	w.replace("ours.yaml", strings.Replace(lists["a.yaml"], "20.1.1.0/24", "20.1.2.0/24", 1))
	r.says(at, "msg=applied")
	r.ends()
}

// override returns the flag that passes the guard on members, as plan says it.
func (r result) override(t testing.TB) []string {
	t.Helper()
	if r.code != 4 {
		t.Fatalf("%s: exit code %d, want 4\n%s%s", r.line, r.code, r.stdout, r.stderr)
	}
	words := strings.Fields(r.stdout + r.stderr)
	i := slices.Index(words, "--allow-member-routes")
	if i < 0 || i+1 == len(words) {
		t.Fatalf("plan does not say how to pass its guard:\n%s%s", r.stdout, r.stderr)
	}
	return []string{words[i], strings.Trim(words[i+1], ".,:;")}
}

// While a change waits for its confirmation nothing is done; once it is confirmed, lists
// are applied again.
func TestWatchPending(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", watched)
	w.replace("ours.yaml", lists["a.yaml"])
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	waiting := w.start("apply", "b.plan", "--yes", "--confirm-within", "10m")
	testbed.Eventually(t, testbed.Patience, func() error {
		if got := w.on("status").stdout; !strings.Contains(got, "pending") {
			return fmt.Errorf("status: %s", got)
		}
		return nil
	})
	r := w.watchOn()
	r.says(0, "state=pending")
	w.holds(outcomes["b"])
	w.on("confirm").exits(0)
	waiting.wait().exits(0)
	r.says(0, "msg=applied")
	w.comesTo(testbed.Patience, outcomes["a"])
	r.ends()
}

// While somebody else is at work nothing is done. That his process dies is noticed within
// seconds, though nothing else changes, and what he was at is undone.
func TestWatchHolder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	r := w.watch("a")
	r.says(0, "state=in-sync")
	at := r.mark()
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	reached, release := p.pause(5)
	apply := w.start("apply", "b.plan", "--yes")
	<-reached
	r.says(at, "state=locked")
	w.holds(outcomes["a"])
	apply.cmd.Process.Kill()
	<-apply.done
	begin := time.Now()
	release()
	testbed.Eventually(t, 10*time.Second, func() error {
		if !strings.Contains(r.log.String()[at:], "msg=recovered") {
			return errors.New("it is not recovered")
		}
		return nil
	})
	t.Logf("recovered %v after the death of who was at work", time.Since(begin).Round(time.Millisecond))
	r.says(at, "state=in-sync")
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
	r.ends()
}

// --dry-run says what would be done, and makes no writing call.
func TestWatchDryRun(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	p.arm(fault{})
	r := w.watch("a", "--dry-run", "--log-format", "json")
	r.says(0, "would change", `"lists":"ours 2026-01-01 sha256`)
	at := r.mark()
	w.replace("ours.yaml", lists["b.yaml"])
	r.says(at, "would change", `"lists":"ours 2026-01-02 sha256`)
	w.holds(outcomes[""])
	if calls := p.written(); len(calls) != 0 {
		t.Errorf("%q were called", calls)
	}
	r.ends()
}

// To find that nothing has changed, neither a route nor a set is listed.
func TestWatchIdle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	r := w.watch("a", "--at", "2026-02-01T12:00:00Z") // no hour passes
	r.says(0, "state=in-sync")
	p.arm(fault{})
	testbed.Eventually(t, testbed.Patience, func() error {
		if n := p.read("GetBgp"); n < 4 {
			return fmt.Errorf("asked %d times", n)
		}
		return nil
	})
	p.arm(fault{}) // what was left to be looked at has been
	testbed.Eventually(t, testbed.Patience, func() error {
		if n := p.read("GetBgp"); n < 4 {
			return fmt.Errorf("asked %d times", n)
		}
		return nil
	})
	for _, method := range []string{"ListPath", "ListDefinedSet", "ListStatement"} {
		if n := p.read(method); n > 0 {
			t.Errorf("%s was called %d times", method, n)
		}
	}
	if calls := p.written(); len(calls) > 0 {
		t.Errorf("%q were called", calls)
	}
	r.ends()
}

// SIGTERM in the middle of a change: it is undone. SIGKILL, at any call: the next watch
// finishes or undoes it, and goes on.
func TestWatchCutOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	r := w.watch("a")
	r.says(0, "state=in-sync")
	before := dumpOf(t, w.Daemon)
	p.arm(fault{})
	w.replace("ours.yaml", lists["b.yaml"])
	r.says(0, "msg=applied", "ours 2026-01-02")
	r.says(r.mark() - 1) // no more
	calls := len(p.written())
	at := r.mark()
	w.replace("ours.yaml", lists["a.yaml"])
	r.says(at, "msg=applied", "ours 2026-01-01")
	before.is(t, w.Daemon)

	reached, release := p.pause(5)
	w.replace("ours.yaml", lists["b.yaml"])
	<-reached
	r.cmd.Process.Signal(syscall.SIGTERM)
	r.taken()
	release()
	<-r.done
	if code := r.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("watch has ended with %d", code)
	}
	before.is(t, w.Daemon)
	p.arm(fault{})

	ks := []int{1, calls / 2, calls}
	if *everyCall {
		ks = nil
		for k := range calls {
			ks = append(ks, k+1)
		}
	}
	for _, k := range ks {
		w.replace("ours.yaml", lists["a.yaml"])
		r = w.watchOn()
		r.says(0, "state=in-sync")
		reached, release = p.pause(k)
		w.replace("ours.yaml", lists["b.yaml"])
		<-reached
		r.cmd.Process.Kill()
		<-r.done
		release()
		p.arm(fault{})
		r = w.watchOn()
		r.says(0, "msg=recovered")
		r.says(0, "state=in-sync")
		w.comesTo(testbed.Patience, outcomes["b"])
		w.on("status", "b.yaml").exits(0)
		r.ends()
	}
}
