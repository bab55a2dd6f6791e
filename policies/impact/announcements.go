package impact

import (
	"bytes"
	"hash/maphash"

	"depeer/policies/eval"
	"depeer/policies/rib"
)

// announcement holds what paths of a member share: attributes and verdicts of the policies. It is
// kept small: past 32 octets every path takes longer (BenchmarkAssess).
type announcement struct {
	attributes
	path place
}

// attributes are an announcement without its AS path.
type attributes struct {
	peer      uint32
	localPref uint32 // 100 where it is absent
	med       uint32
	id        uint32 // of rib.Path, where announcements keep it
	old, new  eval.Verdict
	origin    originAndScrub
	tagging   taggingNumber
}

// originAndScrub is the origin of paths, and, in its highest bit, whether the new policy takes
// other communities off them than the old one, before it looks at them.
type originAndScrub uint8

const isScrubbed originAndScrub = 1 << 7

func packOrigin(o rib.Origin, scrubbed bool) originAndScrub {
	packed := originAndScrub(o)
	if scrubbed {
		packed |= isScrubbed
	}
	return packed
}

func (p originAndScrub) origin() rib.Origin { return rib.Origin(p &^ isScrubbed) }
func (p originAndScrub) scrubbed() bool     { return p&isScrubbed != 0 }

// announcements holds each once.
//
// Most of the time goes into waiting for memory: where an announcement would be in the
// index, what is there, and its AS path are in three places, far from each other and from
// those of the one before it. So several wait until they are looked for together: then the
// processor fetches all of them at the same time.
type announcements struct {
	list     list[announcement]
	paths    octets
	index    numbers
	seed     maphash.Seed
	keepsIDs bool // paths are asked for by them
	// last is the latest of each peer: its number, or where it waits, or none. Prefixes of
	// one origin often stand side by side.
	last []uint32

	waiting []waiting
	octets  []byte // the AS paths of those that wait
}

// waiting is an announcement that has no number yet. Its AS path is in octets.
type waiting struct {
	attributes
	at, length uint32 // its AS path in octets
	hash       uint32
	number     uint32 // counted from 1; while it is looked for, one that it may have
}

const (
	together = 64              // how many wait
	waits    = uint32(1 << 31) // marks a place among those that wait, where a number belongs
	none     = ^uint32(0)      // of a peer: no announcement yet; it is no place, though it is marked
)

func newAnnouncements() announcements { return announcements{seed: maphash.MakeSeed()} }

// addPath returns the number of what p shares with other paths of its peer, or where it waits
// for one. When it is full, numbers must be given.
func (s *announcements) addPath(p *rib.Path, peer uint32, old, new eval.Verdict, scrubbed bool,
	tagging taggingNumber) (number uint32, full bool) {
	a := attributes{peer: peer, localPref: p.LocalPref, origin: packOrigin(p.Origin, scrubbed), old: old, new: new,
		tagging: tagging}
	if a.localPref == 0 {
		a.localPref = rib.DefaultLocalPref
	}
	if p.MED != nil {
		a.med = *p.MED // an absent one is 0 to gobgpd
	}
	if s.keepsIDs {
		a.id = p.ID
	}
	for len(s.last) <= int(peer) {
		s.last = append(s.last, none)
	}
	switch n := s.last[peer]; {
	case n == none:
	case n&waits != 0:
		if w := &s.waiting[n&^waits]; a == w.attributes && bytes.Equal(s.pathOf(w), p.ASPath) {
			return n, false
		}
	case s.isSame(n, &a, p.ASPath):
		return n, false
	}
	hash := uint32(maphash.Bytes(s.seed,
		p.ASPath)) ^ a.localPref*0x9e3779b1 ^ a.med*0x85ebca77 ^ uint32(a.origin) ^ a.peer<<8 ^ a.tagging.value()<<16 ^
		a.id*0xc2b2ae35
	number = uint32(len(s.waiting)) | waits
	s.waiting = append(s.waiting, waiting{a, uint32(len(s.octets)), uint32(len(p.ASPath)), hash, 0})
	s.octets, s.last[peer] = append(s.octets, p.ASPath...), number
	return number, len(s.waiting) == together
}

// isSame says whether announcement n is a with this AS path.
func (s *announcements) isSame(n uint32, a *attributes, path []byte) bool {
	b := s.list.at(n)
	return *a == b.attributes && bytes.Equal(s.paths.bytesAt(b.path), path)
}

// numberWaiting gives a number to all waiting announcements, and calls each with it, in order.
func (s *announcements) numberWaiting(each func(number uint32)) {
	for i := range s.waiting { // fetches the index
		s.waiting[i].number = s.index.firstCandidate(s.waiting[i].hash)
	}
	for i := range s.waiting { // fetches what is there
		if w := &s.waiting[i]; w.number != 0 && w.attributes != s.list.at(w.number-1).attributes {
			w.number = 0
		}
	}
	for i := range s.waiting { // fetches its AS path
		w := &s.waiting[i]
		n := w.number - 1
		if w.number == 0 || !bytes.Equal(s.pathAt(n), s.pathOf(w)) {
			n = s.findNumber(w)
		}
		s.last[w.peer] = n
		each(n)
	}
	s.waiting, s.octets = s.waiting[:0], s.octets[:0]
}

// findNumber returns the number of a waiting announcement, and gives it one if it has none.
func (s *announcements) findNumber(w *waiting) uint32 {
	path := s.pathOf(w)
	n, known := s.index.findNumber(w.hash, func(n uint32) bool { return s.isSame(n, &w.attributes, path) })
	if !known {
		n = uint32(s.list.len())
		s.list.add(announcement{w.attributes, s.paths.keepCopy(path)})
		s.index.addNumber(w.hash, n)
	}
	return n
}

// pathOf returns the AS path of a waiting announcement.
func (s *announcements) pathOf(w *waiting) []byte { return s.octets[w.at:][:w.length] }

// pathAt returns the AS path of an announcement.
func (s *announcements) pathAt(n uint32) rib.ASPath { return s.paths.bytesAt(s.list.at(n).path) }
