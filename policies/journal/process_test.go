package journal_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"depeer/policies/journal"
	"depeer/policies/plan"
)

// Tests that need another process run this binary again, as one of children.
const childVariable = "DEPEER_JOURNAL_TEST_CHILD"

var children = map[string]func(*testing.T, string){"hold": holdUntilKilled, "full": fillDisk}

func child(t *testing.T, name, dir string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestChild$", "-test.v")
	c.Env = append(os.Environ(), childVariable+"="+name+" "+dir)
	c.Stderr = os.Stderr
	out, err := c.StdoutPipe()
	must(t, err)
	in, err := c.StdinPipe()
	must(t, err)
	must(t, c.Start())
	t.Cleanup(func() { in.Close(); c.Process.Kill(); c.Wait() })
	return c, bufio.NewReader(out)
}

func TestChild(t *testing.T) {
	name, dir, given := strings.Cut(os.Getenv(childVariable), " ")
	if !given {
		t.Skip("is for the other tests")
	}
	children[name](t, dir)
}

// said waits for a line of a child that begins with a word.
func said(t *testing.T, r *bufio.Reader, word string) string {
	t.Helper()
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the child did not say %q: %v", word, err)
		}
		if strings.HasPrefix(line, word) {
			return strings.TrimSpace(line)
		}
	}
}

func holdUntilKilled(t *testing.T, dir string) {
	p := somePlan(t, "cut")
	e := begin(t, lock(t, open(t, dir)), p)
	must(t, e.Intend(p.Change.Calls()[0]))
	fmt.Println("holds")
	io.ReadAll(os.Stdin)
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	other, out := child(t, "hold", dir)
	said(t, out, "holds")

	_, err := s.Lock(target, "me")
	var locked *journal.LockedError
	if !errors.Is(err, journal.ErrLocked) || !errors.As(err, &locked) {
		t.Fatalf("lock: %v", err)
	}
	host, err := os.Hostname()
	must(t, err)
	if h := locked.Holder; h.PID != other.Process.Pid || h.By != "noc@rs1" || h.Host != host || h.Since.IsZero() {
		t.Errorf("held by %+v", h)
	}
	if elsewhere, err := s.Lock("another", "me"); err != nil {
		t.Errorf("another target: %v", err)
	} else {
		must(t, elsewhere.Unlock())
	}

	must(t, other.Process.Kill())
	other.Wait()
	l, err := s.Lock(target, "me")
	must(t, err)
	if l.Died == nil || l.Died.PID != other.Process.Pid {
		t.Errorf("died: %+v, want process %d", l.Died, other.Process.Pid)
	}
	open, err := l.Unfinished()
	must(t, err)
	if len(open) != 1 || open[0].Begun.Plan != "cut" || open[0].Begun.Holder != "noc@rs1:1" ||
		open[0].By.PID != other.Process.Pid {
		t.Fatalf("unfinished: %+v", open)
	}
	e, err := l.Resume(open[0].ID)
	must(t, err)
	must(t, e.End("restored"))
	must(t, l.Unlock())

	l, err = s.Lock(target, "me")
	must(t, err)
	if l.Died != nil {
		t.Errorf("nobody died, and yet: %+v", l.Died)
	}
	if open, err := l.Unfinished(); err != nil || len(open) != 0 {
		t.Errorf("unfinished: %+v, %v", open, err)
	}
	must(t, l.Unlock())
}

// fillDisk has no more room for files than it says: the nearest to a full disk
// that needs no other file system.
func fillDisk(t *testing.T, dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	limit := func(bytes uint64) {
		var old syscall.Rlimit
		must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old))
		must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: min(bytes, old.Max), Max: old.Max}))
	}
	const none = 1 << 62
	s, call := open(t, dir), plan.Call{Verb: plan.OpenGate, Name: "depeer/gate/p"}
	limit(8 << 10) // not what Begin sets aside
	l, err := s.Lock("other", "me")
	must(t, err)
	if _, err := l.Begin(somePlan(t, "p"), journal.Start{}); err == nil {
		t.Error("begun without room for it")
	}
	limit(none)
	if left, err := filepath.Glob(filepath.Join(dir, "targets", "other*", "0*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
	e := begin(t, l, somePlan(t, "p"))
	limit(2 << 10)
	n := 0
	for e.Intend(call) == nil {
		n++
		if e.Done(call, nil) != nil {
			break
		}
	}
	if err := e.Intend(call); err == nil {
		t.Error("written without room for it")
	}
	if r, err := s.Show("other", "p"); err != nil || r.Torn {
		t.Errorf("a line that could not be written is there in part: %v", err)
	}
	limit(none)
	must(t, e.Intend(call)) // there is room again
	must(t, e.End("restored"))
	r, err := s.Show("other", "p")
	must(t, err)
	intended := 0
	for _, event := range r.Events {
		if event.Kind == journal.Intend {
			intended++
		}
	}
	if intended != n+1 || n == 0 || r.Torn {
		t.Errorf("%d calls in the journal, want %d", intended, n+1)
	}
	if !t.Failed() {
		fmt.Println("stands")
	}
}

func TestDiskFull(t *testing.T) {
	_, out := child(t, "full", t.TempDir())
	all, err := io.ReadAll(out)
	must(t, err)
	if !strings.Contains(string(all), "stands\n") {
		t.Errorf("the child says\n%s", all)
	}
}

// What is in the way is an error before anything is done.
func TestNowhereToWrite(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	if _, err := journal.Open(filepath.Join(file, "state")); err == nil {
		t.Error("a state directory in a file")
	}
	shared := t.TempDir()
	must(t, os.Chmod(shared, 0o777))
	if _, err := journal.Open(shared); err == nil {
		t.Error("a state directory that everybody writes in")
	}
	dir := t.TempDir()
	s := open(t, dir)
	l := lock(t, s)
	e := begin(t, l, somePlan(t, "p"))
	must(t, e.End("applied"))
	path, err := filepath.Glob(filepath.Join(dir, "targets", "*"))
	must(t, err)
	must(t, os.Mkdir(filepath.Join(path[0], "000002-p.plan.gz"), 0o700))
	if _, err := l.Begin(somePlan(t, "p"), journal.Start{}); err == nil {
		t.Error("begun without a plan")
	}
	must(t, os.Remove(filepath.Join(path[0], "lock")))
	must(t, os.Mkdir(filepath.Join(path[0], "lock"), 0o700))
	if _, err := s.Lock(target, "me"); err == nil || errors.Is(err, journal.ErrLocked) {
		t.Errorf("a directory is locked: %v", err)
	}
}
