package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// Row 33: where the state directory cannot be written, nothing is done.
func TestNoJournal(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	p := newProxy(t, w.Daemon)
	w.target = p.address
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)

	w.write("file", "")
	w.depeer("apply", "a.plan", "--yes", "--state", "file").exits(1)
	w.depeer("apply", "a.plan", "--yes", "--state", "file/below", "--json").exits(1)

	full := w.command("apply", "a.plan", "--yes")
	full.Path, full.Args = "/bin/sh", append([]string{"sh", "-c", `ulimit -f 0; exec "$@"`, "sh", program},
		full.Args[1:]...)
	w.startAs(full).wait().exits(1)
	if calls := p.written(); len(calls) != 0 {
		t.Errorf("without a journal, %q were called", calls)
	}
	w.holds(outcomes[""])

	// The file system is full from the middle of the apply on.
	prlimit, err := exec.LookPath("prlimit")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	before := dumpOf(t, w.Daemon)
	reached, release := p.pause(6)
	r := w.start("apply", "a.plan", "--yes")
	<-reached
	if out, err := exec.Command(prlimit, "--pid", fmt.Sprint(r.cmd.Process.Pid),
		"--fsize=0").CombinedOutput(); err != nil {
		t.Fatalf("prlimit: %v\n%s", err, out)
	}
	release()
	got := r.wait()
	if got.code != 9 && got.code != 8 {
		got.exits(9)
	}
	if got.code == 8 {
		w.on("recover", "--yes").exits(9)
	}
	w.holds(outcomes[""])
	before.is(t, w.Daemon)
}
