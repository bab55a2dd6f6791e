package watch_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"depeer/policies/watch"
)

// target is a route server and its history as a watch meets them, and a person beside
// it: slow and obvious.
type target struct {
	t     *rapid.T
	now   time.Time
	brain *watch.Keeper

	up      bool
	inForce string // what is in force
	touched int    // counts what a pulse tells
	lists   string // what lists ask for: "" none, "!x" is refused by a guard
	last    string // what was applied last: "" nothing
	entry   int    // its number
	seen    int    // that, when it was looked last
	kept    bool
	cut     bool // a change is cut off
	locked  bool
	pending bool
	strange bool
	fails   int  // so many attempts are going to fail
	failed  bool // any has
	routes  uint64
	missing time.Time // since when routes are; zero: none is
	base    uint64    // routes that are not missing
	full    uint64    // routes of all sessions that are not kept down
	told    uint64    // that, when it was looked last
	before  bool      // the history tells how many routes there were

	heard bool        // events are told: connected since
	steps []time.Time // all but waits
	did   []string
}

var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func newTarget(t *rapid.T) *target {
	return &target{t: t, now: begin, up: true, routes: 1000, base: 1000, full: 1000, told: 1000,
		before: rapid.Bool().Draw(t, "history tells of routes"),
		brain:  watch.New(watch.Usual(), func() float64 { return 0.5 })}
}

func (w *target) pulse() string { return fmt.Sprint(w.touched, w.entry, w.pending, w.locked) }

func (w *target) finding() watch.Finding {
	w.seen = w.entry
	if w.full != w.told { // counted anew
		w.told, w.base, w.missing = w.full, w.full, time.Time{}
		if w.routes*10 < w.base*9 {
			w.missing = w.now
		}
	}
	if w.routes*10 >= w.base*9 || !w.missing.IsZero() && w.now.Sub(w.missing) >= watch.Usual().Fill {
		if w.missing, w.base = (time.Time{}), max(w.base, w.routes); w.routes*10 < w.base*9 {
			w.base = w.routes // what does not come back is gone
		}
	}
	f := watch.Finding{Pulse: w.pulse(), Lists: w.lists, Last: fmt.Sprint(w.entry), CutOff: w.cut, Kept: w.kept}
	switch {
	case w.locked:
		f.InTheWay = watch.Locked
	case w.pending:
		f.InTheWay = watch.Pending
	case w.strange:
		f.InTheWay = watch.Unfit
	}
	f.Routes, f.Members, f.Up, f.Aged = w.routes, 3, int(w.routes*10/w.full/3), w.missing.IsZero()
	if w.before {
		f.RoutesBefore = w.full
	}
	if w.full < 1000 {
		f.Shut = []netip.Addr{netip.MustParseAddr("192.0.2.1")}
	}
	f.Stands = w.last == "" || w.inForce == w.last
	f.Listed = w.lists != "" && w.inForce == w.lists
	f.Newer = w.lists != w.last
	return f
}

// step does what comes next, and says whether that was to wait.
func (w *target) step(until time.Time) {
	s := w.brain.Next(w.now)
	if s.Do == watch.Wait {
		if s.Until.After(until) {
			s.Until = until
		}
		if !s.Until.After(w.now) {
			w.t.Fatalf("it waits until %v, and it is %v", s.Until, w.now)
		}
		w.now = s.Until
		return
	}
	w.steps = append(w.steps, w.now)
	w.did = append(w.did, s.Do.String())
	switch {
	case !w.up:
		w.heard = false
		w.brain.OnLoss(w.now)
	case s.Do == watch.Dial:
		w.heard = true
		w.brain.OnReach(w.now)
	case s.Do == watch.Look:
		w.brain.OnLook(w.now, w.finding())
	case s.Do == watch.Count:
		w.brain.OnCount(w.now)
	case s.Do == watch.Pulse:
		w.brain.OnPulse(w.now, w.pulse())
	default:
		w.brain.OnResult(w.now, s.Do, w.attempt(s.Do))
	}
}

// attempt does something about the target.
func (w *target) attempt(do watch.Do) watch.Outcome {
	switch {
	case w.fails > 0:
		w.fails--
		w.failed = true
		return rapid.SampledFrom([]watch.Outcome{watch.Failed, watch.Stale, watch.Busy, watch.Gone,
			watch.Partial}).Draw(w.t, "fails as")
	case w.locked:
		return watch.Busy
	case w.entry != w.seen:
		return watch.Stale // somebody has done something since: the command looks, under the lock
	case do == watch.Recover:
		w.cut = false
	case w.pending || w.strange || w.cut:
		return watch.Stale
	case do == watch.Repair:
		if w.inForce == w.last || w.last == "" {
			w.t.Fatalf("it repairs %q, and %q is in force", w.last, w.inForce)
		}
		if w.straight() {
			w.t.Fatalf("it repairs %q, and lists ask for %q, which nothing is against", w.last, w.lists)
		}
		w.inForce = w.last
		w.entry++
	case w.kept:
		w.t.Fatalf("it changes to %q what a person has kept", w.lists)
	case !w.missing.IsZero() && w.now.Sub(w.missing) < watch.Usual().Fill:
		w.t.Fatalf("it changes while routes are missing, since %v", w.now.Sub(w.missing))
	case w.lists[0] == '!':
		return watch.Refused
	default:
		w.inForce, w.last = w.lists, w.lists
		w.entry++
	}
	w.touched++
	return watch.Did
}

// straight says whether what lists ask for may be put in at once: all routes are known to be there,
// and nothing has failed yet.
func (w *target) straight() bool {
	return w.before && w.routes == w.full && w.lists != "" && w.lists != w.last && w.lists[0] != '!' && !w.kept &&
		!w.failed && w.missing.IsZero()
}

// happens is something that happens.
func (w *target) happens() {
	change := func(event bool) {
		w.touched++
		if event && w.up && w.heard {
			w.brain.OnEvent(w.now)
		}
	}
	switch rapid.IntRange(0, 15).Draw(w.t, "what happens") {
	case 0: // a restart, or the end of one
		w.up, w.inForce, w.missing = !w.up, "", time.Time{}
		w.lose()
		if w.heard {
			w.heard = false
			w.brain.OnLoss(w.now)
		}
	case 1: // a reload that wipes, without an event
		w.inForce = ""
		change(false)
	case 2: // a member comes
		change(true)
	case 3, 4, 5:
		w.lists = rapid.SampledFrom([]string{"a", "b", "c", "!d", ""}).Draw(w.t, "lists")
		w.brain.OnLists(w.now, w.lists)
	case 6:
		w.locked = !w.locked
		change(false)
	case 7:
		w.pending = !w.pending
	case 8:
		w.strange = !w.strange
		change(false)
	case 9:
		w.cut = true
		change(false)
	case 10: // a person applies, with an override, or goes back
		if w.up {
			w.inForce = rapid.SampledFrom([]string{"a", "b", "!d", "e"}).Draw(w.t, "applied by hand")
			w.last, w.kept = w.inForce, rapid.Bool().Draw(w.t, "back")
			w.entry++
			change(false)
		}
	case 11:
		w.fails = rapid.IntRange(1, 12).Draw(w.t, "failures")
	case 13: // many sessions go down
		w.lose()
	case 14:
		w.routes = w.full
	case 15: // a session is kept down, or is not any more: its routes go, or come
		w.full = 1600 - w.full
		w.routes = w.full
	case 12: // many events at once
		for range 50 {
			change(true)
		}
	}
}

// lose has routes be missing from now on, if they are not.
func (w *target) lose() {
	w.routes = w.full * uint64(rapid.SampledFrom([]int{2, 4, 300, 899}).Draw(w.t, "routes left")) / 1000
	if w.missing.IsZero() && w.routes*10 < w.base*9 {
		w.missing = w.now
	}
}

// calm ends what a person or the machine has to end.
func (w *target) calm() {
	w.up, w.locked, w.pending, w.strange, w.fails = true, false, false, false, 0
	w.touched++
}

// Whatever happens, no second has more than a few steps; nothing is changed that a
// person keeps or that stands already; and when all is calm, what should be in force soon is.
func TestKeeperComesToRest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newTarget(t)
		for range rapid.IntRange(1, 40).Draw(t, "events") {
			w.happens()
			end := w.now.Add(rapid.SampledFrom([]time.Duration{time.Millisecond, time.Second, time.Minute,
				time.Hour}).Draw(t, "pause"))
			for w.now.Before(end) {
				w.step(end)
			}
		}
		w.calm()
		end := w.now.Add(30 * time.Minute)
		for w.now.Before(end) {
			w.step(end)
		}
		want := w.last
		state := watch.InSync
		switch {
		case w.kept && w.lists != w.last:
			state = watch.KeptBack
		case w.lists == "":
			state = watch.Unlisted
		case w.lists == w.last: // by hand, if it is refused
		case w.lists[0] == '!':
			state = watch.Waiting
		default:
			want = w.lists
		}
		if want != "" && w.inForce != want {
			t.Errorf("%q is in force, and should be %q (last %q, lists %q, kept %v, did %v)", w.inForce, want, w.last,
				w.lists, w.kept, w.did)
		}
		if got := w.brain.State(); got != state && w.lists != "" {
			t.Errorf("it stands %v, and should %v (in force %q, last %q, lists %q, kept %v)", got, state, w.inForce,
				w.last, w.lists, w.kept)
		}
		w.unhurried()
	})
}

// unhurried fails the test if any second has too many steps.
func (w *target) unhurried() {
	const most = 30
	for i := most; i < len(w.steps); i++ {
		if w.steps[i].Sub(w.steps[i-most]) < time.Second {
			w.t.Fatalf("more than %d steps within %v: %v", most, w.steps[i].Sub(w.steps[i-most]), w.did[i-most:i+1])
		}
	}
}
