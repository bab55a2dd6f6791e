package faults_test

import (
	"io"
	"testing"

	"github.com/creack/pty"
	api "github.com/osrg/gobgp/v3/api"
)

// typed runs the program on a terminal where somebody types a line.
func (s *shell) typed(line string, args ...string) result {
	s.t.Helper()
	master, terminal, err := pty.Open()
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { master.Close(); terminal.Close() })
	cmd := s.command(args...)
	cmd.Stdin = terminal
	r := s.startAs(cmd)
	if _, err := io.WriteString(master, line+"\n"); err != nil {
		s.t.Fatal(err)
	}
	return r.wait()
}

// Without --yes a person has to type the router id of what is changed: nothing else will
// do, and where nobody can be asked nothing is done.
func TestAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	before := dumpOf(t, w.Daemon)
	global, err := w.Daemon.API().GetBgp(t.Context(), &api.GetBgpRequest{})
	if err != nil {
		t.Fatal(err)
	}
	id := global.Global.RouterId
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)

	w.depeer("apply", "a.plan").exits(64).says("--yes") // stdin is no terminal
	for _, answer := range []string{"", "y", "yes", "no", id + "0", id[:len(id)-1]} {
		w.typed(answer, "apply", "a.plan").exits(1).says("router id ("+id+")", "nothing was changed")
	}
	before.is(t, w.Daemon)

	w.typed("  "+id+" ", "apply", "a.plan").exits(0)
	w.holds(outcomes["a"])
	after := dumpOf(t, w.Daemon)
	w.typed("yes", "rollback", "--target", w.target).exits(1)
	after.is(t, w.Daemon)
	w.typed(id, "rollback", "--target", w.target).exits(0)
	w.holds(outcomes[""])
}

// What waits for its confirmation keeps nobody from taking everything out: clear is the
// way out of any state, and nothing comes back after it.
func TestClearWhilePending(t *testing.T) {
	t.Parallel()
	w := newWorld(t, exchange())
	w.put("a")
	w.on("plan", "b.yaml", "-o", "b.plan").exits(0)
	r := w.start("apply", "b.plan", "--yes", "--confirm-within", "5s")
	w.pending(t)
	w.on("clear", "--yes").exits(0)
	w.holds(outcomes[""])
	cleared := dumpOf(t, w.Daemon)
	r.wait() // its time is over, or it has seen that there is nothing to confirm
	w.on("confirm").exits(0).says("nothing to do")
	w.on("status").exits(0)
	cleared.is(t, w.Daemon)
	w.holds(outcomes[""])
}
