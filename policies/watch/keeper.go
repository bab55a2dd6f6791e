package watch

import (
	"fmt"
	"net/netip"
	"time"
)

// Do is what can be done.
type Do uint8

const (
	Wait    Do = iota // until Step.Until, or until something happens
	Dial              // connect to the target, and have its events told
	Look              // read its policy, and the history
	Recover           // finish or undo what was cut off
	Repair            // put back what was applied last
	Change            // plan what lists ask for, ask the guards, and apply it
	Pulse             // ask whether anything has changed at all
	Count             // count what becomes of routes; this lists them all
)

var doNames = [...]string{"wait", "dial", "look", "recover", "repair", "change", "pulse", "count"}

// String returns one lower-case word.
func (d Do) String() string {
	if int(d) >= len(doNames) {
		panic(fmt.Sprintf("watch: nothing called %d to do", uint8(d)))
	}
	return doNames[d]
}

// Step is what comes next.
type Step struct {
	Do    Do
	Until time.Time // of Wait
}

// Outcome is what came of Recover, Repair or Change.
type Outcome uint8

const (
	Did     Outcome = iota // it is done, or there was nothing to do
	Refused                // a guard has refused it: nothing was changed
	Would                  // it would have been done, and nothing is to be
	Busy                   // another process is at work
	Stale                  // the target, or the history, has changed since it was looked at
	Gone                   // the target was not reached
	Failed                 // failed, and nothing was changed, or what was before is in force again
	Partial                // not done, and not undone
)

// Keeper decides for one route server. All times that it is told come from one clock,
// and do not go back. It is not safe for concurrent use. The zero value is not usable:
// see New.
type Keeper struct {
	pace  Pace
	dial  backoff
	act   backoff // of what is done about a finding
	state State   // as last told

	reached bool
	lists   string // version of what lists ask for; "": not known
	behind  bool   // another target must be changed first

	lookAt  time.Time // no look is due before
	looked  time.Time // the last one
	pulseAt time.Time
	countAt time.Time
	pulse   string // when it was looked at
	found   *Finding
	did     Do // what was done since the last look
	filling filling
	empty   bool // routes are missing that guards are to judge by

	// off holds the postponed Repair and Change: a step is not tried again while nothing has changed.
	off [Count + 1]postponed
	// failed is a Change that failed for another reason than a guard. A Repair is tried before it.
	failed postponed
}

// postponed is a step that is not tried for a while.
type postponed struct {
	isSet              bool
	lists, last, pulse string // what it was about
	until              time.Time
}

// isAbout says whether p was postponed for this finding.
func (p *postponed) isAbout(f *Finding) bool {
	return p.isSet && p.lists == f.Lists && p.last == f.Last && (p.pulse == "" || p.pulse == f.Pulse)
}

// Finding is what a Look has found.
type Finding struct {
	// Pulse is as it was just before: one that differs says that the finding is old.
	Pulse string
	// CutOff: a change stands half-way, or its journal has no end, and it can be
	// recovered from here.
	CutOff bool
	// InTheWay is the obstacle to any change; Clear: there is none.
	InTheWay Obstacle
	// Last names what was decided last, from this machine; "" if nothing was. A Repair
	// decides nothing.
	Last string
	// Stands: the policy applied last is in force for all clients; true where none was applied.
	Stands bool
	// Lists is the version of lists that Listed is about, "" where there are none that
	// could be used.
	Lists string
	// Listed: what lists ask for is in force, for all clients.
	Listed bool
	// Unfit: these lists are refused before any target is asked, by guards that need none.
	Unfit bool
	// Newer: lists ask for another policy than was applied last.
	Newer bool
	// Kept: the last change was a person's rollback or clear.
	Kept bool

	// Routes is how many routes all members announce, and RoutesBefore how many there
	// were when a plan was last judged by them; 0: not known.
	Routes, RoutesBefore uint64
	// Shut are the clients, in order, whose sessions are kept down: they are in none of
	// these counts.
	Shut []netip.Addr
	// Members are the clients, and Up those of them whose sessions stand. Aged: one of
	// these has stood for longer than Pace.Fill.
	Members, Up int
	Aged        bool
}

// Obstacle is what is in the way of any change.
type Obstacle uint8

const (
	Clear   Obstacle = iota
	Locked           // another process is at work
	Pending          // a change waits for its confirmation
	Unfit            // the target does not fit: not anchored, decided before us, names of ours used by others
)

// New returns a keeper that has been told nothing. random returns numbers in [0, 1),
// for Pace's jitter.
func New(pace Pace, random func() float64) *Keeper {
	return &Keeper{
		pace: pace, state: Unreachable,
		dial: backoff{first: pace.Dial, most: pace.DialMost, random: random},
		act:  backoff{first: pace.Act, most: pace.ActMost, random: random},
	}
}

// Next returns the next step. Every step except Wait is to be done now. Its result must be told before
// Next is called again.
func (k *Keeper) Next(now time.Time) Step {
	if !k.reached {
		return k.waitOr(now, k.dial.at, Dial)
	}
	if k.found == nil || !now.Before(k.lookAt) {
		return k.waitOr(now, k.lookAt, Look)
	}
	until := pickEarlier(k.lookAt, k.pulseAt)
	if do, at := k.chooseStep(); do != Wait {
		switch {
		case now.Before(at):
		case k.looked.Before(at):
			return Step{Do: Look} // it had to wait: what was found is from before
		default:
			return Step{Do: do}
		}
		until = pickEarlier(until, at)
	}
	if !now.Before(k.pulseAt) {
		return Step{Do: Pulse}
	}
	if k.pace.Count > 0 && k.state == InSync && !k.empty {
		if !now.Before(k.countAt) {
			return Step{Do: Count}
		}
		until = pickEarlier(until, k.countAt)
	}
	return Step{Wait, until}
}

// waitOr returns do, or a Wait if it is not time for it yet.
func (k *Keeper) waitOr(now, at time.Time, do Do) Step {
	if now.Before(at) {
		return Step{Wait, at}
	}
	return Step{Do: do}
}

// chooseStep returns the step that the finding asks for, and the earliest time for it.
func (k *Keeper) chooseStep() (Do, time.Time) {
	f := k.found
	do := Wait
	switch {
	case f.CutOff:
		do = Recover
	case f.InTheWay != Clear:
	case !f.Stands && !k.goesStraight():
		do = Repair
	case !k.isAsked():
	default:
		do = Change
	}
	at := k.act.at
	if o := &k.off[do]; do != Wait && o.isAbout(f) {
		at = pickLater(at, o.until)
	}
	return do, at
}

// isAsked says whether lists ask for something that may be done now, if no guard refuses it.
func (k *Keeper) isAsked() bool {
	f := k.found
	return f.Lists != "" && !f.Listed && !f.Kept && !f.Unfit && !k.behind && !k.empty
}

// goesStraight says whether, where the policy applied last is not in force, the new one is applied
// without putting the old one back first. It is so where lists ask for another policy, and neither a
// guard nor a failure stands against it. Members then see one change, and not two.
func (k *Keeper) goesStraight() bool {
	return k.found.Newer && k.isAsked() && !k.off[Change].isAbout(k.found) && !k.failed.isAbout(k.found)
}

func pickEarlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func pickLater(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
