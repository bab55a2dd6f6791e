package faults_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

// twins are two route servers with members on each of them, and a person who has both in
// one exchange file: the second is changed after the first.
type twins struct {
	*shell
	first, second *world
	proxy         *proxy // before the second
	file          string // the exchange file
}

func newTwins(t *testing.T) *twins {
	t.Helper()
	x := &twins{first: newWorld(t, exchange())}
	other := testbed.Exchange(t, exchange())
	x.proxy = newProxy(t, other.Daemon)
	both := *x.first.shell
	x.shell = &both
	x.shell.target = "all"
	x.second = &world{&shell{t: t, dir: x.dir, target: "rs2"}, other, t}
	x.file = lists["depeer.yaml"] + fmt.Sprintf("targets:\n  - {name: rs2, address: %q, after: rs1}\n  - {name: "+
		"rs1, address: %q}\n", x.proxy.address, x.first.target)
	x.write("depeer.yaml", x.file)
	x.first.target = "rs1"
	return x
}

// hold fails the test unless members of the first hold the one, and of the second the other.
func (x *twins) hold(first, second string) {
	x.t.Helper()
	x.first.holds(outcomes[first])
	x.second.holds(outcomes[second])
}

// put applies a list to both.
func (x *twins) put(list string) {
	x.t.Helper()
	x.on("plan", list+".yaml", "-o", "next.plan").exits(0)
	x.on("apply", "next.plan", "--yes", "--soak", "1ms").exits(0)
	x.hold(list, list)
}

// Two route servers: a change goes to the first, is proven and watched there, and only
// then the second is touched.
func TestSeveral(t *testing.T) {
	t.Parallel()
	x := newTwins(t)
	x.on("plan", "a.yaml", "-o", "next.plan").exits(0).says("target  rs1  AS64500", "target  rs2  AS64500",
		"depeer apply next.plan --target all")
	x.hold("", "")
	var plans struct {
		Targets []struct {
			Name    string
			Nothing bool `json:"nothing_to_do"`
		}
	}
	x.on("plan", "a.yaml", "--json").exits(0).reads(&plans)
	if p := plans.Targets; len(p) != 2 || p[0].Name != "rs1" || p[1].Name != "rs2" || p[0].Nothing || p[1].Nothing {
		t.Errorf("plans: %+v", p)
	}
	x.on("apply", "next.plan").exits(64) // nobody answers

	x.proxy.arm(fault{})
	reached, release := x.proxy.pause(1)
	const soak = 2 * time.Second
	begin := time.Now()
	r := x.start("apply", "next.plan", "--target", "all", "--yes", "--soak", soak.String())
	<-reached
	if took := time.Since(begin); took < soak {
		t.Errorf("the second is touched after %v: the first was not watched for %v", took, soak)
	}
	if h := x.first.history(); fmt.Sprint(h) != "[apply applied]" {
		t.Errorf("when the second is touched, the history of the first is %v", h)
	}
	x.hold("a", "")
	release()
	r.wait().exits(0).says("applied")
	x.hold("a", "a")
	x.on("status", "a.yaml").exits(0).says("rs1          in-sync", "rs2          in-sync")
	x.on("status", "b.yaml").exits(2)
	x.on("plan", "a.yaml", "--detailed-exitcode").exits(0).says("There is nothing to do.")
	x.proxy.arm(fault{})
	x.on("apply", "next.plan", "--yes").exits(0).says("nothing to do")
	if calls := x.proxy.written(); len(calls) != 0 {
		t.Errorf("there was nothing to do, and %q were called", calls)
	}

	x.first.put("b") // one of them alone
	x.hold("b", "a")
	x.on("status", "--json").exits(0).says(`"name":"rs1"`, `"name":"rs2"`)
	if r := x.on("clear").says("rs1", "rs2", "needs --yes or -o"); r.code != 64 {
		t.Errorf("clear without --yes ends with %d", r.code)
	}
	x.on("clear", "--yes", "--json").exits(0).says(`{"schema_version":1,"targets":[{"id":`)
	x.hold("", "")

	// What is for one target at a time says so; a guard that refuses for one refuses for all.
	for _, command := range []string{"rollback", "recover", "confirm"} {
		x.on(command).exits(64).says("one target at a time")
	}
	x.on("plan", "refused.yaml", "-o", "refused.plan").exits(3)
	x.write("depeer.yaml", strings.Replace(x.file, "max_routes: 100%", "max_routes: 1%", 1))
	x.on("plan", "a.yaml", "-o", "refused.plan").exits(4).says("no plan is kept")
	x.depeer("show", "refused.rs1.plan").exits(3)
}

// Row 37: the second one is dead, or another one, or slow. The first has the change, and
// stays as it is; that is said, and what to go on with does.
func TestSecondFails(t *testing.T) {
	t.Parallel()
	for name, trouble := range map[string]struct {
		make, mend func(x *twins)
		says       string
		lost       bool // what the second had is gone
	}{
		"dead": {
			make: func(x *twins) { x.second.Daemon.Kill() },
			mend: func(x *twins) { x.second.Daemon.Restart(); x.proxy.reach(); x.second.Settle() },
			says: "rs2", lost: true,
		},
		"wrong": {
			make: func(x *twins) { x.second.renamed("127", "126") },
			mend: func(x *twins) { x.second.renamed("126", "127"); x.proxy.reach(); x.second.Settle() },
			says: "it is for AS64500", lost: true,
		},
		"slow": {
			make: func(x *twins) { x.second.Daemon.Stop() },
			mend: func(x *twins) { x.second.Daemon.Continue() },
			says: "rs2",
		},
		"slow in the middle": {
			make: func(x *twins) { x.proxy.arm(fault{at: 4, before: x.second.Daemon.Stop}) },
			mend: func(x *twins) {
				x.proxy.arm(fault{})
				x.second.Daemon.Continue()
				x.second.on("recover", "--yes").exits(9)
			},
			says: "depeer recover",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTwins(t)
			x.put("a")
			x.on("plan", "b.yaml", "-o", "next.plan").exits(0)
			trouble.make(x)
			x.on("apply", "next.plan", "--yes", "--soak", "1ms", "--timeout", "3s").exits(8).says("rs1  applied",
				"rs2  stopped", "stopped at rs2", trouble.says)
			x.first.holds(outcomes["b"])
			x.on("apply", "next.plan", "--yes", "--timeout", "3s",
				"--json").says(`"targets":[{"target":"rs1","outcome":"nothing to do"`)
			trouble.mend(x)
			x.first.on("status", "b.yaml").exits(0)
			if trouble.lost {
				x.hold("b", "")
				x.on("plan", "b.yaml", "-o", "next.plan").exits(0)
			} else {
				x.hold("b", "a")
			}
			x.on("apply", "next.plan", "--yes", "--soak", "1ms").exits(0)
			x.hold("b", "b")
		})
	}
}

// renamed restarts the daemon with a router id that begins otherwise: as another one.
func (w *world) renamed(from, to string) {
	w.t.Helper()
	const key = "router-id = '"
	was := string(w.Daemon.Config())
	if !strings.Contains(was, key+from) {
		w.t.Fatalf("no router id %s... in\n%s", from, was)
	}
	w.Daemon.Write([]byte(strings.Replace(was, key+from, key+to, 1)))
	w.Daemon.Restart()
}

// A member of the first goes away while it is watched: the second is not touched.
func TestFirstFailsLater(t *testing.T) {
	t.Parallel()
	x := newTwins(t)
	x.put("a")
	x.on("plan", "b.yaml", "-o", "next.plan").exits(0)
	x.proxy.arm(fault{})
	r := x.start("apply", "next.plan", "--target", "all", "--yes", "--soak", "10m")
	testbed.Eventually(t, testbed.Patience, func() error {
		if h := x.first.history(); fmt.Sprint(h) != "[apply applied apply applied]" {
			return fmt.Errorf("history: %v", h)
		}
		return nil
	})
	x.first.admin(t, x.first.Members[2], false)
	r.wait().exits(8).says("stopped at rs1",
		"the session of "+x.first.Members[2].Address.String()+" was up before the change, and is down",
		"rs2  not begun")
	if calls := x.proxy.written(); len(calls) != 0 {
		t.Errorf("%q were called at the second", calls)
	}
	x.second.holds(outcomes["a"])
	x.first.admin(t, x.first.Members[2], true)
	x.first.holds(outcomes["b"])
	x.on("apply", "next.plan", "--yes", "--soak", "1ms").exits(0)
	x.hold("b", "b")
}

// Watch keeps both: what is new goes to the first, and to the second when the first has
// stood so for a while. While the first is away the second has nothing new done to it, and
// is repaired all the same.
func TestWatchSeveral(t *testing.T) {
	t.Parallel()
	x := newTwins(t)
	x.write("depeer.yaml", watched+x.file[strings.Index(x.file, "targets:"):])
	x.write("ours.yaml", lists["a.yaml"])
	const soak = 3 * time.Second
	x.proxy.arm(fault{})
	reached, release := x.proxy.pause(1)
	begin := time.Now()
	r := x.first.watchAs(x.command("watch", "--target", "all", "--soak", soak.String()))
	r.says(0, "msg=applied", "target=rs1")
	r.says(0, "target=rs2", "state=behind", "rs1 is watched for 3s first")
	<-reached
	if took := time.Since(begin); took < soak {
		t.Errorf("the second is touched after %v: the first was not watched for %v", took, soak)
	}
	x.hold("a", "")
	release()
	r.says(0, "msg=applied", "target=rs2")
	r.says(0, "target=rs2", "state=in-sync")
	x.hold("a", "a")

	at := r.mark()
	x.first.Daemon.Kill()
	r.says(at, "target=rs1", "state=unreachable")
	x.replace("ours.yaml", lists["b.yaml"])
	r.says(at, "target=rs2", "state=behind", "rs1 is changed first, and is unreachable")
	x.second.Daemon.Kill()
	x.second.Daemon.Restart()
	x.proxy.reach()
	r.says(at, "target=rs2", "msg=repaired")
	x.second.holds(outcomes["a"])
	x.first.restart()
	r.says(at, "target=rs1", "msg=applied")
	r.says(at, "target=rs2", "msg=applied")
	x.hold("b", "b")
	r.ends()
	x.on("status", "b.yaml").exits(0)
}
