package faults_test

import (
	"os"
	"path/filepath"
	"testing"
)

// Choices in the file that gobgpd starts from: a start comes up right by itself, and a reload
// of other choices withdraws and gives back as an apply does.
func TestChoicesByFile(t *testing.T) {
	t.Parallel()
	withAndWithoutSecondary(t, func(t *testing.T, secondary bool) {
		x := newChoosing(t, secondary, nil)
		into := func() {
			t.Helper()
			x.files()
			x.world.write("gobgpd.toml", string(x.Daemon.Config()))
			x.depeer("emit", "ours.yaml", "--at", "2026-02-01", "--into", "gobgpd.toml").exits(0)
			text, err := os.ReadFile(filepath.Join(x.dir, "gobgpd.toml"))
			if err != nil {
				t.Fatal(err)
			}
			x.Daemon.Write(text)
		}
		x.wishes = map[int]string{carol: "refuse", dave: "deprefer"}
		x.put("at first")
		into()
		x.Daemon.Restart()
		for _, m := range x.Members {
			m.WaitEstablished()
		}
		x.right("started from the file")
		x.on("plan", "ours.yaml", "--at", "2026-02-01", "--detailed-exitcode").exits(0).says("There is nothing to do.")

		x.wishes = map[int]string{dave: "refuse", erin: "refuse", carol: "tag"}
		x.lists(2, 4)
		into()
		x.Daemon.Reload()
		x.right("reloaded")
		x.wishes = map[int]string{erin: "refuse"}
		x.put("applied on what was reloaded")
	})
}
