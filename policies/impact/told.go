package impact

import (
	"net/netip"
	"slices"

	"depeer/policies/eval"
)

// What members are told of one prefix: each gets the first of the paths in order of
// preference that is offered to it. All get the same but those that announce one of
// the paths, or whose ASN is in one (special); the others are counted, not asked.
//
//	order before   A  B  C      most members: A        the announcer of A: B
//	order after       B  C      most members: B        the announcer of B: C

// perRoute is for how long a soft reset keeps the daemon from all else, for each
// route of the member and each neighbor: 1.2 to 2.8 us were measured.
const perRoute = 2e-6

// told counts what members are told, and what they lose.
func (a *assessment) told(prefix netip.Prefix, paths []entry) {
	before, after := a.order(paths, a.old, oldVerdict), a.order(paths, a.new, newVerdict)
	family := familyOf(prefix)
	most := a.tell(nobodySpecial, before, after)
	a.most[family].add(most, 1)
	rerouted, others := false, a.sent[family]
	for _, n := range a.special(paths) {
		if !a.sessions[n].sent(family) {
			continue
		}
		others--
		r := a.tell(receiver{n, a.sessions[n].ASN}, before, after)
		rerouted = rerouted || r != nothing
		// It is counted among the others in the end.
		a.unlike[n].add(most, -1)
		a.unlike[n].add(r, 1)
	}
	if rerouted || most != nothing && others > 0 {
		a.out.Prefixes.Rerouted++
	}
}

// news is what a member is told of a prefix.
type news uint8

const (
	nothing news = iota
	another      // path, or other attributes
	withdrawn
)

// tell returns what a receiver is told.
func (a *assessment) tell(r receiver, before, after []candidate) news {
	was, now := a.table.chosen(r, before), a.table.chosen(r, after)
	switch {
	case was == nil && now == nil, was != nil && now != nil && was.at == now.at && was.treated == now.treated:
		return nothing
	case now == nil:
		return withdrawn
	default:
		return another
	}
}

// tally counts news.
type tally struct{ updates, lost int }

func (t *tally) add(n news, times int) {
	if n != nothing {
		t.updates += times
	}
	if n == withdrawn {
		t.lost += times
	}
}

// sent says whether routes of a family are sent to a session.
func (s *Session) sent(family int) bool {
	return s.Up && (family == 0 && s.IPv4 || family == 1 && s.IPv6)
}

// sum adds up what a member is told.
func (a *assessment) sum(n uint32) {
	all := a.unlike[n]
	for family := range a.most {
		if a.sessions[n].sent(family) {
			all.updates += a.most[family].updates
			all.lost += a.most[family].lost
			a.members[n].Usable += a.usable[family] - a.unusable[n][family]
		}
	}
	a.out.Effort.Updates += all.updates
	a.members[n].Lost = all.lost
}

// nobodySpecial is a receiver to whom all paths are offered.
var nobodySpecial = receiver{peer: ^uint32(0)}

func oldVerdict(e *entry) eval.Verdict { return e.old }
func newVerdict(e *entry) eval.Verdict { return e.new }

// order returns what a policy leaves of the paths, the best first.
func (a *assessment) order(paths []entry, by *eval.Evaluator, verdict func(*entry) eval.Verdict) []candidate {
	var order []candidate
	for i := range paths {
		if v := verdict(&paths[i]); !v.Refused() {
			order = append(order, a.table.candidate(i, paths[i], v, by))
		}
	}
	slices.SortStableFunc(order, a.table.prefer)
	return order
}

// special returns the members to whom not all paths are offered, in order.
func (a *assessment) special(paths []entry) []uint32 {
	var out []uint32
	for _, e := range paths {
		out = append(append(out, e.peer), a.behind[e.attrs]...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// before counts a prefix for those who could use it before.
func (a *assessment) before(family int, paths []entry) {
	if l := &a.last; !l.same(paths) {
		l.paths = append(l.paths[:0], paths...)
		l.none, l.usable = a.without(paths, l.none[:0])
	}
	if a.last.usable {
		a.usable[family]++
	}
	for _, n := range a.last.none {
		a.unusable[n][family]++
	}
}

// lastBefore is the answer for the prefix that was counted last: in a table, prefixes of
// one origin stand side by side.
type lastBefore struct {
	paths  []entry
	usable bool
	none   []uint32
}

// same says whether the answer is the same for these paths.
func (l *lastBefore) same(paths []entry) bool {
	return slices.EqualFunc(l.paths, paths, func(x, y entry) bool {
		return x.peer == y.peer && x.attrs == y.attrs && x.old.Refused() == y.old.Refused()
	})
}

// without appends the members who could use none of the paths before, and says whether
// there was a path at all. Who could not, is special to every path that was not refused.
func (a *assessment) without(paths []entry, none []uint32) ([]uint32, bool) {
	first := slices.IndexFunc(paths, func(e entry) bool { return !e.old.Refused() })
	if first < 0 {
		return none, false
	}
	without := func(n uint32) {
		r := receiver{n, a.sessions[n].ASN}
		if !slices.ContainsFunc(paths, func(e entry) bool { return !e.old.Refused() && a.table.offered(r, &candidate{entry: e}) }) {
			none = append(none, n)
		}
	}
	e := &paths[first]
	without(e.peer)
	behind := a.behind[e.attrs]
	for i, n := range behind {
		if n != e.peer && !slices.Contains(behind[:i], n) {
			without(n)
		}
	}
	return none, true
}

// resend counts what the soft reset of a member costs.
func (a *assessment) resend(n uint32) {
	m := &a.members[n]
	if !m.Reset {
		return
	}
	up := 0
	for i, s := range a.sessions {
		if s.Up {
			up++
		}
		if s.Up && s.SecondaryRoute && uint32(i) != n {
			again := m.Routes - m.Refused
			a.out.Effort.Again += again
			a.out.Effort.Updates += again
		}
	}
	a.out.Effort.Seconds += perRoute * float64(m.Routes) * float64(up)
}
