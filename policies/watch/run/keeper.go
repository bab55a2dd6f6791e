package run

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"depeer/filters/diag"
	"depeer/policies"
	"depeer/policies/apply"
	"depeer/policies/exchange"
	"depeer/policies/operate"
	"depeer/policies/operate/wanted"
	"depeer/policies/plan"
	"depeer/policies/watch"
	"depeer/policies/watch/sources"
)

// keeper keeps one target: it does what package watch says, and tells it what came of
// that.
type keeper struct {
	*Runner
	target  operate.Target
	place   int          // in the order
	waits   string       // for which target, in words
	log     *slog.Logger // names the target
	numbers TargetMetrics
	sources *sources.Sources
	brain   *watch.Keeper

	client  operate.Daemon
	events  chan plan.PeerEvent // of the connection; closed when it is lost
	deaf    context.CancelFunc  // ends them
	members map[netip.Addr]bool // those that are known
	beyond  map[netip.Addr]bool // those of them that were said to be no route-server clients
	want    *asking             // of the current reading
	found   looked
	memory  decisions
	// historyGone: it was said that the history is gone.
	historyGone bool
	said        string // what was said last of how it stands
	// polluted are the members that were told last to have routes that are treated already.
	polluted map[netip.Addr]bool
	lists    string // what was said last of the operator's lists of policies

	long, undelivered map[longRoute]bool // routes that were warned of

	file struct {
		settled string                     // the pulse at which the target's file was looked at
		said    string                     // what was said last of it
		righted map[[sha256.Size]byte]bool // contents that have been put in step
	}
}

// asking is what lists ask of a target.
type asking struct {
	version string
	facts   exchange.Facts // of the target, which guards have looked at
	in      *wanted.Input
	policy  *policies.RoutingPolicy // nil: lists are refused, or are no good for this target
	failure *operate.Error
}

// says whether the same was said of lists before.
func (w *asking) says(diags diag.List) bool { return slices.Equal(w.in.Diagnostics, diags) }

// looked is what the last look has read.
type looked struct {
	state  *plan.State
	last   *plan.Plan // applied last; nil: nothing was
	judged *plan.Plan // decided last, by the routes that there were then; nil: likewise
	stamp  string     // of the history, when that was read
	locked bool       // somebody on this machine is at work
	why    string     // what is in the way, in words
	kept   string     // whose word keeps lists from being applied
	// byPerson: what was decided last, a person has.
	byPerson bool
}

// newKeeper returns the keeper of the target at a place.
func newKeeper(r *Runner, lists *sources.Sources, place int) *keeper {
	k := &keeper{Runner: r, target: r.Targets[place], place: place, sources: lists,
		brain: watch.New(r.Pace, rand.Float64)}
	k.log, k.numbers = r.Log.With("target", k.name()), r.Metrics.Target(k.name())
	return k
}

func (k *keeper) name() string { return k.target.Label() }

// stepTakes is how long one step may take at most: a large table, and slow resets.
const stepTakes = 30 * time.Minute

// run keeps the target until ctx ends.
func (k *keeper) run(ctx context.Context) {
	lists := k.sources.Subscribe()
	k.listed()
	defer k.hangUp()
	for ctx.Err() == nil {
		k.heart.beats(k.name(), stepTakes)
		k.listed() // a look goes by what was read last, too
		k.inOrder(time.Now())
		step := k.brain.Next(time.Now())
		switch step.Do {
		case watch.Wait:
			k.wait(ctx, step.Until, lists)
		case watch.Dial:
			k.dial(ctx)
		case watch.Look:
			k.look(ctx)
		case watch.Pulse:
			k.pulse(ctx)
		case watch.Count:
			k.countRoutes(ctx)
		case watch.Recover:
			k.perform(ctx, step.Do, k.recoverCutOff)
		case watch.Repair:
			k.perform(ctx, step.Do, k.putBack)
		case watch.Change:
			k.perform(ctx, step.Do, k.applyListsInTurn)
		}
		k.say()
	}
}

// inOrder tells how the target stands to those behind it, and finds out whether it is
// behind another one.
func (k *keeper) inOrder(now time.Time) {
	up, lists := 0, ""
	if k.found.state != nil {
		up = len(apply.Up(k.found.state))
	}
	if k.want != nil {
		lists = k.want.version
	}
	k.order.stands(k.place, k.brain.State(), lists, up, now)
	k.waits = k.order.waitsFor(k.place, lists, now)
	k.brain.Behind(k.waits != "")
}

// applyListsInTurn is applyLists, unless another target is just being changed.
func (k *keeper) applyListsInTurn(ctx context.Context) done {
	if !k.order.begins(k.place) {
		return done{outcome: watch.Busy, err: errOthersTurn}
	}
	defer k.order.ends()
	return k.applyLists(ctx)
}

var errOthersTurn = errors.New("another target is just being changed")

// wait waits until a moment, or until something happens.
func (k *keeper) wait(ctx context.Context, until time.Time, lists <-chan struct{}) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-lists:
		k.listed()
	case e, alive := <-k.events:
		k.heard(e, alive)
	}
}

// listed tells the brain which lists there are.
func (k *keeper) listed() {
	r := k.sources.Current()
	version := ""
	if r.Input != nil {
		version = r.Version
	}
	k.brain.Listed(time.Now(), version)
}

// heard is told what happens to a neighbor, or that the connection is gone.
func (k *keeper) heard(e plan.PeerEvent, alive bool) {
	now := time.Now()
	if !alive {
		k.lost("its connection ended")
		return
	}
	if k.members != nil && !k.members[e.Address] {
		k.members[e.Address] = true
		k.log.Info("new neighbor", "member", e.Address, "asn", e.ASN, "name", k.nameOf(e.Address, e.ASN), "up", e.Up)
		k.brain.Stirred(now)
		return
	}
	k.log.Debug("neighbor", "member", e.Address, "up", e.Up)
	k.brain.Stirred(now)
}

func (k *keeper) lost(why string) {
	if k.client != nil {
		k.log.Warn("target lost", "why", why)
		k.numbers.Lost()
	}
	k.hangUp()
	k.brain.Lost(time.Now())
}

func (k *keeper) hangUp() {
	if k.client != nil {
		k.deaf()
		k.client.Close()
		k.client, k.events = nil, nil
	}
}

// dial connects, and has events told.
func (k *keeper) dial(ctx context.Context) {
	k.hangUp()
	client, err := k.Operator.Dial(ctx, k.target)
	if err != nil {
		k.log.Debug("target not reached", "error", err)
		k.found.why = err.Error()
		k.brain.Lost(time.Now())
		return
	}
	k.log.Info("target reached")
	hearing, deaf := context.WithCancel(ctx)
	k.client, k.deaf, k.events = client, deaf, make(chan plan.PeerEvent, 64)
	go listen(hearing, client, k.events)
	k.brain.Reached(time.Now())
}

// listen passes on what happens to neighbors, until ctx or the connection ends.
func listen(ctx context.Context, client operate.Daemon, to chan<- plan.PeerEvent) {
	defer close(to)
	for e, err := range client.Peers(ctx) {
		if err != nil {
			return
		}
		select {
		case to <- e:
		case <-ctx.Done():
			return
		}
	}
}

// ask returns a pulse of the target and of its history.
func (k *keeper) ask(ctx context.Context) (string, error) {
	target, err := k.client.Pulse(ctx)
	if err != nil {
		return "", err
	}
	history, err := k.Store.Stamp(k.target.Address)
	if err == nil && k.found.locked { // who dies leaves everything as it is, but for that
		k.found.locked, err = k.Store.Locked(k.target.Address)
		history += fmt.Sprint(k.found.locked)
	}
	history += fileStamp(k.target)
	return target + history, err
}

func (k *keeper) pulse(ctx context.Context) {
	p, err := k.ask(ctx)
	if err != nil {
		k.lost(err.Error())
		return
	}
	k.brain.Pulsed(time.Now(), p)
}
