package impact

import (
	"iter"
	"net/netip"

	"depeer/policies/rib"
)

// The operator's own policies may refuse a path that is announced. It is no path that is
// lost, or left, by what ours do. The route server's table says which did not pass:
//
//	announced   ours in force   in the table   the operator's policies
//	yes         passes          yes            pass it
//	yes         passes          no             refuse it (stopped)
//	yes         refuses         no             are not asked, or in vain: it is not known
//
// Only prefixes that our policies treat are asked for, and those around and inside ones that
// may be lost. A path that was not asked for counts as one that passes.

// passagesPerCall is how many paths are asked for together.
const passagesPerCall = 1 << 13

// mayRefuse says whether the operator's policies may refuse routes of a session.
func (s *Session) mayRefuse() bool { return len(s.Refusers) > 0 }

// needsPassages says whether any path is asked for.
func (q *Question) needsPassages() bool {
	if q.Passages == nil {
		return false
	}
	for i := range q.Members {
		if q.Members[i].mayRefuse() {
			return true
		}
	}
	return false
}

// marks are numbers that something holds for. The zero value has room for none.
type marks []uint64

func newMarks(n int) marks { return make(marks, (n+63)/64) }

func (m marks) set(i uint32) { m[i/64] |= 1 << (i % 64) }

// has says whether i is marked; without room none is.
func (m marks) has(i uint32) bool { return m != nil && m[i/64]>>(i%64)&1 != 0 }

// askPassages marks the paths that the operator's policies refuse. The table is sorted.
func (a *assessment) askPassages() error {
	if a.asked = a.needsPassages(); !a.asked {
		return nil
	}
	wanted := a.slotsToAsk()
	return a.table.askPassages(a.Passages, func(yield func(uint32) bool) {
		for slot := range uint32(a.table.prefixes.len()) {
			if wanted.has(slot) && !yield(slot) {
				return
			}
		}
	}, func(e *entry) bool { return a.sessions[e.peer].mayRefuse() && !e.old.Refused() })
}

// slotsToAsk marks the prefixes whose paths count.
func (a *assessment) slotsToAsk() marks {
	wanted := newMarks(a.table.prefixes.len())
	var at view
	for slot := range uint32(a.table.prefixes.len()) {
		a.viewPaths(slot, &at)
		treated, refused, mayBeLost := false, false, true
		for i := range at.paths {
			e := &at.paths[i]
			treated = treated || e.new.Treated() || e.old.Treated()
			refused = refused || e.new.Refused()
			mayBeLost = mayBeLost && (e.new.Refused() || a.sessions[e.peer].mayRefuse())
		}
		if treated {
			wanted.set(slot)
		}
		if refused && mayBeLost {
			a.wantAround(a.table.prefixAt(slot), wanted)
			for inner, to := a.table.slotsInside(a.table.keyAt(slot)); inner < to; inner++ {
				wanted.set(inner)
			}
		}
	}
	for i := range a.index.listed {
		for _, m := range a.index.listed[i].Provider.Prefixes {
			a.wantAround(m.Prefix, wanted)
		}
	}
	return wanted
}

func (a *assessment) wantAround(p netip.Prefix, wanted marks) {
	for slot := range a.table.slotsAround(keyOf(p)) {
		wanted.set(slot)
	}
	for slot, to := a.table.slotsInside(keyOf(p)); slot < to && a.table.prefixAt(slot) == p; slot++ {
		wanted.set(slot) // itself: another member may announce it
	}
}

// askPassages asks for those paths to some prefixes that may have been stopped, and marks those that
// were.
func (t *table) askPassages(passages rib.Passages, slots iter.Seq[uint32], may func(*entry) bool) error {
	t.stopped = newMarks(t.paths.len())
	var paths []*rib.Path
	var places []uint32
	flush := func() error {
		if len(paths) == 0 {
			return nil
		}
		found, err := passages(paths)
		for i := range found {
			if found[i] == rib.Stopped {
				t.stopped.set(places[i])
			}
		}
		paths, places = paths[:0], places[:0]
		return err
	}
	var at view
	for slot := range slots {
		from, _ := t.spanOf(slot)
		t.viewPaths(slot, &at)
		for i := range at.paths {
			if e := &at.paths[i]; may(e) {
				paths, places = append(paths, t.askedPath(slot, e)), append(places, from+uint32(i))
			}
		}
		if len(paths) >= passagesPerCall {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// askedPath returns a path as it is asked for.
func (t *table) askedPath(slot uint32, e *entry) *rib.Path {
	p := &rib.Path{PeerASN: t.peers[e.peer].ASN, ID: t.shared.list.at(e.shared).id, Since: e.since, ASPath: t.pathOf(e)}
	p.Prefix, p.Peer = t.prefixAt(slot), t.peers[e.peer].Address
	return p
}
