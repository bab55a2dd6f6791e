package faults_test

import (
	"maps"
	"slices"
	"testing"
)

// Rows 29 and 30: an apply from a to b is cut off at call k, and recovered.

// way is how an apply is cut off.
type way struct {
	name string
	// codes are what apply may exit with.
	codes []int
	// arm has it happen at call k of the apply r, which is started after.
	arm func(x *trial, k int)
	// mend brings the target back, if it is gone.
	mend func(x *trial)
	// wiped: everything that came over gRPC is lost with it.
	wiped bool
}

// killed is the exit code of a program that a signal has ended.
const killed = -1

var ways = []way{
	{name: "cut before the call", codes: []int{8},
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, before: x.cut, lost: true}) },
		mend: func(x *trial) { x.proxy.open() }},
	{name: "cut after the call", codes: []int{8},
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, after: x.cut, lost: true}) },
		mend: func(x *trial) { x.proxy.open() }},
	{name: "an answer is lost", codes: []int{0, 1, 8, 9},
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, lost: true}) },
		mend: func(*trial) {}},
	{name: "depeer is killed before the call", codes: []int{killed},
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, before: x.kill, lost: true}) },
		mend: func(*trial) {}},
	{name: "depeer is killed after the call", codes: []int{killed},
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, after: x.kill, lost: true}) },
		mend: func(*trial) {}},
	{name: "gobgpd is stopped", codes: []int{8},
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, before: x.world.Daemon.Stop}) },
		mend: func(x *trial) { x.world.Daemon.Continue() }},
	{name: "gobgpd dies before the call", codes: []int{8}, wiped: true,
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, before: x.world.Daemon.Kill}) },
		mend: (*trial).restart},
	{name: "gobgpd dies after the call", codes: []int{8}, wiped: true,
		arm:  func(x *trial, k int) { x.proxy.arm(fault{at: k, after: x.world.Daemon.Kill, lost: true}) },
		mend: (*trial).restart},
}

func TestCutOff(t *testing.T) {
	t.Parallel()
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t)
			last := x.undisturbed()
			at := []int{1, last/2 + 1, last}
			if *everyCall {
				at = nil
				for k := range last {
					at = append(at, k+1)
				}
			}
			for _, k := range at {
				x.cutOff(t, way, k)
				if t.Failed() {
					t.Fatalf("at call %d of %d", k, last)
				}
			}
		})
	}
}

// trial is an exchange whose program can be cut off, and what it is before and
// after the change.
type trial struct {
	world *world
	proxy *proxy
	dumps map[string]dump
	apply chan *running // for who kills it
	side  string        // which list is in force, if that is sure
}

func newTrial(t *testing.T) *trial {
	w := newWorld(t, exchange())
	x := &trial{world: w, proxy: newProxy(t, w.Daemon), dumps: map[string]dump{}, apply: make(chan *running, 1)}
	w.target = x.proxy.address
	return x
}

// undisturbed goes from a to b and back, and returns how many writing calls the
// way there takes.
func (x *trial) undisturbed() int {
	x.world.t.Helper()
	x.world.put("a")
	x.dumps["a"] = dumpOf(x.world.t, x.world.Daemon)
	x.proxy.arm(fault{})
	x.world.put("b")
	calls := len(x.proxy.written())
	x.dumps["b"] = dumpOf(x.world.t, x.world.Daemon)
	return calls
}

func (x *trial) cut() { x.proxy.cut() }

func (x *trial) kill() {
	r := <-x.apply
	r.cmd.Process.Kill()
	<-r.done
}

func (x *trial) restart() {
	x.world.Daemon.Restart()
	x.proxy.reach()
	for _, m := range x.world.Members {
		m.WaitEstablished()
	}
}

func (x *trial) cutOff(t *testing.T, way way, k int) {
	w := x.world
	if x.side != "a" {
		w.put("a")
	}
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	way.arm(x, k)
	r := w.start("apply", "b.plan", "--yes", "--timeout", "3s")
	x.apply <- r
	got := r.wait()
	select {
	case <-x.apply: // nobody has killed it
	default:
	}
	x.proxy.arm(fault{})
	if !slices.Contains(way.codes, got.code) {
		t.Errorf("%s: exit code %d, want one of %d\n%s%s", got.line, got.code, way.codes, got.stdout, got.stderr)
	}
	way.mend(x)
	if !way.wiped {
		x.noThirdState(t)
	}
	x.side = x.recover(t, got)
	w.holds(outcomes[x.side])
	x.dumps[x.side].is(t, w.Daemon)
	w.on("status", x.side+".yaml").exits(0)
}

// recover recovers, if there is something to recover, and returns what is said to be
// in force.
func (x *trial) recover(t *testing.T, applied result) string {
	t.Helper()
	sides := map[int]string{0: "b", 1: "a", 9: "a"}
	side, sure := sides[applied.code]
	r := x.world.on("recover", "--yes")
	switch {
	case sure && r.code == 0: // there was nothing to do
		return side
	case sure || sides[r.code] == "":
		t.Fatalf("%s: exit code %d after %d\n%s%s", r.line, r.code, applied.code, r.stdout, r.stderr)
	}
	return sides[r.code]
}

// noThirdState checks that each route of each member is as before or as after.
func (x *trial) noThirdState(t *testing.T) {
	t.Helper()
	for i, held := range x.world.table() {
		allowed := map[string]bool{}
		for _, side := range []string{"a", "b"} {
			for _, line := range outcomes[side][i] {
				allowed[line] = true
			}
		}
		for _, line := range held {
			if !allowed[line] {
				t.Errorf("member %d holds %s, which is neither before nor after: %q", i, line,
					slices.Sorted(maps.Keys(allowed)))
			}
		}
	}
}
