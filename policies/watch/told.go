package watch

import "time"

// OnReach tells that the target answers. What is known of it is from before.
func (k *Keeper) OnReach(now time.Time) {
	k.reached, k.found = true, nil
	k.dial.reset()
	k.filling.startAnew()
	k.lookAt = now
	if !k.countAt.IsZero() {
		k.countAt = now.Add(k.pace.Fill)
	}
}

// OnLoss tells that the target was not reached, or is not any more.
func (k *Keeper) OnLoss(now time.Time) {
	k.reached, k.found, k.state = false, nil, Unreachable
	k.dial.noteFailure(now)
}

// OnEvent tells that something has happened to the target: what was found may be old.
func (k *Keeper) OnEvent(now time.Time) {
	k.lookAt = earliest(k.lookAt, latest(now.Add(k.pace.Settle), k.looked.Add(k.pace.Gap)))
}

// OnLists tells the version of what lists ask for: another one for other lists, and for
// another day. "": nothing of them can be used.
func (k *Keeper) OnLists(now time.Time, version string) {
	if version == k.lists {
		return
	}
	k.lists = version
	k.act.reset()
	k.lookAt = earliest(k.lookAt, now)
}

// SetBehind tells whether another target is to be changed before this one. What was
// approved is repaired all the same.
func (k *Keeper) SetBehind(behind bool) {
	k.behind = behind
	if k.found != nil {
		k.state = k.deriveState()
	}
}

// OnPulse tells what a Pulse has told.
func (k *Keeper) OnPulse(now time.Time, pulse string) {
	k.pulseAt = now.Add(k.pace.Pulse)
	if pulse != k.pulse {
		k.OnEvent(now)
	}
}

// OnLook tells what a Look has found.
func (k *Keeper) OnLook(now time.Time, f Finding) {
	k.found, k.pulse = &f, f.Pulse
	k.looked, k.lookAt, k.pulseAt = now, now.Add(k.pace.Slow), now.Add(k.pace.Pulse)
	if f.Lists != k.lists { // they came meanwhile
		k.lookAt = now
	}
	if k.empty = !k.filling.judge(now, &f, k.pace.Fill); k.empty {
		k.lookAt = earliest(k.lookAt, now.Add(k.pace.Pulse)) // no event tells of routes
	}
	switch do, _ := k.chooseStep(); {
	case do == Wait:
		k.act.reset()
	case do == k.did: // it was done, and is to be done again: something is against us
		k.act.noteFailure(now)
	}
	k.did = Wait
	k.state = k.deriveState()
}

// OnCount tells that routes were counted, or that it was tried.
func (k *Keeper) OnCount(now time.Time) { k.countAt = now.Add(k.pace.Count) }

// OnResult tells what came of Recover, Repair or Change.
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
			k.failed = postponed{is: true, lists: k.found.Lists, last: k.found.Last}
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

// postpone notes that the same need not be tried again, for a while or as long as
// nothing has changed.
func (k *Keeper) postpone(now time.Time, do Do, o Outcome) {
	off := postponed{is: true, lists: k.found.Lists, last: k.found.Last, until: now.Add(k.pace.Again)}
	if o == Would {
		off.pulse, off.until = k.found.Pulse, now.Add(k.pace.Forever)
	}
	k.off[do] = off
	k.act.reset()
}
