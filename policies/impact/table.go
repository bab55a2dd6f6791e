package impact

import (
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// table holds every path that was seen: what is needed to choose between those of
// a prefix, and what the policies said. A path takes 8 octets, an IPv4 prefix 12, an IPv6
// prefix 28, and what paths of a member have in common is held once (announcements). Where
// they come out of order, a path takes 12, and a prefix its place in the index.
//
// As long as prefixes come in order, as dumps have them, the next one is new or the
// last, and paths stand by prefix as they come. When one comes out of order, all
// prefixes get a place in an index. In the end all are in order (sortPrefixes).
type table struct {
	prefixes list[destination]
	wide     list[[2]uint64] // IPv6 addresses
	paths    list[path]
	latest   key    // that was asked for
	at       uint32 // its slot

	scattered bool         // prefixes are not in order, nor do the paths to one stand together
	index     numbers      // of prefixes, where they are scattered
	slots     list[uint32] // of the paths, where they are scattered

	stopped  marks // paths that the operator's policies refuse, when that has been asked
	shared   announcements
	numbered int      // paths whose announcements have their number
	given    []uint32 // room for the numbers that are given

	peers  []rib.Peer
	number map[rib.Peer]uint32
	recent [64]uint32 // numbers of peers, by their ASN: nearly always the right one
}

// destination is a prefix, and where its paths begin.
type destination struct {
	address uint32 // IPv4, or the place in wide
	first   uint32
	bits    uint8
	is6     bool
	alive   bool // some path to it is left: what collected notes
}

// family is 0 for IPv4, 1 for IPv6.
func (d *destination) family() int {
	if d.is6 {
		return 1
	}
	return 0
}

// path is a path as it is held.
type path struct{ announcement, since uint32 }

// entry is one path.
type entry struct {
	peer     uint32
	shared   uint32 // the number of its announcement
	since    uint32
	old, new eval.Verdict
	stopped  bool // the operator's policies refuse it
	scrubbed bool // as in originAndScrub
}

// wasLeft and isLeft say whether members could, and can, be sent a path.
func (e *entry) wasLeft() bool { return !e.stopped && !e.old.Refused() }
func (e *entry) isLeft() bool  { return !e.stopped && !e.new.Refused() }

// view is the paths to one prefix, and whether they are of the same announcements as those
// to the one that was looked at before: prefixes of one origin often stand side by side.
type view struct {
	paths []entry
	alike bool
}

func newTable() *table {
	return &table{number: make(map[rib.Peer]uint32), shared: newAnnouncements()}
}

// numberOfPeer returns the number of a peer, and gives it one if it has none.
func (t *table) numberOfPeer(p rib.Peer) uint32 {
	recent := &t.recent[p.ASN%64]
	if n := *recent; int(n) < len(t.peers) && t.peers[n] == p {
		return n
	}
	n, known := t.number[p]
	if !known {
		n = uint32(len(t.peers))
		t.number[p], t.peers = n, append(t.peers, p)
	}
	*recent = n
	return n
}

// addPath keeps a path.
func (t *table) addPath(p *rib.Path, peer uint32, old, new eval.Verdict, scrubbed bool, tagging taggingNumber) {
	slot := t.slotOf(keyOf(p.Prefix))
	if t.scattered {
		t.slots.add(slot)
	}
	n, full := t.shared.addPath(p, peer, old, new, scrubbed, tagging)
	t.paths.add(path{n, p.Since})
	if full {
		t.numberAnnouncements()
	}
}

// numberAnnouncements gives numbers to the waiting announcements.
func (t *table) numberAnnouncements() {
	t.given = t.given[:0]
	t.shared.numberWaiting(func(n uint32) { t.given = append(t.given, n) })
	for ; t.numbered < t.paths.len(); t.numbered++ {
		if p := t.paths.at(uint32(t.numbered)); p.announcement&waits != 0 {
			p.announcement = t.given[p.announcement&^waits]
		}
	}
}

// slotOf returns the number of a prefix, and gives it one if it has none.
func (t *table) slotOf(k key) uint32 {
	n := uint32(t.prefixes.len())
	if n > 0 && k == t.latest {
		return t.at
	}
	if n > 0 && !t.scattered && k.compare(t.latest) < 0 {
		t.scatterPrefixes()
	}
	t.latest, t.at = k, n
	if t.scattered {
		hash := k.hash()
		if known, found := t.index.findNumber(hash, func(slot uint32) bool { return t.keyAt(slot) == k }); found {
			t.at = known
			return known
		}
		t.index.addNumber(hash, n)
	}
	d := destination{address: uint32(k.high), first: uint32(t.paths.len()), bits: k.bits, is6: k.is6}
	if k.is6 {
		d.address = uint32(t.wide.len())
		t.wide.add([2]uint64{k.high, k.low})
	}
	t.prefixes.add(d)
	return n
}

// scatterPrefixes notes that paths to one prefix do not stand together from now on.
func (t *table) scatterPrefixes() {
	t.scattered = true
	t.index = newNumbers(t.prefixes.len())
	for slot := range uint32(t.prefixes.len()) {
		t.index.addNumber(t.keyAt(slot).hash(), slot)
		from, to := t.spanOf(slot)
		for range to - from {
			t.slots.add(slot)
		}
	}
}

// spanOf returns the range of the paths of a slot.
func (t *table) spanOf(slot uint32) (from, to uint32) {
	from, to = t.prefixes.at(slot).first, uint32(t.paths.len())
	if next := slot + 1; int(next) < t.prefixes.len() {
		to = t.prefixes.at(next).first
	}
	return from, to
}

// keyAt returns the key of a slot.
func (t *table) keyAt(slot uint32) key {
	d := t.prefixes.at(slot)
	if !d.is6 {
		return key{high: uint64(d.address), bits: d.bits}
	}
	a := t.wide.at(d.address)
	return key{a[0], a[1], d.bits, true}
}

// prefixAt returns the prefix of a slot.
func (t *table) prefixAt(slot uint32) netip.Prefix { return t.keyAt(slot).toPrefix() }

// viewPaths looks at the paths of a slot, in the order in which they came. The table is
// sorted.
func (t *table) viewPaths(slot uint32, at *view) {
	from, to := t.spanOf(slot)
	at.alike = len(at.paths) == int(to-from)
	if !at.alike {
		at.paths = append(at.paths[:0], make([]entry, to-from)...)
	}
	for i := range at.paths {
		e, p := &at.paths[i], t.paths.at(from+uint32(i))
		stopped := t.stopped.has(from + uint32(i))
		at.alike = at.alike && e.shared == p.announcement && e.stopped == stopped
		if e.since, e.stopped = p.since, stopped; at.alike {
			continue
		}
		a := t.shared.list.at(p.announcement)
		e.peer, e.shared, e.old, e.new, e.scrubbed = a.peer, p.announcement, a.old, a.new, a.origin.scrubbed()
	}
}

// pathOf returns the AS path of a path.
func (t *table) pathOf(e *entry) rib.ASPath { return t.shared.pathAt(e.shared) }

// routeOf returns what policies see of a path, without its communities. Its AS path is
// in to.
func (t *table) routeOf(slot uint32, e *entry, to []filters.ASN) policies.Route {
	return policies.Route{Prefix: t.prefixAt(slot), Peer: t.peers[e.peer].Address, Path: t.pathOf(e).Append(to[:0])}
}
