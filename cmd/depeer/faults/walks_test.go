package faults_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

// Random walks of all operations, on two machines with separate histories, against one route
// server. After each step, what status says on each machine is compared with what the members'
// tables say (walks_oracle_test.go). A walk is a line of text, which is printed where it fails:
//
//	go test ./cmd/depeer/faults -run TestRandomWalks -faults.walk "bare: A.apply a, restart, B.status"
//
// "anchored" has our policies in the clients' lists of gobgpd.conf, "bare" has not.
var (
	walkCount = flag.Int("faults.walks", 3, "how many random walks")
	walkSteps = flag.Int("faults.steps", 7, "of how many steps each")
	walkSeed  = flag.Uint64("faults.seed", 1, "seed of the first of them")
	walkText  = flag.String("faults.walk", "", "the one walk to replay")
)

// Rows 53, 54: after each step of any walk, status is the truth.
func TestRandomWalks(t *testing.T) {
	t.Parallel()
	if *walkText != "" {
		replayWalk(t, *walkText)
		return
	}
	for i := range *walkCount {
		seed := *walkSeed + uint64(i)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(seed, 0))
			kind := []string{"anchored", "bare"}[random.IntN(2)]
			w := newWalk(t, kind)
			for range *walkSteps {
				w.take(w.choose(random))
			}
			w.finish()
		})
	}
}

// replayWalk takes the steps of a text.
func replayWalk(t *testing.T, text string) {
	kind, steps, _ := strings.Cut(text, ": ")
	w := newWalk(t, kind)
	for step := range strings.SplitSeq(steps, ", ") {
		w.take(step)
	}
	w.finish()
}

// walk is an exchange, and two persons on two machines.
type walk struct {
	*world
	machines []*machine
	kind     string
	done     []string
	holds    string            // the list that members' tables are as; see label
	digests  map[string]string // of policies in force, to the list that they were first seen with
	edited   bool              // by hand, and not wiped or replaced since
	loaded   string            // the gobgpd.conf that the daemon has loaded
	emitted  string            // the list that was written into it last
	// rolledBack is the machine whose rollback was the last that was done, nothing having been
	// lost since; nil where something else was.
	rolledBack *machine
	remembered *machine // that, where something was lost since, and a watch on the other one remembers
}

func newWalk(t *testing.T, kind string) *walk {
	c := exchange()
	if kind == "bare" {
		for i := range c.Members {
			c.Members[i].Import, c.Members[i].Export = []string{"in"}, []string{"out"}
		}
	}
	w := &walk{world: newWorld(t, c), kind: kind, digests: map[string]string{}}
	w.loaded = string(w.Daemon.Config())
	w.machines = []*machine{{world: w.world, name: "A", walk: w},
		{world: &world{newShell(t, w.target), w.Running, t}, name: "B", walk: w}}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the walk: -faults.walk %q", w.String())
		}
	})
	return w
}

// String writes the walk so far.
func (w *walk) String() string { return w.kind + ": " + strings.Join(w.done, ", ") }

// take takes a step, and looks at all machines.
func (w *walk) take(step string) {
	w.t.Helper()
	w.done = append(w.done, step)
	if os.Getenv("DEPEER_WALKS") != "" {
		w.t.Log(step)
	}
	words := strings.Fields(step)
	if who, what, found := strings.Cut(words[0], "."); found {
		m := w.machines[slices.IndexFunc(w.machines, func(m *machine) bool { return m.name == who })]
		m.steps()[what](slices.Concat(words[1:], []string{""})[0])
	} else {
		w.steps()[words[0]]()
	}
	w.settled()
	for _, m := range w.machines {
		m.compare()
	}
	if w.t.Failed() {
		w.t.FailNow()
	}
}

// choose returns a step that makes sense now.
func (w *walk) choose(random *rand.Rand) string {
	list := string("abc"[random.IntN(3)])
	m := w.machines[random.IntN(2)]
	steps := []string{"apply", "apply", "apply", "emit", "clear", "rollback", "rollback", "repair", "hold", "expire"}
	other := []string{"restart", "restart", "hand"}
	if m.pending != "" {
		steps = append(steps, "confirm", "confirm")
	}
	switch watching := w.watching(); {
	case watching == nil:
		steps = append(steps, "watch", "watch")
	case watching == m:
		steps = append(steps, "lists", "lists", "unwatch", "unwatch")
		if i := slices.Index(steps, "expire"); i >= 0 {
			steps = slices.Delete(steps, i, i+1) // a race with the watch
		}
	}
	i := random.IntN(len(steps) + len(other))
	if i >= len(steps) {
		return other[i-len(steps)]
	}
	switch step := m.name + "." + steps[i]; steps[i] {
	case "apply", "emit", "hold", "expire", "watch", "lists":
		return step + " " + list
	default:
		return step
	}
}

// watching returns the machine on which a watch runs, or nil.
func (w *walk) watching() *machine {
	for _, m := range w.machines {
		if m.watcher != nil {
			return m
		}
	}
	return nil
}

// finish leaves nothing behind that runs.
func (w *walk) finish() {
	for _, m := range w.machines {
		if m.watcher != nil {
			m.watcher.ends()
			m.watcher = nil
		}
		if m.pending != "" {
			m.on("confirm")
		}
	}
}

// settled waits until nothing is on its way to members, and reads their tables.
func (w *walk) settled() {
	w.t.Helper()
	if m := w.watching(); m != nil {
		m.watchQuiet()
	} else {
		w.Settle()
	}
	before := w.holds
	w.holds = w.label()
	for _, m := range w.machines {
		if n := len(m.past); n > 0 && m.past[n-1].after == "?" { // what it went back to, no table has shown
			m.past[n-1].after = w.holds
		}
		if m.watcher != nil {
			m.compareWatch(before)
		}
	}
}

// label returns the list that all members' tables are as, by the tables that are written by
// hand; "" for none, and "?" where they are as no list.
func (w *walk) label() string {
	now := fmt.Sprint(w.table())
	for name, want := range outcomes {
		if fmt.Sprint(want) == now {
			return name
		}
	}
	return "?"
}

// steps are those that belong to no machine.
func (w *walk) steps() map[string]func() {
	return map[string]func(){"restart": w.restartAll, "hand": w.editByHand, "hand-list": w.editListByHand}
}

// restartAll restarts the daemon, which loses all but its file.
func (w *walk) restartAll() {
	w.restart()
	w.edited, w.loaded = false, string(w.Daemon.Config())
	w.forget()
}

// reload has the daemon read its file; where that is as it was loaded, nothing changes.
func (w *walk) reload() {
	w.Daemon.Reload()
	if now := string(w.Daemon.Config()); now != w.loaded {
		w.edited, w.loaded = false, now
		w.forget()
	}
}

// forget notes that the daemon has lost its marks.
func (w *walk) forget() {
	if w.rolledBack != nil && w.watching() != nil && w.watching() != w.rolledBack {
		w.remembered = w.rolledBack
	}
	w.rolledBack = nil
}
