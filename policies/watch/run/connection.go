package run

import (
	"context"
	"fmt"
	"time"

	"depeer/policies/operate"
	"depeer/policies/plan"
)

// handleEvent is told what happens to a neighbor, or that the connection is gone.
func (k *keeper) handleEvent(e plan.PeerEvent, alive bool) {
	now := time.Now()
	if !alive {
		k.handleLoss("its connection ended")
		return
	}
	if k.members != nil && !k.members[e.Address] {
		k.members[e.Address] = true
		k.log.Info("new neighbor", "member", e.Address, "asn", e.ASN, "name", k.nameNeighbor(e.Address, e.ASN),
			"up", e.Up)
		k.brain.OnEvent(now)
		return
	}
	k.log.Debug("neighbor", "member", e.Address, "up", e.Up)
	k.brain.OnEvent(now)
}

func (k *keeper) handleLoss(why string) {
	if k.client != nil {
		k.log.Warn("target lost", "why", why)
		k.numbers.Lost()
	}
	k.hangUp()
	k.brain.OnLoss(time.Now())
}

func (k *keeper) hangUp() {
	if k.client != nil {
		k.deaf()
		k.client.Close()
		k.client, k.events = nil, nil
	}
}

// dialTarget connects, and subscribes to events.
func (k *keeper) dialTarget(ctx context.Context) {
	k.hangUp()
	client, err := k.Operator.Dial(ctx, k.target)
	if err != nil {
		k.log.Debug("target not reached", "error", err)
		k.found.why = err.Error()
		k.brain.OnLoss(time.Now())
		return
	}
	k.log.Info("target reached")
	hearing, deaf := context.WithCancel(ctx)
	k.client, k.deaf, k.events = client, deaf, make(chan plan.PeerEvent, 64)
	go passEvents(hearing, client, k.events)
	k.brain.OnReach(time.Now())
}

// passEvents passes on what happens to neighbors, until ctx or the connection ends.
func passEvents(ctx context.Context, client operate.Daemon, to chan<- plan.PeerEvent) {
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

// readPulse returns a pulse of the target and of its history.
func (k *keeper) readPulse(ctx context.Context) (string, error) {
	target, err := k.client.Pulse(ctx)
	if err != nil {
		return "", err
	}
	history, err := k.Store.Stamp(k.target.Address)
	if err == nil && k.found.locked { // a dead process changes nothing except its lock
		k.found.locked, err = k.Store.Locked(k.target.Address)
		history += fmt.Sprint(k.found.locked)
	}
	history += fileStamp(k.target)
	return target + history, err
}

func (k *keeper) checkPulse(ctx context.Context) {
	p, err := k.readPulse(ctx)
	if err != nil {
		k.handleLoss(err.Error())
		return
	}
	k.brain.OnPulse(time.Now(), p)
}
