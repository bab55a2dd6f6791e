package faults_test

import "testing"

// Situation 5: clients do not have our policies in their lists in the file. gobgpd dies while
// b is applied, and comes back: what was before is in its file, and no client obeys it. recover
// does not call that restored.
func TestRecoverNobodyObeys(t *testing.T) {
	t.Parallel()
	c := exchange()
	for i := range c.Members {
		c.Members[i].Import, c.Members[i].Export = []string{"in"}, []string{"out"}
	}
	w := newWorld(t, c)
	x := &trial{world: w, proxy: newProxy(t, w.Daemon), dumps: map[string]dump{}, apply: make(chan *running, 1)}
	w.keep(x.proxy.address)
	w.put("a")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	x.proxy.arm(fault{at: 4, after: func() { w.Daemon.Kill() }, lost: true})
	w.depeer("apply", "b.plan", "--yes", "--timeout", "3s").exits(8)
	x.proxy.arm(fault{})
	x.restart()
	w.on("recover", "--yes").exits(8).says("not in force for 3 of 3 clients", "depeer repair")
	w.holds(outcomes[""])
	w.standing(2)
	w.on("repair", "--yes").exits(0)
	w.holds(outcomes["a"])
	w.on("recover", "--yes").exits(0).says("nothing to do")
}

// Situation 4: a restart, the list again with another one over it, and the time for its
// confirmation runs out: what is in force is said, and no list that is not.
func TestExpiryAfterRestart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.restart()
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes", "--confirm-within", "1s").exits(9)
	w.holds(outcomes[""])
	if s := w.standing(0); s.InForce != nil || s.Expected != nil || len(s.Lists) != 0 {
		t.Errorf("after the expiry: in force %+v, expected %+v, lists %v", s.InForce, s.Expected, s.Lists)
	}
}

// Situation 27: another machine applies while a change waits for its confirmation. confirm
// says that it is no longer in force, and it waits no more.
func TestConfirmOfWhatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	r := w.start("apply", "a.plan", "--yes", "--confirm-within", "60s")
	w.pending(t)
	other := &world{newShell(t, w.target), w.Running, t}
	other.put("b")
	w.on("confirm").exits(5).says("no longer in force")
	w.holds(outcomes["b"])
	if got := r.wait(); got.code == 0 {
		t.Errorf("the apply that waited says %d: %s", got.code, got.stdout)
	}
	w.on("confirm").exits(0).says("nothing to do")
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
}
