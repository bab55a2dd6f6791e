package faults_test

import (
	"fmt"
	"strings"
	"testing"

	"depeer/policies/lab/testbed"
)

// Row 28, with a watch and with the file kept: what is applied goes into the file, so that
// gobgpd comes up filtered by itself. No member is told of a listed route, not for an
// instant, and there is nothing to repair. What others write is put in step again; what
// cannot be waits for a person, and nothing new is applied until then.
func TestWatchPersist(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", watched+fmt.Sprintf("targets:\n  - {name: rs1, address: %q, persist: %q}\n", w.target,
		w.Daemon.ConfigFile))
	w.target = "rs1"
	w.replace("ours.yaml", refusing)
	empty := w.Daemon.Config()
	r := w.watchOn()
	r.says(0, "state=in-sync")
	w.inStep()
	for range 2 {
		var since []int
		for _, m := range w.Members {
			m.Trace()
			since = append(since, m.Logged())
		}
		at := r.mark()
		w.Daemon.Kill()
		w.restart()
		r.says(at, "target reached")
		r.says(at, "state=in-sync")
		if _, since, _ := strings.Cut(r.log.String()[at:], "target reached"); strings.Contains(since, "msg=repaired") {
			t.Error("it came up as it should be, and something was repaired")
		}
		w.Settle() // with a neighbor that comes for it, and gets its place
		for i, m := range w.Members[1:] {
			heard := map[string]bool{}
			for _, told := range m.Told(since[i+1]) {
				heard[told.Prefix.String()] = heard[told.Prefix.String()] || !told.Gone
			}
			for _, prefix := range listed {
				if heard[prefix] {
					t.Errorf("%v was told of %s", m.Address, prefix)
				}
			}
			if !heard["20.4.0.0/16"] && i == 1 { // the third is told of what is not listed
				t.Errorf("%v was told of nothing", m.Address)
			}
		}
	}

	at := r.mark()
	w.Daemon.Write(empty)
	r.says(at, "file put in step")
	w.inStep()

	at = r.mark()
	good := w.Daemon.Config()
	w.Daemon.Write([]byte("neighbors:\n"))
	r.says(at, "level=ERROR", "file is not in step")
	w.replace("ours.yaml", lists["b.yaml"])
	r.says(at, "change failed", "gobgpd-syntax")
	w.Daemon.Write(good)
	r.says(at, "msg=applied", "ours 2026-01-02")
	w.comesTo(testbed.Patience, outcomes["b"])
	w.inStep()
	r.ends()
}

// Row 50 with a watch: the file is written without our definitions, which a reload would
// reject everything for. They are put back before anybody reloads; once for each content,
// or it would go on for ever against a template.
func TestWatchPutsDefinitionsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", watched+fmt.Sprintf("targets:\n  - {name: rs1, address: %q, persist: %q}\n", w.target,
		w.Daemon.ConfigFile))
	w.target = "rs1"
	w.replace("ours.yaml", lists["a.yaml"])
	without := strings.Replace(string(w.Daemon.Config()), anchored, "", 1)
	r := w.watchOn()
	r.says(0, "state=in-sync")
	const says = "this reload rejects every route of 3 members"
	at := r.mark()
	w.Daemon.Write([]byte(without))
	r.says(at, "level=WARN", says)
	r.says(at, "file put in step")
	w.inStep()
	w.Daemon.Reload()
	w.holds(outcomes["a"])

	at = r.mark()
	w.Daemon.Write([]byte(without))
	r.says(at, "level=WARN", says)
	r.says(at, "level=ERROR", "it was put in step already")
	w.on("status").exits(2).says(says)
	if got := string(w.Daemon.Config()); got != without {
		t.Error("it was put back a second time")
	}
	at = r.mark()
	w.Daemon.Write([]byte(without + "# another\n"))
	r.says(at, "file put in step")
	w.inStep()
	r.ends()
}

// Row 50: a file without our definitions was reloaded before any watch has seen it. The
// block is put back all the same, so that a restart, which is what brings members back,
// comes up filtered.
func TestWatchPutsDefinitionsBackAfterAReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.write("depeer.yaml", watched+fmt.Sprintf("targets:\n  - {name: rs1, address: %q, persist: %q}\n", w.target,
		w.Daemon.ConfigFile))
	w.target = "rs1"
	w.replace("ours.yaml", lists["a.yaml"])
	without := strings.Replace(string(w.Daemon.Config()), anchored, "", 1)
	r := w.watchOn()
	r.says(0, "state=in-sync")
	r.ends()

	w.Daemon.Write([]byte(without))
	w.Daemon.Reload()
	w.nothing()
	r = w.watchOn()
	r.says(0, "file put in step")
	r.ends()
	w.Daemon.Kill()
	w.Daemon.Restart()
	w.comesTo(testbed.Patience, outcomes["a"])
}
