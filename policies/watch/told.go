package watch

import "time"

// OnReach tells that the target answers. All that was found before may be old.
func (k *Keeper) OnReach(now time.Time) {
	k.reached, k.found = true, nil
	k.dial.reset()
	k.filling.startAnew()
	k.lookAt = now
	if !k.countAt.IsZero() {
		k.countAt = now.Add(k.pace.Fill)
	}
}

// OnLoss tells that the target was not reached, or that the connection is lost.
func (k *Keeper) OnLoss(now time.Time) {
	k.reached, k.found, k.state = false, nil, Unreachable
	k.dial.noteFailure(now)
}

// OnEvent tells that something has happened to the target: what was found may be old.
func (k *Keeper) OnEvent(now time.Time) {
	k.lookAt = pickEarlier(k.lookAt, pickLater(now.Add(k.pace.Settle), k.looked.Add(k.pace.Gap)))
}

// OnLists tells the version of what lists ask for. It differs with the lists, and with the day. "": no
// list can be used.
func (k *Keeper) OnLists(now time.Time, version string) {
	if version == k.lists {
		return
	}
	k.lists = version
	k.act.reset()
	k.lookAt = pickEarlier(k.lookAt, now)
}

// SetBehind tells whether another target must be changed before this one. A Repair does not wait for it.
func (k *Keeper) SetBehind(behind bool) {
	k.behind = behind
	if k.found != nil {
		k.state = k.deriveState()
	}
}

// OnPulse tells the result of a Pulse.
func (k *Keeper) OnPulse(now time.Time, pulse string) {
	k.pulseAt = now.Add(k.pace.Pulse)
	if pulse != k.pulse {
		k.OnEvent(now)
	}
}

// OnLook tells the finding of a Look.
func (k *Keeper) OnLook(now time.Time, f Finding) {
	k.found, k.pulse = &f, f.Pulse
	k.looked, k.lookAt, k.pulseAt = now, now.Add(k.pace.Slow), now.Add(k.pace.Pulse)
	if f.Lists != k.lists { // they came meanwhile
		k.lookAt = now
	}
	if k.empty = !k.filling.judgeRoutes(now, &f, k.pace.Fill); k.empty {
		k.lookAt = pickEarlier(k.lookAt, now.Add(k.pace.Pulse)) // no event tells of routes
	}
	switch do, _ := k.chooseStep(); {
	case do == Wait:
		k.act.reset()
	case do == k.did: // it was done, and is needed again: something undoes it
		k.act.noteFailure(now)
	}
	k.did = Wait
	k.state = k.deriveState()
}

// OnCount tells that routes were counted, or that it was tried.
func (k *Keeper) OnCount(now time.Time) { k.countAt = now.Add(k.pace.Count) }

// OnResult tells the outcome of Recover, Repair or Change.
func (k *Keeper) OnResult(now time.Time, do Do, o Outcome) {
	switch o {
	case Did:
		k.did = do
		if do == Change {
			k.failed = postponed{}
		}
		k.forceLook(now)
	case Refused, Would:
		k.postpone(now, do, o)
	case Busy:
		k.act.retrySoon(now)
		k.forceLook(k.act.at)
	case Gone:
		k.OnLoss(now)
	case Stale, Failed, Partial:
		if do == Change && o != Stale && k.found != nil {
			k.failed = postponed{isSet: true, lists: k.found.Lists, last: k.found.Last}
		}
		k.act.noteFailure(now)
		k.forceLook(k.act.at)
	default:
		panic("watch: no such outcome")
	}
	if k.found != nil {
		k.state = k.deriveState()
	}
}

// forceLook forces a Look before the next step.
func (k *Keeper) forceLook(at time.Time) { k.lookAt = at }

// postpone notes not to try the same step again, for a while or until something changes.
func (k *Keeper) postpone(now time.Time, do Do, o Outcome) {
	off := postponed{isSet: true, lists: k.found.Lists, last: k.found.Last, until: now.Add(k.pace.Again)}
	if o == Would {
		off.pulse, off.until = k.found.Pulse, now.Add(k.pace.Forever)
	}
	k.off[do] = off
	k.act.reset()
}
