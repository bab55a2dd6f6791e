package faults_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/lab/testbed"
)

// read returns a file of the shell.
func (s *shell) read(name string) string {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(text)
}

// nothing is what members hold when every route is rejected.
var nothing = table{{}, {}, {}}

// Row 50: a template writes the file without our definitions. What a reload of it does is
// said in so many words before it is done, by status, and by emit, which puts the
// definitions back; and it is what happens.
func TestForetoldWithoutDefinitions(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	without := strings.Replace(string(w.Daemon.Config()), anchored, "", 1)
	if without == string(w.Daemon.Config()) {
		t.Fatal("nothing was taken out")
	}
	const says = "this reload rejects every route of 3 members"
	w.write("gobgpd.toml", without)
	w.on("status", "--file", "gobgpd.toml").exits(2).says("drift", says, "depeer emit --into",
		"do not paste and reload", "depeer repair --lists", "restart")
	w.depeer("emit", "a.yaml", "--into", "gobgpd.toml").exits(0).says(says, "depeer repair --lists")
	w.Daemon.Write([]byte(w.read("gobgpd.toml")))
	w.on("status", "a.yaml", "--file", "gobgpd.toml").exits(0)
	w.Daemon.Reload()
	w.holds(outcomes["a"])

	w.keep(w.Daemon.Target.String())
	w.Daemon.Write([]byte(without))
	w.on("status").exits(2).says(says)
	w.on("plan", "b.yaml").exits(0).says(says)
	w.Daemon.Reload()                                      // nobody has listened
	testbed.Eventually(t, testbed.Patience, func() error { // no beacon of Settle comes through
		if diff := cmp.Diff(nothing, w.table()); diff != "" {
			return errors.New(diff)
		}
		return nil
	})
}

// Situation 6: gobgpd was started with A in its file, and B was applied since. A file with A
// is what it loaded: a reload does nothing, and B stays; a restart brings A back.
func TestForetoldFromWhatWasLoaded(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	w.depeer("emit", "a.yaml", "--into", w.Daemon.ConfigFile).exits(0)
	w.Daemon.Restart()
	w.holds(outcomes["a"])
	w.put("b")
	w.depeer("emit", "a.yaml", "--into", w.Daemon.ConfigFile).exits(0)
	w.on("status", "--file", w.Daemon.ConfigFile).exits(2).says("a restart would change that",
		"a reload (SIGHUP) would not")
	w.on("status").exits(2).says("a reload (SIGHUP) would not")
	w.Daemon.Reload()
	w.holds(outcomes["b"])
	w.Daemon.Restart()
	w.holds(outcomes["a"])
}

// Situation 7: cleared, and a file with A is reloaded: our names are not in the lists as
// they run, so nothing is treated.
func TestForetoldAfterClear(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("gobgpd.toml", string(w.Daemon.Config()))
	w.put("a")
	w.on("clear", "--yes").exits(0)
	w.depeer("emit", "a.yaml", "--into", "gobgpd.toml").exits(0)
	w.on("status", "--file", "gobgpd.toml").exits(2).says("treats no route of 3 members",
		"not in their lists as they run")
	w.Daemon.Write([]byte(w.read("gobgpd.toml")))
	w.Daemon.Reload()
	w.holds(outcomes[""])
	w.on("status", "--file", "gobgpd.toml").exits(2).says("treats no route of 3 members")
	w.Daemon.Restart()
	w.holds(outcomes["a"])
}

// Row 51: whatever keeps gobgpd from loading policy, or from starting, is refused before a
// file is written and before the target is called, and status says it. The passwords of the
// file are in none of it.
func TestBrokenFile(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	good := string(w.Daemon.Config())
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	for name, m := range map[string]struct{ old, new, says string }{
		"no policy": {`name = "bogons"` + "\n" + `conditions`, `name = "tag"` + "\n" + `conditions`,
			"gobgpd-no-policy"},
		"no start": {`"8..32"`, `"8-32"`, "gobgpd-start"},
		"rejects": {`import-policy-list = ['depeer', 'in']`, `import-policy-list = ['depeer', 'in', 'in']`,
			"gobgpd-rejects"},
		"condition": {`conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}`,
			`conditions.bgp-conditions.local-pref-eq = 100`, "local-pref-eq falls away, and it rejects every route"},
		"action": {`route-disposition = "reject-route"`, `bgp-actions.set-med = "abc"`, "gobgpd-action"},
		"no neighbor": {`peer-as = 64497`, "peer-as = 64497\npeer-group = 'nobody'\nauth-password = 's3cret'",
			"gobgpd-neighbor"},
		"a bad secret": {`peer-as = 64497`, "peer-as = 64497\nauth-password = {a = 's3cret'}", "gobgpd-start"},
	} {
		bad := strings.Replace(good, m.old, m.new, 1)
		if bad == good {
			t.Fatalf("%s: nothing was edited in\n%s", name, good)
		}
		w.Daemon.Write([]byte(bad))
		w.write("bad.toml", bad)
		var said []result
		w.unchanged(func() {
			said = append(said, w.depeer("emit", "a.yaml", "--into", "bad.toml").exits(3).says(m.says, "bad.toml:"),
				w.on("plan", "a.yaml", "-o", "no.plan").exits(3).says(m.says),
				w.depeer("apply", "a.plan", "--yes").exits(3).says(m.says),
				w.on("status", "--file", "bad.toml").exits(2).says("drift", "file bad.toml"),
				w.on("status").exits(2).says("file "+w.Daemon.ConfigFile))
		})
		if w.read("bad.toml") != bad || string(w.Daemon.Config()) != bad {
			t.Errorf("%s: a file was changed", name)
		}
		for _, r := range said {
			if strings.Contains(r.stdout+r.stderr, "s3cret") {
				t.Errorf("%s: %s shows the password:\n%s%s", name, r.line, r.stdout, r.stderr)
			}
		}
	}
	// What gobgpd takes for something else is a warning.
	w.Daemon.Write([]byte(strings.Replace(good, `route-disposition = "reject-route"`, `route-disposition = "reject"`,
		1)))
	w.on("plan", "a.yaml").exits(0).says("gobgpd-word", `takes it for none`)
	for name, text := range map[string]string{"gobgpd.yaml": "global:\n", "gobgpd.json": "{}",
		"y.conf": "global:\n  config:\n", "j.conf": `{"global": {}}`} {
		w.write(name, text)
		w.depeer("emit", "a.yaml", "--into", name).exits(3).says("TOML only")
		w.on("status", "--file", name).exits(3).says("TOML only")
	}
}

// A way back is gone whatever the file is like, and says that gobgpd cannot load it.
func TestWayBackWarnsOfFile(t *testing.T) {
	t.Parallel()
	w := keeping(t, exchange())
	good := string(w.Daemon.Config())
	w.put("a")
	w.put("b")
	bad := strings.Replace(string(w.Daemon.Config()),
		`conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}`,
		`conditions.call-policy = "bogons"`, 1)
	if bad == good || !strings.Contains(bad, "call-policy") {
		t.Fatalf("nothing was edited in\n%s", bad)
	}
	w.Daemon.Write([]byte(bad))
	for _, way := range []string{"rollback", "clear"} {
		r := w.on(way, "--yes").exits(0).says("is in step")
		if n := strings.Count(r.stderr, "call-policy falls away, and it rejects every route"); n != 1 {
			t.Errorf("%s warns %d times:\n%s", way, n, r.stderr)
		}
	}
	w.Daemon.Write([]byte(strings.Replace(string(w.Daemon.Config()), `conditions.call-policy = "bogons"`,
		`conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}`, 1)))
	if r := w.on("clear", "--yes").exits(0); strings.Contains(r.stderr, "does not load") {
		t.Errorf("a good file:\n%s", r.stderr)
	}
}
