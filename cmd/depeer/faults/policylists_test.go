package faults_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/lab/testbed"
)

// reloadWithout has the daemon reload its file without a part of it, and returns what puts
// the part back and reloads again.
func (w *world) reloadWithout(part string) (paste func()) {
	w.t.Helper()
	whole := string(w.Daemon.Config())
	without := strings.Replace(whole, part, "", 1)
	if without == whole {
		w.t.Fatalf("the file does not have\n%s", part)
	}
	w.Daemon.Write([]byte(without))
	w.Daemon.Reload()
	return func() {
		w.t.Helper()
		w.Daemon.Write([]byte(whole))
		w.Daemon.Reload()
	}
}

// rejecting is the exchange with a second member whose import default rejects.
func rejecting() testbed.Config {
	c := exchange()
	c.Members[1].ImportDefault = testbed.Reject
	return c
}

// nothing waits until no member holds anything.
func (w *world) nothing() {
	w.t.Helper()
	w.comesTo(testbed.Patience, table{{}, {}, {}})
}

// lists are the clients' lists of policies and their defaults.
func (w *world) lists() dump {
	w.t.Helper()
	return slices.DeleteFunc(dumpOf(w.t, w.Daemon), func(line string) bool {
		return !strings.HasPrefix(line, "IMPORT") && !strings.HasPrefix(line, "EXPORT")
	})
}

// leaked is a route of which the operator's own filters let nobody know.
const leaked = "10.0.0.0/16"

// holdsLeak says whether a member holds it.
func (w *world) holdsLeak() bool {
	w.t.Helper()
	for _, held := range w.table() {
		if slices.ContainsFunc(held, func(line string) bool { return strings.HasPrefix(line, leaked) }) {
			return true
		}
	}
	return false
}

// statusOf is what status says to a program.
type statusOf struct {
	Targets []struct {
		State, Why, Cure string
		Drift            []struct{ Object, Member, What string }
	}
}

// Row 50: a reload without our definitions loses all lists of the operator's, and rejects
// every route; pasting them and a reload leaves every client without its own filters. Each
// time that is said, of each client, and nothing else is done; repair --lists puts back
// exactly what was, and repair then what was applied.
func TestListsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rejecting())
	w.on("plan", "a.yaml").exits(0).says("policy-lists-new")
	w.put("a")
	before := w.lists()

	paste := w.reloadWithout(anchored)
	w.nothing()
	w.lost("its import default was reject-route, and is none")

	paste()
	w.Settle()
	if !w.holdsLeak() {
		t.Fatal("the filters of the operator's are there: nothing is lost")
	}
	w.lost("its import default was reject-route, and is accept-route")

	wiped := w.lists()
	w.on("repair", "--lists").exits(64).says("--yes")
	w.on("repair", "--lists", "-o", "lists.plan").exits(0).says(
		"import of "+w.Members[1].Address.String()+": [], default accept-route -> [depeer in], default reject-route",
		"depeer apply lists.plan", "until its session is reset")
	if now := w.lists(); !slices.Equal(now, wiped) {
		t.Errorf("a plan has changed lists:\n%s", strings.Join(now, "\n"))
	}
	w.on("repair", "--lists", "--yes").exits(0).says("applied", "import of "+w.Members[0].Address.String())
	if now := w.lists(); !slices.Equal(now, before) {
		t.Errorf("lists are\n%s\nand were\n%s", strings.Join(now, "\n"), strings.Join(before, "\n"))
	}
	w.holds(outcomes[""])
	w.depeer("apply", "lists.plan", "--yes").exits(0).says("nothing to do")
	w.on("repair", "--lists", "--yes").exits(0).says("nothing to put back")

	w.on("status").exits(2)
	w.on("plan", "a.yaml").exits(0)
	w.on("repair", "--yes").exits(0).says("applied")
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
	w.on("history").exits(0).says("repair")
	w.on("rollback", "--yes").exits(0) // of what was applied, and not of a repair
	w.holds(outcomes[""])
	w.on("status").exits(0)
}

// Row 50, on a machine that remembers nothing: that all is rejected is said first, and to
// paste and reload, which opens the filter, is not the hint. Nothing is remembered of it.
// A restart with the definitions brings all back.
func TestRejectedNotRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rejecting())
	whole := w.Daemon.Config()
	w.reloadWithout(anchored)
	w.nothing()
	const rejected = "every route of 3 members is rejected: a policy of their lists is not defined"
	w.unchanged(func() {
		refused := w.on("plan", "a.yaml", "-o", "a.plan").exits(5)
		refused.says("error: "+rejected, "restart gobgpd with a file that has the definitions", "depeer repair --lists",
			"do not paste and reload")
		if text := refused.stdout + refused.stderr; strings.Contains(text, "emit --anchor") ||
			strings.Contains(text, "[[policy-definitions]]") {
			t.Errorf("it says to paste: %s", text)
		}
		w.on("plan", "a.yaml", "--take-over").exits(5).says(rejected)
		w.on("plan", "a.yaml", "--accept-lists").exits(5).says(rejected)
		w.on("plan", "a.yaml", "--json").exits(5).says(`"code":"routes-rejected"`)
		var status statusOf
		w.on("status", "--json").exits(2).reads(&status)
		if s := status.Targets[0]; !strings.HasPrefix(s.Why, rejected) ||
			!strings.Contains(s.Cure, "do not paste and reload") {
			t.Errorf("status says %q, and as a cure %q", s.Why, s.Cure)
		}
		text := w.on("status").exits(2).stdout
		if first, _, _ := strings.Cut(text, "\n"); !strings.Contains(first, rejected) {
			t.Errorf("status says first: %s", first)
		}
		w.on("repair", "--lists", "--yes").exits(1).says("nothing is remembered on this machine")
	})
	w.Daemon.Write(whole)
	w.Daemon.Restart()
	w.holds(outcomes[""])
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0).says("policy-lists-new")
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.holds(outcomes["a"])
	w.on("status", "a.yaml").exits(0)
}

// Row 50, where only a policy of the operator's is missing, ours are there, and nothing is
// remembered: nothing is learned from what gobgpd has made of it.
func TestRejectedByTheOperatorsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rejecting())
	whole := string(w.Daemon.Config())
	w.Daemon.Write([]byte(strings.Replace(whole, `name = "in"`, `name = "in2"`, 1)))
	w.Daemon.Reload()
	w.nothing()
	w.unchanged(func() {
		w.on("plan", "a.yaml").exits(5).says("error: every route of 3 members is rejected: a policy of their lists " +
			"is not defined")
	})
	w.Daemon.Write([]byte(whole))
	w.Daemon.Restart()
	w.holds(outcomes[""])
	w.on("plan", "a.yaml").exits(0).says("policy-lists-new")
}

// lost fails the test unless all commands that look for it say what clients' lists have
// lost, and what helps, and none of them does anything.
func (w *world) lost(also string) {
	w.t.Helper()
	w.unchanged(func() {
		var status statusOf
		w.on("status", "--json").exits(2).says(also).reads(&status)
		if cure := status.Targets[0].Cure; !strings.Contains(cure, "depeer repair --lists --target "+w.target) ||
			!strings.Contains(cure, "restart") {
			w.t.Errorf("status says as a cure %q", cure)
		}
		rejected := "every route of 3 members is rejected: a policy of their lists is not defined"
		if why := status.Targets[0].Why; strings.HasPrefix(why, rejected) != strings.Contains(also, "is none") {
			w.t.Errorf("status says first %q", why)
		}
		for _, m := range w.Members {
			for direction, policy := range map[string]string{"import": "in", "export": "out"} {
				object, what := direction+" assignment "+m.Address.String(),
					fmt.Sprintf("policy %s is gone from its %s list", policy, direction)
				named := false
				for _, d := range status.Targets[0].Drift {
					named = named || d.Object == object && d.Member == m.Address.String() &&
						strings.Contains(d.What, what)
				}
				if !named {
					w.t.Errorf("status does not say of %s: %s", object, what)
				}
			}
		}
		cure := "depeer repair --lists --target"
		w.on("plan", "a.yaml", "-o", "none.plan").exits(5).says("2 members ("+w.Members[0].Address.String()+", "+
			w.Members[2].Address.String()+"): policy in is gone", also, cure, "pasting definitions and a reload do not")
		w.on("plan", "a.yaml", "--json").exits(5).says(`"code":"lists-lost"`)
		w.depeer("apply", "none.plan", "--yes").exits(3)
		w.depeer("apply", "a.plan", "--yes").exits(5).says(cure)
		w.on("repair", "--yes").exits(5).says(cure)
	})
}

// Row 50, with a watch: it logs an error that names the lists, and does nothing to that
// target until they are back; then it puts back what was applied.
func TestWatchListsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rejecting())
	r := w.watch("a", "--verbose")
	r.says(0, "state=in-sync")
	before := w.lists()

	at := r.mark()
	paste := w.reloadWithout(anchored)
	for _, m := range w.Members {
		r.says(at, "level=ERROR", m.Address.String()+": policy in is gone from its import list",
			"depeer repair --lists --target")
	}
	r.says(at, "state=unfit")
	paste()
	r.says(at, "level=ERROR", "its import default was reject-route, and is accept-route")
	wiped := dumpOf(t, w.Daemon)
	at = r.mark()
	w.replace("ours.yaml", lists["b.yaml"]) // something new does not get past it
	r.says(at, "msg=looked", "state=unfit")
	if log := r.log.String(); strings.Contains(log, "msg=repaired") || strings.Count(log, "msg=applied") != 1 {
		t.Error("something was changed while lists are lost")
	}
	wiped.is(t, w.Daemon)

	w.on("repair", "--lists", "--yes").exits(0)
	r.says(at, "lists of policies are as they were last seen")
	r.says(at, "msg=applied", "ours 2026-01-02") // and not by way of what was wiped
	w.comesTo(testbed.Patience, outcomes["b"])
	if now := w.lists(); !slices.Equal(now, before) {
		t.Errorf("lists are\n%s\nand were\n%s", strings.Join(now, "\n"), strings.Join(before, "\n"))
	}
	r.ends()
}

// Row 50: while our definitions are still missing, the operator's own lists come back
// without ours, and members with them; ours follow when the definitions are there. Where a
// policy of the operator's is not defined itself, nothing is put back, and it is named.
func TestListsBackWithoutOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, rejecting())
	w.put("a")
	whole := string(w.Daemon.Config())
	w.Daemon.Write([]byte(strings.Replace(strings.Replace(whole, anchored, "", 1), `name = "out"`, `name = "out2"`, 1)))
	w.Daemon.Reload()
	w.nothing()
	w.unchanged(func() {
		w.on("repair", "--lists", "--yes").exits(5).says("not defined in gobgpd: out;", "restart gobgpd")
		w.on("repair", "--lists", "--yes", "--json").exits(5).says(`"code":"policies-undefined"`)
	})
	w.Daemon.Write([]byte(strings.Replace(whole, anchored, "", 1)))
	w.Daemon.Reload()
	w.on("repair", "--lists", "--yes").exits(0)
	w.comesTo(testbed.Patience, outcomes[""])
	want := []string{
		"EXPORT of " + w.Members[1].Address.String() + ` ["out"] default ACCEPT`,
		"IMPORT of " + w.Members[1].Address.String() + ` ["in"] default REJECT`,
	}
	for _, line := range want {
		if !slices.Contains(w.lists(), line) {
			t.Errorf("no %s in\n%s", line, strings.Join(w.lists(), "\n"))
		}
	}
	w.on("plan", "a.yaml").exits(5).says("not defined")

	w.Daemon.Write([]byte(whole))
	w.Daemon.Reload()
	w.holds(outcomes[""])
	w.on("repair", "--yes").exits(0).says("applied")
	w.holds(outcomes["a"])
}

// What an operator takes out on purpose is accepted by plan --accept-lists, which history
// keeps; what is new in a list, or another client, is no fault.
func TestAcceptLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	member := w.Members[0].Address
	w.assign(member, true, "depeer", "in", "out")
	w.on("status").exits(0)
	w.on("plan", "b.yaml").exits(0)
	w.assign(member, true, "depeer", "out")
	w.on("status").exits(2).says("policy in is gone from its import list")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(5).says("--accept-lists")
	w.on("plan", "a.yaml", "-o", "a.plan", "--accept-lists", "--detailed-exitcode").exits(2).says("accepted",
		member.String()+": policy in is gone from its import list")
	w.on("status").exits(2) // a plan changes nothing, nor what is remembered
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.on("status").exits(0)
	w.on("plan", "b.yaml").exits(0)
	w.on("history", "--json").exits(0).says(`"accepted_lists":[{"client":"` + member.String() +
		`","import":true,"policies":["in"]`)
	w.on("history").exits(0).says("accepted: policy in is gone")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "b.plan", "--yes").exits(0)
	if want := "IMPORT of " + member.String() + ` ["depeer" "out"] default ACCEPT`; !slices.Contains(w.lists(), want) {
		t.Errorf("no %s in\n%s", want, strings.Join(w.lists(), "\n"))
	}

	// A plan that accepts what was lost then accepts nothing that is lost later.
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.assign(member, true, "depeer")
	w.depeer("apply", "a.plan", "--yes").exits(5).says("policy out is gone")
	w.on("rollback", "--yes").exits(0) // the way back does not wait, and learns nothing
	w.on("status").exits(2).says("policy out is gone")
	w.on("clear", "--yes").exits(0)
	w.on("status").exits(2).says("policy out is gone")
}

// assign gives a client another list of policies, as an operator does it.
func (w *world) assign(client netip.Addr, isImport bool, names ...string) {
	w.t.Helper()
	a := &api.PolicyAssignment{Name: client.String(), Direction: api.PolicyDirection_EXPORT}
	if isImport {
		a.Direction = api.PolicyDirection_IMPORT
	}
	for _, name := range names {
		a.Policies = append(a.Policies, &api.Policy{Name: name})
	}
	if _, err := w.Daemon.API().SetPolicyAssignment(w.t.Context(),
		&api.SetPolicyAssignmentRequest{Assignment: a}); err != nil {
		w.t.Fatal(err)
	}
}

// A machine without state knows of nothing that was lost, and says once that it begins to
// remember. What it is to remember by may be damaged, or of another version: that is
// named, and is in nobody's way.
func TestListsNotRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.assign(w.Members[0].Address, true, "depeer")

	other := newShell(t, w.target)
	other.on("repair", "--lists", "--yes").exits(1).says("nothing is remembered on this machine", "restart")
	other.on("status", "a.yaml").exits(0)
	other.on("plan", "b.yaml").exits(0).says("nothing was remembered on this machine")
	if again := other.on("plan", "b.yaml").exits(0); strings.Contains(again.stderr, "remembered") {
		t.Errorf("it says twice: %s", again.stderr)
	}
	other.on("plan", "b.yaml", "-o", "b.plan").exits(0)

	w.on("plan", "b.yaml").exits(5)
	files, err := filepath.Glob(filepath.Join(w.dir, "state", "targets", "*", "policy-lists.json"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	good, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string]string{
		"cut": string(good[:len(good)/2]), "empty": "", "not ours": "{}",
		"another version": strings.Replace(string(good), `"version": 1`, `"version": 2`, 1),
		"no address":      `{"version":1,"clients":{"x":{}}}`,
		"no default":      strings.Replace(string(good), "accept-route", "accept", 1),
	} {
		put := func() {
			t.Helper()
			if err := os.WriteFile(files[0], []byte(bad), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put()
		w.on("status").exits(0).says(files[0])
		w.on("repair", "--lists", "--yes").exits(1).says(files[0])
		w.on("clear", "-o", "clear.plan").exits(0)
		put()
		w.on("plan", "b.yaml").exits(0).says(files[0], "warning")
		now, err := os.ReadFile(files[0])
		if err != nil {
			t.Fatal(err)
		}
		if kept := string(now) == bad; kept != (name == "another version") {
			t.Errorf("%s: kept as it was: %t", name, kept)
		}
	}
	if err := os.Remove(files[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(files[0], 0o700); err != nil {
		t.Fatal(err)
	}
	w.on("status").exits(0).says(files[0])
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0).says(files[0])
	w.depeer("apply", "b.plan", "--yes").exits(0)
	w.on("clear", "--yes").exits(0)
	w.on("status").exits(0)
}
