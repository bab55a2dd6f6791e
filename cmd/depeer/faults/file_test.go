package faults_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Rows 43 and 44: what a reload of the file would do is said before it does harm:
// the file's part of ours is older than what runs, or is damaged, or a list names what
// it does not define. emit --into changes no such file.
func TestFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("gobgpd.toml", string(w.Daemon.Config()))
	w.depeer("emit", "a.yaml", "--into", "gobgpd.toml").exits(0)
	w.put("a")
	w.on("status", "a.yaml", "--file", "gobgpd.toml").exits(0).says("in-sync")
	w.put("b")
	w.on("status", "b.yaml", "--file", "gobgpd.toml").exits(2).says("drift", "a reload of it would change")
	w.on("status", "b.yaml", "--file", "missing.toml").exits(3)

	good, err := os.ReadFile(filepath.Join(w.dir, "gobgpd.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"twice":       string(good) + "[[policy-definitions]]\nname = \"depeer\"\n",
		"undefined":   strings.Replace(string(w.Daemon.Config()), anchored, "", 1),
		"edited away": strings.Replace(string(good), "name = \"depeer\"\n", "name = \"other\"\n", 1),
	} {
		if text == string(good) {
			t.Fatalf("%s: nothing was edited", name)
		}
		w.write("bad.toml", text)
		w.on("status", "b.yaml", "--file", "bad.toml", "--json").exits(2).says(`"state":"drift"`, "file bad.toml")
		if name == "undefined" {
			continue // emit would put the definition in: that is right
		}
		w.depeer("emit", "b.yaml", "--into", "bad.toml").exits(3)
		if after, err := os.ReadFile(filepath.Join(w.dir, "bad.toml")); err != nil || string(after) != text {
			t.Errorf("%s: emit has changed the file (%v)", name, err)
		}
	}
	w.holds(outcomes["b"])
}
