package faults_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/lab/testbed"
)

// watcher is a running depeer watch.
type watcher struct {
	*running
	w   *world
	log *log
}

// log is what a program that runs has written so far.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// watched is an exchange file that names one list, ours.yaml.
const watched = `
version: 1
exchange: {name: Example-IX, asn: 64500}
lists: [{file: ours.yaml}]
members: [{asn: 64499, name: "Late, Inc.", addresses: [192.0.2.1]}]
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%}
`

// watch starts a watch of the list, and more flags.
func (w *world) watch(list string, args ...string) *watcher {
	w.t.Helper()
	if _, err := os.Stat(filepath.Join(w.dir, "ours.yaml")); err != nil || list != "" {
		w.replace("ours.yaml", lists[list+".yaml"])
	}
	w.write("depeer.yaml", watched)
	return w.watchOn(args...)
}

// watchOn starts a watch of what is there.
func (w *world) watchOn(args ...string) *watcher {
	w.t.Helper()
	return w.watchAs(w.command(append([]string{"watch", "--target", w.target}, args...)...))
}

// watchAs starts a watch as it is asked for.
func (w *world) watchAs(cmd *exec.Cmd) *watcher {
	w.t.Helper()
	r := &running{t: w.t, cmd: cmd, done: make(chan struct{})}
	out := &log{}
	cmd.Stdout, cmd.Stderr = &r.out, out
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() { defer close(r.done); cmd.Wait() }()
	w.t.Cleanup(func() {
		cmd.Process.Kill()
		<-r.done
		if w.t.Failed() {
			w.t.Logf("log of watch:\n%s", out)
		}
	})
	return &watcher{running: r, w: w, log: out}
}

// replace puts a file in another one's place, at once.
func (s *shell) replace(name, text string) {
	s.t.Helper()
	s.write(name+".new", text)
	if err := os.Rename(filepath.Join(s.dir, name+".new"), filepath.Join(s.dir, name)); err != nil {
		s.t.Fatal(err)
	}
}

// says waits until the watch has logged each of these texts in one line, after what
// it had logged when from was taken.
func (r *watcher) says(from int, texts ...string) {
	r.w.t.Helper()
	testbed.Eventually(r.w.t, testbed.Patience, func() error {
		for line := range strings.Lines(r.log.String()[from:]) {
			all := true
			for _, text := range texts {
				all = all && strings.Contains(line, text)
			}
			if all {
				return nil
			}
		}
		return fmt.Errorf("watch does not say %q", texts)
	})
}

// mark returns how much was logged so far.
func (r *watcher) mark() int { return len(r.log.String()) }

// ends has the watch end, and returns how it did.
func (r *watcher) ends() {
	r.w.t.Helper()
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		r.w.t.Fatal(err)
	}
	select {
	case <-r.done:
	case <-time.After(testbed.Patience):
		r.w.t.Fatal("watch does not end")
	}
	if code := r.cmd.ProcessState.ExitCode(); code != 0 || r.out.Len() != 0 {
		r.w.t.Errorf("watch has ended with %d, and %q on stdout", code, r.out.String())
	}
}

// comesTo waits until members hold what is wanted, and returns how long that took.
func (w *world) comesTo(within time.Duration, want table) time.Duration {
	w.t.Helper()
	begin := time.Now()
	testbed.Eventually(w.t, within, func() error {
		if diff := cmp.Diff(want, w.table()); diff != "" {
			return fmt.Errorf("members hold (-want +got):\n%s", diff)
		}
		return nil
	})
	return time.Since(begin)
}

// A list that takes another one's place is applied. One that is broken is reported,
// and the last good one stays in force; so does what was applied when watch starts anew on it.
func TestWatchLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	r := w.watch("a")
	r.says(0, "state=in-sync")
	w.comesTo(testbed.Patience, outcomes["a"])

	at := r.mark()
	w.replace("ours.yaml", lists["b.yaml"])
	r.says(at, "msg=applied", "ours 2026-01-02 sha256", "outcome=applied")
	w.comesTo(testbed.Patience, outcomes["b"])
	w.on("status", "b.yaml").exits(0).says("in-sync")

	at = r.mark()
	w.replace("ours.yaml", lists["c.yaml"][:len(lists["c.yaml"])-20])
	r.says(at, "level=ERROR", "broken", "ours.yaml:")
	w.holds(outcomes["b"])
	r.ends()

	r = w.watchOn()
	r.says(0, "level=ERROR", "broken", "ours.yaml:")
	r.says(0, "state=unlisted")
	w.holds(outcomes["b"])
	at = r.mark()
	w.write("ours.yaml", lists["c.yaml"]) // in place, too
	r.says(at, "msg=applied")
	w.comesTo(testbed.Patience, outcomes["c"])
	r.ends()
	// What tells that routes are on their way is a neighbor for a moment, which watch may be
	// about to cover when it is ended.
	calls := strings.NewReplacer(" repair untouched", "", " repair applied", "").Replace(fmt.Sprint(w.history()))
	if calls != "[watch applied watch applied watch applied]" {
		t.Errorf("history: %v", calls)
	}
}

// history returns action and outcome of all entries of the target.
func (w *world) history() []string {
	w.t.Helper()
	var h struct {
		Changes []struct{ Action, Outcome string }
	}
	w.on("history", "--json").exits(0).reads(&h)
	var out []string
	for _, e := range h.Changes {
		out = append(out, e.Action+" "+e.Outcome)
	}
	return out
}
