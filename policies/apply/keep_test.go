package apply_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/plan/plantest"
)

// file is what a route server starts from.
type file struct {
	holds *policies.RoutingPolicy
	wrote int
	fail  error
	// killed ends who writes it: 1 before it is in place, 2 behind.
	killed int
}

func (f *file) keep(p *policies.RoutingPolicy) error {
	if f.killed == 1 {
		panic(killed{})
	}
	if f.fail != nil {
		return f.fail
	}
	f.holds = p
	f.wrote++
	if f.killed == 2 {
		panic(killed{})
	}
	return nil
}

// keeping is an applier that keeps f.
func keeping(w *wire, f *file) *apply.Applier {
	a := applier(w, &paper{})
	a.Keep = f.keep
	return a
}

// inStep checks that the file holds what is in force.
func (x *trial) inStep(m *plantest.Model, f *file) {
	x.t.Helper()
	if !policies.Same(f.holds, stateOf(m).InForce()) {
		x.failf(m, "the file holds %d statements, and %d are in force", len(f.holds.Import),
			len(stateOf(m).InForce().Import))
	}
}

// fileOf is the file of a route server with which it is in step.
func fileOf(m *plantest.Model) *file { return &file{holds: stateOf(m).InForce()} }

// restart has the daemon start anew: what came over gRPC is gone, lists as well, and
// sessions that were shut come up.
func restart(m, start *plantest.Model, f *file) {
	up := start.Clone()
	for _, c := range stateOf(up).Clients {
		up.Admin(c.Address, true)
	}
	m.Restart(f.holds)
	for _, c := range stateOf(up).Clients {
		m.AddClient(c)
		for r := range up.Received(context.Background(), c.Address) {
			m.Announce(c.Address, r)
		}
	}
}

// again are the ways in which a daemon comes to read its file.
var again = map[string]func(m, start *plantest.Model, f *file){
	"reload":  func(m, _ *plantest.Model, f *file) { m.Load(f.holds) },
	"restart": restart,
}

// leadOut recovers what applied, and checks what comes of it: before or after, and the
// file with it.
func (x *trial) leadOut(m *plantest.Model, f *file, applied *apply.Applier) {
	x.t.Helper()
	a := keeping(&wire{Model: m}, f)
	a.Cut = applied.Journal.(*paper).shutting()
	result, err := a.Recover(context.Background(), x.plan)
	if err != nil {
		x.failf(m, "recover: %v, %s: %v", result.Outcome, result.Known, err)
	}
	x.oneOrTheOther(m, result.Outcome)
	x.inStep(m, f)
}

// oneOrTheOther checks that routes are as before, or as after, and as the outcome says.
func (x *trial) oneOrTheOther(m *plantest.Model, said apply.Outcome) {
	x.t.Helper()
	got := look(m)
	before, after := cmp.Equal(got.Routes, x.before.Routes), cmp.Equal(got.Routes, x.after.Routes)
	before = before && cmp.Equal(got.Sessions, x.before.Sessions)
	after = after && cmp.Equal(got.Sessions, x.after.Sessions)
	if !before && !after || said == apply.Restored && !before || said == apply.Applied && !after {
		x.failf(m, "%v, and routes are not (-before +now):\n%s\nsessions:\n%s", said,
			cmp.Diff(x.before.Routes, got.Routes), cmp.Diff(x.before.Sessions, got.Sessions))
	}
}

// The file is written once, with what is in force in the end; a second apply finds
// nothing to do, and a file that is out of step is put in step all the same.
func TestKeep(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			x := newTrial(t, s)
			m := x.start.Clone()
			f := fileOf(m)
			result, err := keeping(&wire{Model: m}, f).Apply(context.Background(), x.plan)
			x.truly(m, result, err)
			x.inStep(m, f)
			if f.wrote != 1 {
				t.Errorf("written %d times", f.wrote)
			}
			f.holds = buildPolicy(b)
			if result, err := keeping(&wire{Model: m}, f).Apply(context.Background(), x.plan); err != nil ||
				result.Outcome != apply.Nothing {
				t.Errorf("again: %v, %v", result.Outcome, err)
			}
			x.inStep(m, f)
		})
	}
}

// The daemon reads its file anew, between any two calls, while apply is at work: what
// is said is so, and recover leads to before or after, with the file in step.
func TestKeptFileIsRead(t *testing.T) {
	for _, s := range scenarios() {
		for how, read := range again {
			t.Run(s.name+", "+how, func(t *testing.T) {
				t.Parallel()
				x := newTrial(t, s)
				n := ops(x.start, func(a *apply.Applier) {
					a.Keep = fileOf(x.start).keep
					a.Apply(context.Background(),
						x.plan)
				})
				outcomes := map[apply.Outcome]int{}
				for k := range n {
					x.what = fmt.Sprintf("before operation %d of %d", k, n)
					m := x.start.Clone()
					f := fileOf(m)
					w := &wire{Model: m, before: func(op int) {
						if op == k {
							read(m, x.start, f)
						}
					}}
					a := keeping(w, f)
					result, err := a.Apply(context.Background(), x.plan)
					outcomes[result.Outcome]++
					if (err == nil) != (result.Outcome == apply.Applied || result.Outcome == apply.Nothing) {
						x.failf(m, "%v: %v", result.Outcome, err)
					}
					switch result.Outcome {
					case apply.Partial:
						x.knownTruly(m, result.Known, look(m))
						x.leadOut(m, f, a)
					case apply.Applied:
						x.oneOrTheOther(m, result.Outcome)
						x.inStep(m, f)
					default: // the change is not in force: the file may have what was before still
						x.inStep(m, f)
					}
				}
				t.Log(outcomes)
			})
		}
	}
}

// depeer is killed after any call, or in writing the file, and the daemon reads its
// file anew, or not: recover leads to before or after, and the file is in step.
func TestKilledKeeping(t *testing.T) {
	ways := map[string]func(m, start *plantest.Model, f *file){"nothing": func(_, _ *plantest.Model, _ *file) {}}
	for how, read := range again {
		ways[how] = read
	}
	for _, s := range scenarios() {
		for how, read := range ways {
			t.Run(s.name+", "+how, func(t *testing.T) {
				t.Parallel()
				x := newTrial(t, s)
				n := len(namesOfCalls(x.start, x.plan))
				for k := -2; k < n; k++ {
					x.what = fmt.Sprintf("killed after call %d of %d", k, n)
					m := x.start.Clone()
					f := fileOf(m)
					w := killing(m, k)
					if k < 0 {
						f.killed = -k
						x.what = fmt.Sprintf("killed in writing, %d", f.killed)
					}
					a := keeping(w, f)
					unlessKilled(func() { a.Apply(context.Background(), x.plan) })
					f.killed = 0
					read(m, x.start, f)
					x.leadOut(m, f, a)
				}
			})
		}
	}
}

// A file that cannot be written stops nothing, and is said; recover puts it in step.
func TestKeepFails(t *testing.T) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			x := newTrial(t, s)
			m := x.start.Clone()
			f := fileOf(m)
			f.fail = errFull
			result, err := keeping(&wire{Model: m}, f).Apply(context.Background(), x.plan)
			if unkept := new(*apply.FileError); !errors.As(err, unkept) || !errors.Is(err, errFull) {
				t.Errorf("got %v", err)
			}
			x.truly(m, result, nil)
			a := keeping(&wire{Model: m}, f)
			result, err = a.Apply(context.Background(), x.plan)
			if unkept := new(*apply.FileError); !errors.As(err, unkept) || result.Outcome != apply.Nothing {
				t.Errorf("again: %v, %v", result.Outcome, err)
			}
			f.fail = nil
			x.leadOut(m, f, a)
		})
	}
}

// A change that is undone behind the writing takes the file back with it.
func TestKeepUndone(t *testing.T) {
	x := newTrial(t, scenarios()[1])
	n := ops(x.start, func(a *apply.Applier) { a.Keep = fileOf(x.start).keep; a.Apply(context.Background(), x.plan) })
	undone := 0
	for k := range n {
		x.what = fmt.Sprintf("before operation %d of %d", k, n)
		m := x.start.Clone()
		f := fileOf(m)
		w := &wire{Model: m, before: func(op int) {
			if op == k && f.wrote > 0 { // somebody breaks the lock
				m.ByHand(func(o *plantest.Objects) { o.Holder = "" })
			}
		}}
		result, _ := keeping(w, f).Apply(context.Background(), x.plan)
		if result.Outcome == apply.Restored && f.wrote == 2 {
			undone++
		}
		x.oneOrTheOther(m, result.Outcome)
		x.inStep(m, f)
	}
	if undone == 0 {
		t.Error("no change was undone behind the writing")
	}
}
