package faults_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/lab/testbed"
)

// Row 61: the terminal goes, or nothing more can be written, at a call of an apply from a to b: what was
// before is in force, or what was to come. Only who is killed needs a recovery.
func TestTerminalGoes(t *testing.T) {
	t.Parallel()
	for _, way := range []struct {
		name  string
		codes map[int]string // and which list is in force then
		act   func(*running) // at the call; nil: nothing
		begin func(*testing.T, *exec.Cmd)
	}{
		{name: "SIGHUP", codes: map[int]string{130: "a", 9: "a", 0: "b"},
			act: func(r *running) { r.cmd.Process.Signal(syscall.SIGHUP); r.taken() }},
		{name: "SIGPIPE", codes: map[int]string{130: "a", 9: "a", 0: "b"},
			act: func(r *running) { r.cmd.Process.Signal(syscall.SIGPIPE); r.taken() }},
		{name: "stdout has no reader", codes: map[int]string{8: "b"}, begin: withoutReader},
		{name: "stdout is full", codes: map[int]string{8: "b"}, begin: withFullDisk},
		{name: "all streams are full", codes: map[int]string{8: "b"}, begin: func(t *testing.T, cmd *exec.Cmd) {
			withFullDisk(t, cmd)
			cmd.Stderr = cmd.Stdout
		}},
		{name: "stderr has no reader, and is written to", codes: map[int]string{130: "a", 9: "a"},
			begin: func(t *testing.T, cmd *exec.Cmd) {
				withoutReader(t, cmd)
				cmd.Stdout, cmd.Stderr = nil, cmd.Stdout
				cmd.Args = append(cmd.Args, "--verbose")
			}},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			x := newTrial(t)
			last := x.undisturbed()
			side := "b"
			for _, k := range callsOf(last) {
				if way.act == nil && k != last {
					continue // it is the same at each call
				}
				if side != "a" {
					x.world.put("a")
				}
				side = x.disturb(t, k, way.act, way.begin, way.codes)
			}
		})
	}
}

// callsOf returns at which of so many calls something is done.
func callsOf(last int) []int {
	if !*everyCall {
		return []int{1, last/2 + 1, last}
	}
	all := make([]int, last)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// disturb applies b, does something at call k, and returns what is in force then. Nothing is to be
// recovered.
func (x *trial) disturb(t *testing.T, k int, act func(*running), begin func(*testing.T, *exec.Cmd),
	codes map[int]string) string {
	t.Helper()
	w := x.world
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	started := make(chan *running, 1)
	x.proxy.arm(fault{at: k, before: func() {
		if act != nil {
			act(<-started)
		}
	}})
	cmd := w.command("apply", "b.plan", "--yes")
	if begin == nil {
		begin = func(*testing.T, *exec.Cmd) {}
	}
	r := w.startWith(cmd, func() { begin(t, cmd) })
	started <- r
	got := r.wait()
	x.proxy.arm(fault{})
	side, known := codes[got.code]
	if !known {
		t.Fatalf("at call %d: exit code %d\n%s%s", k, got.code, got.stdout, got.stderr)
	}
	w.holds(outcomes[side])
	x.dumps[side].is(t, w.Daemon)
	w.on("recover", "--yes").exits(0).says("nothing to do")
	w.on("status", side+".yaml").exits(0)
	return side
}

// withoutReader gives a program a stdout that nobody reads.
func withoutReader(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	t.Cleanup(func() { w.Close() })
	cmd.Stdout = w
}

// withFullDisk gives a program a stdout on a disk that is full.
func withFullDisk(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { full.Close() })
	cmd.Stdout = full
}

// Row 61: output that cannot be written is 8 after a change, and 1 without one; each says so on stderr.
func TestOutputLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	full := func(args ...string) result {
		t.Helper()
		cmd := w.command(args...)
		return w.startWith(cmd, func() { withFullDisk(t, cmd) }).wait()
	}
	target := []string{"--target", w.target}
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	for _, line := range []string{"plan a.yaml", "status", "history", "show a.plan", "version", "help", "rollback --yes",
		"emit a.yaml", "check a.yaml --json", "--complete pl"} {
		args := strings.Fields(line)
		if slices.Contains([]string{"plan", "status", "history", "rollback"}, args[0]) {
			args = append(args, target...)
		}
		full(args...).exits(1)
	}
	w.holds(outcomes[""])
	full("apply", "a.plan", "--yes").exits(8).says("the output could not be written", "applied", "depeer status")
	w.holds(outcomes["a"])
	full("apply", "a.plan", "--yes").exits(1).says("the output could not be written")
	full(append([]string{"rollback", "--yes", "--json"}, target...)...).exits(8).says("could not be written")
	w.holds(outcomes[""])
	conf := filepath.Join(w.dir, "gobgpd.conf")
	w.write("gobgpd.conf", anchored)
	full("emit", "a.yaml", "--into", conf, "--json").exits(8).says("gobgpd.conf is written")
	full("emit", "a.yaml", "--into", conf, "--json").exits(1)
}

// A second interrupt ends a program that waits for a FIFO.
func TestSecondInterrupt(t *testing.T) {
	t.Parallel()
	s := newShell(t, "127.0.0.1:1")
	if err := syscall.Mkfifo(filepath.Join(s.dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"impact", "a.yaml", "--rib", "fifo"},
		{"impact", "a.yaml", "--rib", "fifo", "--json"}} {
		r := s.start(args...)
		var writer *os.File
		testbed.Eventually(t, testbed.Patience, func() (err error) { // there is a reader
			writer, err = os.OpenFile(filepath.Join(s.dir, "fifo"), os.O_WRONLY|syscall.O_NONBLOCK, 0)
			return err
		})
		defer writer.Close()
		testbed.Eventually(t, testbed.Patience, func() error { // two at once may be taken for one
			select {
			case <-r.done:
				return nil
			default:
				r.cmd.Process.Signal(syscall.SIGINT)
				return errors.New("it is not at its end")
			}
		})
		r.wait().exits(130)
	}
}
