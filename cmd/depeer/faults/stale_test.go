package faults_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// Row 31: a plan whose target has changed since, that was altered, or that is for
// another target is refused, and no call writes. A plan whose result is there already
// is nothing to do.
func TestStale(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.on("plan", "a.yaml", "-o", "same.plan").exits(0)
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	w.depeer("apply", "same.plan", "--yes").exits(0).says("nothing to do")
	w.unchanged(func() {
		w.depeer("apply", "b.plan", "--yes").exits(5)
		w.depeer("apply", "b.plan", "--yes", "--json").exits(5).says(`"code":"stale"`)
	})

	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	text, err := os.ReadFile(filepath.Join(w.dir, "b.plan"))
	if err != nil {
		t.Fatal(err)
	}
	w.write("altered.plan", string(bytes.Replace(text, []byte("20.1.0.0/16"), []byte("20.2.0.0/16"), 1)))
	w.write("torn.plan", string(text[:len(text)/2]))
	w.unchanged(func() {
		w.depeer("apply", "altered.plan", "--yes", "--json").exits(5).says(`"code":"plan-altered"`)
		w.depeer("apply", "torn.plan", "--yes").exits(5)
		w.depeer("apply", "a.yaml", "--yes").exits(3)
	})

	// Another route server answers where the plan's did.
	other := newWorld(t, exchange())
	p := newProxy(t, other.Daemon)
	w.target = p.address
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	p.cut()
	elsewhere := newProxy(t, w.Daemon)
	elsewhere.cut()
	elsewhere.address = p.address
	elsewhere.open()
	w.unchanged(func() { w.depeer("apply", "b.plan", "--yes").exits(5).says("it is for AS64500") })
}
