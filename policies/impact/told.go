package impact

import (
	"slices"

	"depeer/policies/eval"
)

// What members are told of one prefix: each gets the first of the paths in order of
// preference that is offered to it. All get the same but those that announce one of
// the paths, or whose ASN is in one (membersWithHiddenPath); the others are counted, not asked.
//
//	order before   A  B  C      most members: A        the announcer of A: B
//	order after       B  C      most members: B        the announcer of B: C
//
// Who has secondary-route may be sent a path through its own ASN, which it drops: it is
// told, and has nothing (choice.go).

// ResetDuration returns for how many seconds the soft resets of members with this many routes
// keep the daemon from all other work. Measured were 1.2 to 2.8 us for each route and each
// neighbor that is up.
func ResetDuration(routes, up int) float64 { return 2e-6 * float64(routes*up) }

// countUpdates counts what members are told, and what they lose. reset: a soft reset tells them,
// not only a session that goes or comes.
func (a *assessment) countUpdates(family int, paths []entry, reset bool) {
	before := a.room.before.rankPaths(a.table, paths, a.old, oldVerdict)
	after := a.room.after.rankPaths(a.table, paths, a.new, newVerdict)
	most := a.compareFor(ordinaryReceiver, before, after, reset)
	a.most[family].addTimes(most, 1)
	rerouted, others := 0, a.sent[family]
	for _, n := range a.membersWithHiddenPath(paths) {
		if !a.sessions[n].isSent(family) || a.cut.now[n] {
			continue
		}
		others--
		r := a.compareFor(a.receiverOf(n), before, after, reset)
		rerouted += r.rerouted
		// It is counted among the others in the end.
		a.unlike[n].addTimes(most, -1)
		a.unlike[n].addTimes(r, 1)
	}
	if rerouted > 0 || most.rerouted > 0 && others > 0 {
		a.out.Prefixes.Rerouted++
	}
}

// receiverOf returns a session as a receiver of routes.
func (a *assessment) receiverOf(n uint32) receiver {
	return receiver{n, a.sessions[n].ASN, a.sessions[n].SecondaryRoute}
}

// tally counts what a member is told.
type tally struct {
	updates  int
	paths    int // of these, such as are no withdrawals, and that a soft reset tells
	rerouted int // what it uses is not as before
	lost     int // it used something, and uses nothing
}

func (t *tally) addTimes(o tally, times int) {
	t.updates += times * o.updates
	t.paths += times * o.paths
	t.rerouted += times * o.rerouted
	t.lost += times * o.lost
}

// compareFor returns the update that a receiver gets for a prefix, if it gets one.
func (a *assessment) compareFor(r receiver, before, after []*candidate, reset bool) (t tally) {
	was, now := a.table.bestFor(r, before), a.table.bestFor(r, after)
	if was == nil && now == nil || was != nil && now != nil && was.at == now.at && was.treated == now.treated && !now.scrubbed {
		return t
	}
	t.updates = 1
	if now != nil && reset {
		t.paths = 1
	}
	used, uses := a.table.usesPath(r, was), a.table.usesPath(r, now)
	if used || uses {
		t.rerouted = 1
	}
	if used && !uses {
		t.lost = 1
	}
	return t
}

// isSent says whether routes of a family are sent to a session.
func (s *Session) isSent(family int) bool {
	return s.Up && (family == 0 && s.IPv4 || family == 1 && s.IPv6)
}

// sumMember adds up the updates of a member. One whose session is shut down gets none, and loses
// all that it could use.
func (a *assessment) sumMember(n uint32) {
	all, m := a.unlike[n], &a.members[n]
	for family := range a.most {
		if a.sessions[n].isSent(family) {
			all.addTimes(a.most[family], 1)
			m.Usable += a.usable[family] - a.unusable[n][family]
		}
	}
	if a.cut.now[n] {
		m.Lost = m.Usable
		return
	}
	again := a.countResent(n, all.paths)
	a.out.Effort.Again += again
	a.out.Effort.Updates += all.updates + again
	m.Lost = all.lost
}

func oldVerdict(e *entry) eval.Verdict { return e.old }
func newVerdict(e *entry) eval.Verdict { return e.new }

// membersWithHiddenPath returns, in order, the members that some path is hidden from: their own,
// or one with their ASN. The result is valid until the next call.
func (a *assessment) membersWithHiddenPath(paths []entry) []uint32 {
	out := a.room.special[:0]
	for _, e := range paths {
		out = append(append(out, e.peer), a.behind.listAt(e.shared)...)
	}
	a.room.special = out
	slices.Sort(out)
	return slices.Compact(out)
}

// countUsable counts a prefix for the members that could use it before.
func (a *assessment) countUsable(family int, at *view) {
	if !at.alike {
		a.none, a.reachable = a.findWithoutPath(at.paths, a.none[:0])
	}
	if a.reachable {
		a.usable[family]++
	}
	for _, n := range a.none {
		a.unusable[n][family]++
	}
	if a.reachable && a.secondary {
		a.beforeSecondary(family, at.paths)
	}
}

// findWithoutPath appends the members that could use none of the paths before, and says whether
// there was a path at all. Who could not, is special to every path that was not refused.
// Those who have secondary-route are not asked.
func (a *assessment) findWithoutPath(paths []entry, none []uint32) ([]uint32, bool) {
	first := slices.IndexFunc(paths, func(e entry) bool { return e.wasLeft() })
	if first < 0 {
		return none, false
	}
	without := func(n uint32) {
		usable := func(e entry) bool {
			return e.wasLeft() && e.peer != n && !slices.Contains(a.behind.listAt(e.shared), n)
		}
		if !a.sessions[n].SecondaryRoute && !slices.ContainsFunc(paths, usable) {
			none = append(none, n)
		}
	}
	e := &paths[first]
	without(e.peer)
	behind := a.behind.listAt(e.shared)
	for i, n := range behind {
		if n != e.peer && !slices.Contains(behind[:i], n) {
			without(n)
		}
	}
	return none, true
}

// beforeSecondary is before for those who have secondary-route. Who could not use the
// prefix, is special to some path to it.
func (a *assessment) beforeSecondary(family int, paths []entry) {
	var order []*candidate
	for _, n := range a.membersWithHiddenPath(paths) {
		if !a.sessions[n].SecondaryRoute {
			continue
		}
		if order == nil {
			order = a.room.before.rankPaths(a.table, paths, a.old, oldVerdict)
		}
		if r := a.receiverOf(n); !a.table.usesPath(r, a.table.bestFor(r, order)) {
			a.unusable[n][family]++
		}
	}
}

// resetDuration is for how long soft resets keep the daemon from all else. (It is summed
// up in whole routes: the same sum of fractions differs with their order.)
func (a *assessment) resetDuration() float64 {
	up, routes := 0, 0
	for i, s := range a.sessions {
		if s.Up {
			up++
		}
		if a.members[i].Reset {
			routes += a.members[i].Routes
		}
	}
	return ResetDuration(routes, up)
}
