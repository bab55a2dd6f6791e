package run

import (
	"context"
	"crypto/sha256"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"time"

	"depeer/policies/apply"
	"depeer/policies/operate"
	"depeer/policies/plan"
	"depeer/policies/watch"
	"depeer/policies/watch/sources"
)

// keeper keeps one target: it does what package watch says, and tells it the results.
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
	k.noteLists()
	defer k.hangUp()
	for ctx.Err() == nil {
		k.heart.noteBeat(k.name(), stepTakes)
		k.noteLists() // a look must use the latest reading
		k.updateOrder(time.Now())
		step := k.brain.Next(time.Now())
		switch step.Do {
		case watch.Wait:
			k.awaitEvent(ctx, step.Until, lists)
		case watch.Dial:
			k.dialTarget(ctx)
		case watch.Look:
			k.lookAtTarget(ctx)
		case watch.Pulse:
			k.checkPulse(ctx)
		case watch.Count:
			k.countRoutes(ctx)
		case watch.Recover:
			k.perform(ctx, step.Do, k.recoverCutOff)
		case watch.Repair:
			k.perform(ctx, step.Do, k.putBack)
		case watch.Change:
			k.perform(ctx, step.Do, k.applyListsInTurn)
		}
		k.logState()
	}
}

// updateOrder tells the targets behind this one how it stands, and finds out which target it waits for.
func (k *keeper) updateOrder(now time.Time) {
	up, lists := 0, ""
	if k.found.state != nil {
		up = len(apply.Up(k.found.state))
	}
	if k.want != nil {
		lists = k.want.version
	}
	k.order.noteStanding(k.place, k.brain.State(), lists, up, now)
	k.waits = k.order.describeWait(k.place, lists, now)
	k.brain.SetBehind(k.waits != "")
}

// applyListsInTurn is applyLists, except while another target is being changed.
func (k *keeper) applyListsInTurn(ctx context.Context) done {
	if !k.order.takeTurn(k.place) {
		return done{outcome: watch.Busy, err: errOthersTurn}
	}
	defer k.order.returnTurn()
	return k.applyLists(ctx)
}

var errOthersTurn = errors.New("another target is just being changed")

// awaitEvent waits for something to happen, until a moment.
func (k *keeper) awaitEvent(ctx context.Context, until time.Time, lists <-chan struct{}) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-lists:
		k.noteLists()
	case e, alive := <-k.events:
		k.handleEvent(e, alive)
	}
}

// noteLists tells the brain which lists there are.
func (k *keeper) noteLists() {
	r := k.sources.Current()
	version := ""
	if r.Input != nil {
		version = r.Version
	}
	k.brain.OnLists(time.Now(), version)
}
