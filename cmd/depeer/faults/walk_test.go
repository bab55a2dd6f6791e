package faults_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// allowed are the writing calls that the program makes, all of them.
var allowed = []string{
	"AddDefinedSet", "DeleteDefinedSet", "AddStatement", "DeleteStatement", "AddPolicy", "DeletePolicy",
	"SetPolicyAssignment", "ResetPeer",
}

// Rows 20, 21, 22, 25: from nothing to a, to b, back, and to nothing, members hold
// what they should, although they held other routes before; the operator's own is
// untouched; a second apply of the same makes no writing call; no other calls than
// the allowed ones are made.
func TestWalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.holds(outcomes[""])
	empty := dumpOf(t, w.Daemon)
	seen := map[string]dump{}
	for _, list := range []string{"a", "b", "a", "c", "a"} {
		w.put(list)
		w.on("status", list+".yaml").exits(0).says("in-sync")
		now := dumpOf(t, w.Daemon)
		if diff := cmp.Diff(empty.operators(), now.operators()); diff != "" {
			t.Errorf("the operator's own (-before +now):\n%s", diff)
		}
		if before, known := seen[list]; known {
			before.is(t, w.Daemon)
		}
		seen[list] = now
	}
	for _, call := range p.written() {
		if !slices.Contains(allowed, call) {
			t.Errorf("%s was called", call)
		}
	}

	p.arm(fault{})
	w.depeer("apply", "a.plan", "--yes", "--json").exits(0).says(`"outcome":"nothing to do"`)
	w.on("plan", "a.yaml", "-o", "again.plan", "--detailed-exitcode").exits(0).says("There is nothing to do.")
	w.depeer("apply", "again.plan", "--yes").exits(0).says("nothing to do")
	if calls := p.written(); len(calls) != 0 {
		t.Errorf("nothing was to be done, and %q were called", calls)
	}

	w.on("rollback", "--yes").exits(0) // to what was before: c
	w.holds(outcomes["c"])
	seen["c"].is(t, w.Daemon)
	w.on("clear", "--yes").exits(0)
	w.holds(outcomes[""])
	for _, line := range dumpOf(t, w.Daemon) {
		if strings.Contains(line, "depeer") && !strings.HasPrefix(line, "policy ") {
			t.Errorf("clear has left %s", line)
		}
	}
}
