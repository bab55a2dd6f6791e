package faults_test

import (
	"fmt"
	"strings"
	"testing"

	"depeer/policies/lab/testbed"
)

// shutting is an exchange that shuts the sessions of listed members.
const shutting = `
version: 1
exchange: {name: Example-IX, asn: 64500, contact: noc@example-ix.net}
treatments:
  - {name: cut, reject: true, session: shut}
  - {name: tag, communities: ["64500:64661"]}
ladders:
  - {name: slow, steps: [{after: 0d, treatment: tag}, {after: 10d, treatment: cut}]}
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%}
`

// The first and the third member are listed: by the one, the second, or both.
const (
	listedThird = `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: cut}
providers:
  - {name: Third, asns: [64498], evidence: [{ref: SBL123456}], listed: 2026-01-01, expires: 2026-03-31, allow_reserved: true}
`
	listedBoth = listedThird + `  - {name: First, asns: [64496], allow_reserved: true}
`
	listedNobody = `
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: cut}
providers:
  - {name: Somebody, asns: [64511], allow_reserved: true}
`
	told = `cut: listed in ours (SBL123456); ask noc@example-ix.net`
)

// sessionWorld is an exchange of three members, whose first and third may be listed
// themselves.
func sessionWorld(t *testing.T) *world {
	w := newWorld(t, exchange())
	w.write("depeer.yaml", shutting)
	w.write("third.yaml", listedThird)
	w.write("both.yaml", listedBoth)
	w.write("nobody.yaml", listedNobody)
	return w
}

// apply plans as of 2026-02-01 and applies.
func (w *world) apply(list string, more ...string) {
	w.t.Helper()
	w.on(append([]string{"plan", list, "-o", "next.plan", "--at", "2026-02-01"}, more...)...).exits(0)
	w.depeer("apply", "next.plan", "--yes").exits(0)
}

// sessions fails the test unless soon just these members' sessions stand.
func (w *world) sessions(up ...bool) {
	w.t.Helper()
	for i, m := range w.Members {
		if up[i] {
			m.WaitEstablished()
		} else {
			m.WaitDown()
		}
	}
}

// reached fails the test unless the second member holds, soon, the routes of just
// these members.
func (w *world) reached(first, third bool) {
	w.t.Helper()
	testbed.Eventually(w.t, testbed.Patience, func() error {
		got := strings.Join(w.table()[1], "\n")
		if strings.Contains(got, "20.1.2.0/24 ") != first || strings.Contains(got, "20.5.0.0/16 ") != third {
			return fmt.Errorf("the second member holds\n%s", got)
		}
		return nil
	})
}

// hears fails the test unless the member's log has a line with the text so many
// times, soon.
func hears(t *testing.T, m *testbed.Member, text string, times int) {
	t.Helper()
	testbed.Eventually(t, testbed.Patience, func() error {
		if got := strings.Count(string(m.Log()), text); got != times {
			return fmt.Errorf("%q stands %d times in the log, want %d\n%s", text, got, times, m.Log())
		}
		return nil
	})
}

// A listed member's own session: shut only where exactly that is allowed, said first,
// with a message that the member sees; seen when it is up again; opened when the listing
// ends, and shut again on the way back.
func TestSessionShut(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	third := w.Members[2]

	// Without leave nothing is kept, and nothing happens.
	plan := w.on("plan", "third.yaml", "-o", "third.plan", "--at", "2026-02-01").exits(4).says("[guard-sessions]",
		"--allow-sessions 1")
	if first := "session  AS64498  " + third.Address.String() +
		" is shut, and 1 route of it with it\n         it is told: " + told +
		"\n"; !strings.HasPrefix(plan.stdout, first) {
		t.Errorf("it is not said first, but:\n%s", plan.stdout)
	}
	w.on("plan", "third.yaml", "-o", "third.plan", "--at", "2026-02-01", "--allow-sessions", "0").exits(4)
	w.depeer("show", "third.plan").exits(3)
	w.sessions(true, true, true)

	var result struct {
		Changes struct {
			Sessions []struct{ Address, Change, Message string }
		}
	}
	w.on("plan", "third.yaml", "-o", "third.plan", "--at", "2026-02-01", "--allow-sessions", "1",
		"--json").exits(0).reads(&result)
	if s := result.Changes.Sessions; len(s) != 1 || s[0].Address != third.Address.String() || s[0].Change != "shut" ||
		s[0].Message != told {
		t.Errorf("changes.sessions: %+v", s)
	}
	w.depeer("apply", "third.plan", "--yes").exits(0).says("AS64498  " + third.Address.String() + " was shut")
	w.sessions(true, true, false)
	hears(t, third, `Administrative shutdown: "`+told+`"`, 1)
	w.reached(true, false)
	w.on("status", "third.yaml", "--at", "2026-02-01").exits(0)
	w.on("status").exits(0).says("in-sync")
	w.on("history").exits(0).says("--allow-sessions 1")

	// Again there is nothing to do.
	w.depeer("apply", "third.plan", "--yes").exits(0).says("nothing to do")
	w.on("plan", "third.yaml", "--at", "2026-02-01", "--detailed-exitcode").exits(0)

	// A start lets it in. That is seen, and is a new decision.
	w.Daemon.Restart()
	w.sessions(true, true, true)
	w.on("status", "--json").exits(2).says("neighbor "+third.Address.String(), "is to be shut, and is not")
	w.on("plan", "third.yaml", "--at", "2026-02-01").exits(4)
	w.apply("third.yaml", "--allow-sessions", "1")
	w.sessions(true, true, false)
	hears(t, third, told, 2)

	// A second one: only that is new.
	w.apply("both.yaml", "--allow-sessions", "1")
	w.sessions(false, true, false)
	w.reached(false, false)

	// The listing ends, here by its expiry.
	w.on("plan", "third.yaml", "--at", "2026-04-01", "-o",
		"end.plan").exits(0).says("session  AS64496  "+w.Members[0].Address.String()+" is opened", "expired 2026-03-31")
	w.depeer("apply", "end.plan", "--yes").exits(0)
	w.sessions(true, true, true)
	w.reached(true, true)

	// The way back shuts them again, if that is allowed; one step further one of them is open.
	w.on("rollback", "--yes").exits(4).says("AS64496 "+w.Members[0].Address.String(), "--allow-sessions 2")
	w.sessions(true, true, true)
	w.on("rollback", "--yes", "--allow-sessions", "2").exits(0)
	w.sessions(false, true, false)
	hears(t, third, told, 3)
	w.on("rollback", "--yes").exits(0)
	w.sessions(true, true, false)

	// The off-switch.
	w.apply("both.yaml", "--allow-sessions", "2")
	w.sessions(false, true, false)
	w.on("clear", "--yes").exits(0).says("was opened")
	w.sessions(true, true, true)
	w.on("status").exits(0)
	w.holds(outcomes[""])
}

// What the operator has shut is never opened, nor counted as ours.
func TestSessionShutByOperator(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	w.admin(t, w.Members[2], false)
	w.sessions(true, true, false)
	w.apply("both.yaml", "--allow-sessions", "1")
	w.on("status", "both.yaml", "--at", "2026-02-01").exits(0)
	w.apply("nobody.yaml")
	w.sessions(true, true, false)
	w.apply("both.yaml", "--allow-sessions", "1")
	w.on("clear", "--yes").exits(0)
	w.sessions(true, true, false)
	w.admin(t, w.Members[2], true)
	w.sessions(true, true, true)
}

// A reload of policy wipes our notes, and leaves the session shut: the journal still
// knows whose doing that was. An edit of the member's own section lets it in.
func TestSessionShutAndReload(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	w.apply("third.yaml", "--allow-sessions", "1")
	edit := func(old, new string) {
		w.Daemon.Write([]byte(strings.Replace(string(w.Daemon.Config()), old, new, 1)))
		w.Daemon.Reload()
	}
	edit("8..32", "9..32")
	w.sessions(true, true, false)
	w.on("status").exits(2)
	w.apply("third.yaml") // shuts nobody: it is shut
	w.on("status").exits(0)
	edit("9..32", "10..32")
	w.apply("nobody.yaml")
	w.sessions(true, true, true)

	w.apply("third.yaml", "--allow-sessions", "1")
	w.sessions(true, true, false)
	edit("peer-as = 64498", "description = 'edited'\npeer-as = 64498")
	w.sessions(true, true, true)
	w.on("status").exits(2).says("is to be shut, and is not")
	w.apply("third.yaml", "--allow-sessions", "1")
	w.sessions(true, true, false)

	// Where the file has it down, that is the operator's, too.
	edit("peer-as = 64498", "admin-down = true\npeer-as = 64498")
	w.apply("nobody.yaml")
	w.sessions(true, true, false)
	w.on("status").exits(0)
}

// Going back by itself, where nobody confirms, shuts again what was shut before.
func TestSessionShutUnconfirmed(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	w.apply("third.yaml", "--allow-sessions", "1")
	w.on("plan", "nobody.yaml", "-o", "next.plan").exits(0)
	w.depeer("apply", "next.plan", "--yes", "--confirm-within", "1s").exits(9)
	w.sessions(true, true, false)
	w.on("status").exits(0)

	// And a change that shuts is taken back by opening.
	w.apply("nobody.yaml")
	w.on("plan", "third.yaml", "-o", "next.plan", "--at", "2026-02-01", "--allow-sessions", "1").exits(0)
	w.depeer("apply", "next.plan", "--yes", "--confirm-within", "1s").exits(9)
	w.sessions(true, true, true)
}

// Killed at each of the calls about sessions, and recovered: as before or as after.
func TestSessionShutCutOff(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.apply("third.yaml", "--allow-sessions", "1")
	w.write("first.yaml", strings.Replace(listedThird, "name: Third, asns: [64498]", "name: First, asns: [64496]", 1))
	p.arm(fault{})
	w.apply("first.yaml", "--allow-sessions", "1") // opens the third, shuts the first
	calls := p.written()
	var at []int
	for k, call := range calls {
		if call == "DisablePeer" || call == "EnablePeer" {
			at = append(at, k, k+1, k+2)
		}
	}
	if len(at) != 6 {
		t.Fatalf("calls: %q", calls)
	}
	for _, k := range at {
		w.apply("third.yaml", "--allow-sessions", "1")
		w.on("plan", "first.yaml", "-o", "next.plan", "--at", "2026-02-01", "--allow-sessions", "1").exits(0)
		apply := make(chan *running, 1)
		p.arm(fault{at: k, after: func() {
			r := <-apply
			r.cmd.Process.Kill()
			<-r.done
		}, lost: true})
		r := w.start("apply", "next.plan", "--yes")
		apply <- r
		r.wait()
		p.arm(fault{})
		w.on("status").exits(2)
		w.on("recover", "--yes").exits(0)
		w.sessions(false, true, true)
		w.on("status", "first.yaml", "--at", "2026-02-01").exits(0)
		if t.Failed() {
			t.Fatalf("at call %d of %q", k, calls)
		}
	}
}

// What a dynamic neighbor would come back from at once is refused.
func TestSessionShutDynamic(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Edit = func(file []byte) []byte {
		return append(file, []byte("\n[[peer-groups]]\n[peer-groups.config]\npeer-group-name = 'd'\npeer-as = "+
			"64498\n[peer-groups.route-server.config]\nroute-server-client = "+
			"true\n[peer-groups.apply-policy.config]\nimport-policy-list = ['depeer']\nexport-policy-list = "+
			"['depeer-export']\ndefault-import-policy = 'accept-route'\ndefault-export-policy = "+
			"'accept-route'\n[[dynamic-neighbors]]\n[dynamic-neighbors.config]\nprefix = '127.0.0.0/8'\npeer-group = 'd'\n")...)
	}
	c.Members = c.Members[:2]
	x := testbed.Exchange(t, c)
	late := testbed.Bird(t, x.Daemon, 2, testbed.MemberConfig{ASN: 64498, Announce: testbed.Announce("20.5.0.0/16")})
	late.WaitEstablished()
	w := &world{newShell(t, x.Daemon.Target.String()), x, t}
	w.write("depeer.yaml", shutting)
	w.write("third.yaml", listedThird)
	w.on("plan", "third.yaml", "--at", "2026-02-01", "--allow-sessions",
		"1").exits(5).says("a dynamic neighbor comes back")
}

// Watch shuts again what was shut with leave, after a start of the daemon; a session
// that nobody has given leave for it leaves to a person.
func TestWatchAndSessions(t *testing.T) {
	t.Parallel()
	w := sessionWorld(t)
	w.apply("third.yaml", "--allow-sessions", "1")
	w.apply("both.yaml", "--allow-sessions", "1")
	w.sessions(false, true, false)
	w.write("depeer.yaml", shutting+"lists: [{file: ours.yaml}]\n")
	w.replace("ours.yaml", listedBoth)
	watcher := w.watchOn("--at", "2026-02-01")
	watcher.says(0, "in-sync")
	w.Daemon.Restart()
	watcher.says(0, "msg=repaired", "allow-sessions:2") // before the members have come back
	w.Members[1].WaitEstablished()
	w.sessions(false, true, false)
	w.on("status", "--at", "2026-02-01").exits(0)
	w.on("history").exits(0).says("--allow-sessions 2") // it is written, and can be read
	from := watcher.mark()
	w.replace("ours.yaml", listedBoth+"  - {name: Second, asns: [64497], allow_reserved: true}\n")
	watcher.says(from, "guard-sessions")
	w.sessions(false, true, false)
	w.replace("ours.yaml", listedThird)
	w.sessions(true, true, false)
}
