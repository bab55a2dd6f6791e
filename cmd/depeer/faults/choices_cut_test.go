package faults_test

import (
	"slices"
	"strings"
	"testing"

	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// A change of choices that is cut off, at whatever call: each route of each member is as
// before or as after, and recovered all of them are. (plan's TestMembersHoldWhatTheyChoose
// cuts at every call, and within resets.)
func TestChoicesCutOff(t *testing.T) {
	t.Parallel()
	withAndWithoutSecondary(t, func(t *testing.T, secondary bool) {
		x := newChoosing(t, secondary, nil)
		p := newProxy(t, x.Daemon)
		x.target = p.address
		first := func() { x.wishes = map[int]string{carol: "refuse", dave: "deprefer"}; x.lists(1, 2) }
		second := func() { x.wishes = map[int]string{dave: "refuse", erin: "refuse"}; x.lists(2, 4) }
		first()
		x.put("at first")
		before := x.sides()
		second()
		after := x.sides()
		p.arm(fault{})
		x.put("undisturbed")
		calls := p.written()
		live := slices.Index(calls, "ResetPeer") // the call before the first reset
		at := []int{1, live, live + 1, live + 2, len(calls)}
		if *everyCall {
			at = nil
			for k := range calls {
				at = append(at, k+1)
			}
		}
		for _, k := range at {
			first()
			x.put("back")
			second()
			x.files()
			x.on("plan", "ours.yaml", "-o", "next.plan", "--at", "2026-02-01").exits(0)
			apply := make(chan *running, 1)
			p.arm(fault{at: k, after: func() {
				r := <-apply
				r.cmd.Process.Kill()
				<-r.done
			}, lost: true})
			r := x.start("apply", "next.plan", "--yes")
			apply <- r
			r.wait()
			p.arm(fault{})
			x.between(before, after)
			switch r := x.on("recover", "--yes"); r.code {
			case 0:
				x.right("finished")
			case 9:
				first()
				x.right("undone")
			default:
				t.Errorf("recover: exit code %d\n%s%s", r.code, r.stdout, r.stderr)
			}
			x.files()
			x.on("status", "ours.yaml", "--at", "2026-02-01").exits(0)
			if t.Failed() {
				t.Fatalf("at call %d of %q", k, calls)
			}
		}
	})
}

// side is what members should hold, and all paths that each of them may be sent. Announcers
// are reset one after another: so a member with secondary-route that refuses the best path
// already may be sent another one, as it was before, until its announcer is reset, too.
type side struct{ held, may table }

func (x *choosing) sides() side {
	s := side{held: x.expects()}
	for to := range x.Members {
		lines := slices.Clone(s.held[to])
		for _, paths := range x.announced() {
			for _, path := range paths {
				if r, ok := x.sent(to, []policies.Route{path}); ok && x.secondary {
					lines = append(lines, line(r))
				}
			}
		}
		s.may = append(s.may, lines)
	}
	return s
}

// between checks that each member holds each route as on one side or the other, soon.
func (x *choosing) between(before, after side) {
	x.t.Helper()
	x.Settle()
	for i, held := range x.table() {
		for _, line := range held {
			if !slices.Contains(before.may[i], line) && !slices.Contains(after.may[i], line) {
				x.t.Errorf("member %d holds %s: neither before nor after", i, line)
			}
		}
		for _, line := range before.held[i] {
			if slices.Contains(after.held[i], line) && !slices.Contains(held, line) {
				x.t.Errorf("member %d does not hold %s, which it did before and does after", i, line)
			}
		}
	}
}

// Where nobody confirms, members hold again what they had.
func TestChoicesUnconfirmed(t *testing.T) {
	t.Parallel()
	withAndWithoutSecondary(t, func(t *testing.T, secondary bool) {
		x := newChoosing(t, secondary, nil)
		x.wishes = map[int]string{carol: "refuse"}
		x.put("at first")
		x.wishes = map[int]string{dave: "refuse", carol: "tag"}
		x.files()
		x.on("plan", "ours.yaml", "-o", "next.plan", "--at", "2026-02-01").exits(0)
		x.depeer("apply", "next.plan", "--yes", "--confirm-within", "1s").exits(9)
		x.wishes = map[int]string{carol: "refuse"}
		x.right("not confirmed")
		x.files()
		x.on("status", "ours.yaml", "--at", "2026-02-01").exits(0).says("1 member has chosen for itself; what they " +
			"get is expected, and not verified")
	})
}

// Row 47: from a member that is sent several paths for a prefix nothing can be taken back.
func TestChoicesAddPath(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, func(c *testbed.Config) { c.Members[carol].AddPath = true })
	before, held := dumpOf(t, x.Daemon), x.table()
	x.wishes = map[int]string{carol: "refuse", dave: "refuse"}
	x.files()
	x.on("plan", "ours.yaml", "-o", "next.plan", "--at", "2026-02-01").exits(4).says("[guard-add-path]",
		x.Members[carol].Address.String())
	x.depeer("show", "next.plan").exits(3)
	before.is(t, x.Daemon)
	x.holds(held)
	delete(x.wishes, carol)
	x.files()
	x.apply("ours.yaml")
	x.Settle()
	if got := x.table(); len(got[dave]) != 4 || len(got[carol]) != len(held[carol]) {
		t.Errorf("members hold %q", got)
	}

	// Nor is a choice in force of somebody who is not there: that is warned of.
	x.write("depeer.yaml", offering+"  - {asn: 64499, addresses: [127.9.9.9], choices: {ours: refuse}}\n")
	x.on("plan", "ours.yaml", "--at", "2026-02-01").exits(0).says("AS64499 has chosen, and none of its addresses is "+
		"a member of the target", "[exchange-choice-nobody]")
}

// Who has lost our place in its export list holds what it refuses, and would keep it: that
// is said, and refused, and there is a way out.
func TestChoicesLostPlace(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, func(c *testbed.Config) { c.Members[carol].Export = []string{"out"} })
	x.wishes = map[int]string{carol: "refuse", dave: "refuse"}
	x.put("at first")
	section := "peer-as = 64498"
	x.Daemon.Write([]byte(strings.Replace(string(x.Daemon.Config()), section, "description = 'edited'\n"+section, 1)))
	x.Daemon.Reload()
	x.Members[carol].WaitEstablished()
	x.on("status").exits(2).says("has no depeer-export: it gets what it has chosen to refuse")
	x.on("plan", "ours.yaml", "-o", "next.plan", "--at",
		"2026-02-01").exits(5).says("holds routes as if it had chosen nothing", "--take-over")
	watcher := x.watchOn("ours.yaml", "--at", "2026-02-01")
	watcher.says(0, "state=unfit", "holds routes as if it had chosen nothing")
	watcher.ends()
	x.apply("ours.yaml", "--take-over")
	x.right("taken over")
	x.on("status", "ours.yaml", "--at", "2026-02-01").exits(0)
}
