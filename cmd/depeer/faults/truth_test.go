package faults_test

import (
	"fmt"
	"strings"
	"testing"

	api "github.com/osrg/gobgp/v3/api"
)

// standing is what status says of one target, to a program.
type standing struct {
	State    string
	InForce  *said `json:"in_force"`
	Expected *said
	Wanted   *said
	Lists    []struct{ Name, Updated string }
}

// said is one of the three things.
type said struct {
	Plan, By, Digest string
	Since            *string
	Known            bool
	Lists            []struct{ Name, Updated string }
}

// standing asks status, which ends with a code.
func (w *world) standing(code int, args ...string) standing {
	w.t.Helper()
	var s struct{ Targets []standing }
	w.on(append([]string{"status", "--json"}, args...)...).exits(code).reads(&s)
	return s.Targets[0]
}

// Row 53, situation 3: after a restart and a rollback, nothing is in force, and no list is
// said to be. What is in force, what history expected and what lists ask are three things.
func TestStatusSaysThreeThings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	s := w.standing(0)
	if s.InForce != nil || s.Expected != nil || s.Wanted != nil || len(s.Lists) != 0 {
		t.Errorf("before anything was done: %+v", s)
	}
	w.put("a")
	s = w.standing(2, "b.yaml")
	if s.InForce == nil || s.Expected == nil || s.Wanted == nil {
		t.Fatalf("a is in force, b is asked: %+v", s)
	}
	if s.InForce.Plan == "" || s.InForce.Since == nil || !strings.Contains(s.InForce.By, "@") || !s.InForce.Known ||
		len(s.Lists) != 1 || s.Lists[0].Updated != "2026-01-01" ||
		s.InForce.Digest != s.Expected.Digest || s.InForce.Plan != s.Expected.Plan ||
		s.InForce.Digest == s.Wanted.Digest || s.Wanted.Lists[0].Updated != "2026-01-02" {
		t.Errorf("a is in force, b is asked: in force %+v, expected %+v, wanted %+v, lists %+v", s.InForce, s.Expected,
			s.Wanted, s.Lists)
	}
	if s = w.standing(0, "a.yaml"); s.Wanted.Digest != s.InForce.Digest {
		t.Errorf("in sync, and lists ask %s where %s is in force", s.Wanted.Digest, s.InForce.Digest)
	}
	w.on("status", "b.yaml").exits(2).says("in force", "expected", "lists ask")

	other := &world{newShell(t, w.target), w.Running, t} // another machine, without a history
	o := other.standing(2)
	if o.InForce == nil || o.InForce.Known || o.InForce.Plan != s.InForce.Plan ||
		o.InForce.Digest != s.InForce.Digest || o.Expected != nil {
		t.Errorf("on another machine: in force %+v, expected %+v", o.InForce, o.Expected)
	}
	other.on("status").exits(2).says("not known on this machine", s.InForce.Plan)

	w.restart()
	if s = w.standing(2); s.InForce != nil || s.Expected == nil || len(s.Lists) != 0 {
		t.Errorf("after a restart: in force %+v, expected %+v, lists %v", s.InForce, s.Expected, s.Lists)
	}
	w.put("a")
	w.on("rollback", "--yes").exits(0)
	w.holds(outcomes[""])
	if s = w.standing(0); s.InForce != nil || s.Expected != nil || len(s.Lists) != 0 {
		t.Errorf("after a restart, an apply and a rollback: %+v", s)
	}

	// With lists not given it compares with those of the exchange file.
	w.write("depeer.yaml", lists["depeer.yaml"]+"lists: [{file: a.yaml}]\n")
	if s = w.standing(2); s.Wanted == nil || s.InForce != nil {
		t.Errorf("with the exchange file's list: %+v", s)
	}
	w.put("a")
	w.standing(0)
	w.write("a.yaml", "version: 1\nlist: {name: ours}\nproviders: [{name: X, prefixes: [20.1.0.0/33]}]\n")
	w.on("status").exits(3)
}

// Situation 1: what a reload has put in, and apply finds to be there, is known to be in force
// from then on.
func TestNothingToDoIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.depeer("emit", "b.yaml", "--into", w.Daemon.ConfigFile).exits(0)
	w.Daemon.Reload()
	w.holds(outcomes["b"])
	if s := w.standing(2); s.InForce == nil || s.InForce.Known || s.Expected == nil {
		t.Errorf("after the reload: in force %+v, expected %+v", s.InForce, s.Expected)
	}
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes").exits(0).says("nothing to do")
	s := w.standing(0)
	if s.InForce == nil || !s.InForce.Known || len(s.Lists) != 1 || s.Lists[0].Updated != "2026-01-02" ||
		s.Expected == nil || s.Expected.Digest != s.InForce.Digest {
		t.Errorf("after the apply: in force %+v, expected %+v, lists %v", s.InForce, s.Expected, s.Lists)
	}
	before := w.standing(0).InForce
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes").exits(0).says("nothing to do")
	if after := w.standing(0).InForce; after.Plan != before.Plan || *after.Since != *before.Since {
		t.Errorf("an apply of what is in force has changed since when: %+v, before %+v", after, before)
	}
	w.on("repair", "--yes").exits(0).says("nothing to put back")
	w.holds(outcomes["b"])
}

// Situation 2: a person's clear is kept, where a restart has left it nothing to do.
func TestClearOfNothingIsKept(t *testing.T) {
	t.Parallel()
	c := exchange()
	for i := range c.Members {
		c.Members[i].Import, c.Members[i].Export = []string{"in"}, []string{"out"}
	}
	w := newWorld(t, c)
	w.put("a")
	w.restart()
	w.on("clear", "--yes").exits(0).says("nothing to do")
	w.on("repair", "--yes").exits(0).says("cleared by")
	if s := w.standing(0); s.Expected != nil || s.InForce != nil {
		t.Errorf("after the clear: %+v", s)
	}
	r := w.watch("a")
	r.says(0, "state=kept-back", "clear by")
	w.holds(outcomes[""])
	r.ends()
	w.holds(outcomes[""])
}

// Row 54, situation 23: on a machine without a history a truncated list is refused, counted
// from what is in force on the target.
func TestTruncatedElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	list := func(providers int) string {
		var b strings.Builder
		b.WriteString("version: 1\nlist: {name: ours, updated: 2026-01-01}\ndefaults: {treatment: " +
			"deprefer}\nproviders:\n")
		for i := range providers {
			fmt.Fprintf(&b, "  - {name: P%d, prefixes: [20.%d.%d.0/24]}\n", i, 10+i/256, i%256)
		}
		return b.String()
	}
	w.write("depeer.yaml", "version: 1\nexchange: {name: Example-IX, asn: 64500}\n")
	w.write("ours.yaml", list(1699))
	w.on("plan", "ours.yaml", "-o", "ours.plan").exits(0)
	w.depeer("apply", "ours.plan", "--yes").exits(0)

	other := &world{newShell(t, w.target), w.Running, t}
	other.write("depeer.yaml", "version: 1\nexchange: {name: Example-IX, asn: 64500}\n")
	other.write("ours.yaml", list(50))
	for _, machine := range []*world{w, other} {
		machine.write("ours.yaml", list(50))
		machine.on("plan", "ours.yaml", "-o", "short.plan").exits(4).says("shrink 1,649 of 424 entries: refused")
		machine.write("ours.yaml", list(1699)+"  - {name: New, prefixes: [20.30.0.0/24]}\n")
		var p struct {
			Changes []struct{ ID, Before, After string } `json:"provider_changes"`
		}
		machine.on("plan", "ours.yaml", "--json").exits(0).reads(&p)
		if len(p.Changes) != 1 || p.Changes[0].ID != "new" || p.Changes[0].Before != "" {
			t.Errorf("providers change: %v", p.Changes)
		}
		machine.write("ours.yaml", list(1699+200))
		machine.on("plan", "ours.yaml").exits(4).says("growth 200 of 169 entries: refused")
	}
	other.on("plan", "ours.yaml").exits(4).says("in-force-unknown")
	other.write("ours.yaml", list(50))
	other.on("plan", "ours.yaml", "-o", "short.plan", "--allow-shrink", "1649").exits(0)
}

// Situation 26: each rollback without an ID goes one step further back, and an apply starts
// anew. IDs may be shortened.
func TestRollbackStepByStep(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.put("b")
	w.put("a")
	for _, list := range []string{"b", "a"} {
		w.on("rollback", "--yes").exits(0)
		w.holds(outcomes[list])
	}
	w.put("b") // anew
	for _, list := range []string{"a", ""} {
		w.on("rollback", "--yes").exits(0)
		w.holds(outcomes[list])
	}
	w.on("rollback", "--yes").exits(1).says("no change of this machine is left")
	w.put("b")
	global, err := w.Daemon.API().GetBgp(t.Context(), &api.GetBgpRequest{})
	if err != nil {
		t.Fatal(err)
	}
	w.on("rollback", "000099", "--yes").exits(3).says("no change 000099")
	w.on("rollback", "0000", "--yes").exits(3).says("several entries begin so")
	w.depeer("show", "000002").exits(0).says("2026-01-02")
	w.typed("no", "rollback", "000002", "--target", w.target).exits(1).says("changes", "statements")
	w.holds(outcomes["b"])
	w.typed(global.Global.RouterId, "rollback", "000002", "--target", w.target).exits(0)
	w.holds(outcomes["a"])
}

// Situation 1, with a watch: what the target holds already and lists ask for is not changed,
// and history's last is not put back.
func TestWatchFindsWhatListsAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.depeer("emit", "b.yaml", "--into", w.Daemon.ConfigFile).exits(0)
	w.Daemon.Reload()
	w.holds(outcomes["b"])
	r := w.watch("b")
	r.says(0, "state=in-sync")
	w.holds(outcomes["b"])
	r.ends()
	if calls := fmt.Sprint(w.history()); calls != "[apply applied watch recorded]" {
		t.Errorf("history: %v", calls)
	}
	w.standing(0)
}
