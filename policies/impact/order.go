package impact

import (
	"slices"
	"sort"
)

// A sorted table (sortPrefixes) has its prefixes in order, those inside one behind it:
//
//	10.0.0.0/8   10.1.0.0/16   10.1.1.0/24   10.2.0.0/16   11.0.0.0/8
//	             |------ inside 10.1/16 ---|

// sortPrefixes puts prefixes in order, and the paths to each together, in the order in which
// they came. None is added after that.
func (t *table) sortPrefixes() {
	t.numberAnnouncements()
	t.index, t.shared.index, t.shared.last = numbers{}, numbers{}, nil // nothing is looked for any more
	if !t.scattered {
		return
	}
	order := make([]uint32, t.prefixes.len()) // slots, as they are to stand
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return t.keyAt(a).compare(t.keyAt(b)) })
	places := make([]uint32, len(order)) // of each slot as it is: how many paths, then where the next one goes
	for i := range uint32(t.paths.len()) {
		places[*t.slots.at(i)]++
	}
	var prefixes list[destination]
	next := uint32(0)
	for _, slot := range order {
		d := *t.prefixes.at(slot)
		d.first = next
		prefixes.add(d)
		places[slot], next = next, next+places[slot]
	}
	var settled list[path]
	settled.appendZeros(t.paths.len())
	for i := range uint32(t.paths.len()) {
		at := &places[*t.slots.at(i)]
		*settled.at(*at) = *t.paths.at(i)
		*at++
	}
	t.prefixes, t.paths = prefixes, settled
	t.scattered, t.slots = false, list[uint32]{}
}

// firstSlot returns the first slot that is not before k.
func (t *table) firstSlot(k key) uint32 {
	return uint32(sort.Search(t.prefixes.len(), func(i int) bool { return t.keyAt(uint32(i)).compare(k) >= 0 }))
}

// slotsInside returns the slots of a prefix and of those inside it.
func (t *table) slotsInside(k key) (from, to uint32) {
	from = t.firstSlot(k)
	n := t.prefixes.len() - int(from)
	return from, from + uint32(sort.Search(n, func(i int) bool { return !k.contains(t.keyAt(from + uint32(i))) }))
}

// slotsAround yields the slots of the prefixes around one, the longest first. What is before it
// is around it, or inside the next one around it:
//
//	10.0.0.0/8   10.1.0.0/16   10.1.1.0/24   10.1.2.0/24
//
// 10.1.1.0/24 is not around 10.1.2.0/24. They have 22 bits in common, so that what is around
// the one and before the other has no more.
func (t *table) slotsAround(k key) func(yield func(slot uint32) bool) {
	return func(yield func(slot uint32) bool) {
		for slot := t.firstSlot(k); slot > 0; {
			q := t.keyAt(slot - 1)
			if q.is6 != k.is6 {
				return
			}
			if common := k.commonBits(q); int(q.bits) > common { // the next one has no more bits than that
				slot = t.firstSlot(k.firstBits(common).oneBitLonger())
				continue
			}
			slot--
			if !yield(slot) {
				return
			}
		}
	}
}
