package faults_test

import (
	"regexp"
	"testing"
)

// Row 32: of two applies at once one runs, and the other says who holds the lock: on
// this machine, and on another one. A holder that died is recovered, here by its
// journal, elsewhere when its lock is broken by name.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	here := *w.shell
	here.target = p.address
	elsewhere := newShell(t, w.Daemon.Target.String())
	same := *w.shell // another terminal
	same.target = p.address

	here.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	same.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	elsewhere.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	reached, release := p.pause(3)
	first := here.start("apply", "a.plan", "--yes")
	<-reached
	same.depeer("apply", "b.plan", "--yes").exits(6).says("locked by", "process")
	same.on("recover", "--yes").exits(6).says("locked by", "process")
	elsewhere.depeer("apply", "b.plan", "--yes").exits(6).says("holds the lock")
	elsewhere.on("clear", "--yes").exits(6)
	release()
	first.wait().exits(0)
	w.holds(outcomes["a"])

	here.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	reached, release = p.pause(3)
	first = here.start("apply", "b.plan", "--yes")
	<-reached
	first.cmd.Process.Kill()
	<-first.done
	release()
	p.arm(fault{})
	elsewhere.on("plan", "b.yaml", "-o", "b.plan").exits(6)
	said := elsewhere.on("recover", "--yes").exits(6).says("--break-lock").stderr
	id := regexp.MustCompile(`--break-lock (\S+)`).FindStringSubmatch(said)
	if id == nil {
		t.Fatalf("no lock is named: %s", said)
	}
	elsewhere.on("recover", "--yes", "--break-lock", "nobody").exits(6)
	if r := elsewhere.on("recover", "--yes", "--break-lock", id[1]); r.code != 0 && r.code != 9 {
		r.exits(9)
	}
	w.holds(outcomes["a"])
	here.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	here.depeer("apply", "b.plan", "--yes").exits(6).says("recover")
	if r := here.on("recover", "--yes"); r.code != 0 && r.code != 9 {
		r.exits(0)
	}
	here.depeer("apply", "b.plan", "--yes").exits(0)
	w.holds(outcomes["b"])
}
