package run

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"depeer/policies/operate"
	"depeer/policies/watch"
)

// order holds the keepers of several targets to the order in which these are changed: what
// is new goes to one of them once all before it have stood as the same lists ask for,
// for a while, with no fewer sessions than before their change. What was approved is put
// back at each by itself. It is safe for concurrent use.
type order struct {
	names []string
	soak  time.Duration
	turn  chan struct{} // holds one element: the keeper that takes it changes its target

	mu     sync.Mutex
	places []place
}

// place is how one target stands.
type place struct {
	state  watch.State
	lists  string    // version that it was looked at with
	since  time.Time // as these ask for; zero: it is not
	up     int       // sessions, now
	before int       // and before it was changed last
}

func newOrder(targets []operate.Target, soak time.Duration) *order {
	o := &order{soak: soak, turn: make(chan struct{}, 1), places: make([]place, len(targets))}
	for _, t := range targets {
		o.names = append(o.names, t.Label())
	}
	o.turn <- struct{}{}
	return o
}

// describeWait says, in words, which target the one at a place waits for; "" for none.
func (o *order) describeWait(at int, lists string, now time.Time) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, p := range o.places[:at] {
		switch {
		case p.lists != lists || p.since.IsZero():
			return fmt.Sprintf("%s is changed first, and is %s", o.names[i], p.state)
		case p.up < p.before:
			return fmt.Sprintf("%s had %d sessions before it was changed, and has %d", o.names[i], p.before, p.up)
		case now.Sub(p.since) < o.soak:
			return fmt.Sprintf("%s is watched for %s first", o.names[i], o.soak)
		}
	}
	return ""
}

// noteStanding notes how the target at a place stands.
func (o *order) noteStanding(at int, state watch.State, lists string, up int, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p := &o.places[at]
	if state != watch.InSync || lists != p.lists {
		p.since = time.Time{}
	}
	if state == watch.InSync && p.since.IsZero() {
		p.since = now
	}
	p.state, p.lists, p.up = state, lists, up
}

// takeTurn takes the turn for the target at a place, unless another target has it.
func (o *order) takeTurn(at int) bool {
	select {
	case <-o.turn:
	default:
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.places[at].before = o.places[at].up
	return true
}

// returnTurn lets another target have the turn.
func (o *order) returnTurn() { o.turn <- struct{}{} }

// describeAll returns how all targets stand, in words.
func (o *order) describeAll() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	words := make([]string, len(o.names))
	for i, name := range o.names {
		words[i] = name + " " + o.places[i].state.String()
	}
	return strings.Join(words, ", ")
}
