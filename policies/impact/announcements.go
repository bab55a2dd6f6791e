package impact

import (
	"bytes"
	"hash/maphash"

	"depeer/policies/eval"
	"depeer/policies/rib"
)

// announcement is what paths of a member share: attributes, and what the policies said.
type announcement struct {
	peer      uint32
	localPref uint32 // 100 where it is absent
	med       uint32
	path      span
	old, new  eval.Verdict
	origin    rib.Origin
}

// announcements holds each once.
type announcements struct {
	list  list[announcement]
	paths octets
	index numbers
	seed  maphash.Seed
	last  []uint32 // of each peer: prefixes of one origin often stand side by side
}

func newAnnouncements() announcements { return announcements{seed: maphash.MakeSeed()} }

// number returns the number of what p shares with other paths of its peer.
func (s *announcements) number(p *rib.Path, peer uint32, old, new eval.Verdict) uint32 {
	a := announcement{peer: peer, localPref: p.LocalPref, origin: p.Origin, old: old, new: new}
	if a.localPref == 0 {
		a.localPref = rib.DefaultLocalPref
	}
	if p.MED != nil {
		a.med = *p.MED // an absent one is 0 to gobgpd
	}
	a.path.length = uint32(len(p.ASPath))
	for len(s.last) <= int(peer) {
		s.last = append(s.last, 0)
	}
	same := func(n uint32) bool {
		b := s.list.at(n)
		a.path.at = b.path.at // what is compared is what stands there
		return *b == a && bytes.Equal(s.paths.of(b.path), p.ASPath)
	}
	if n := s.last[peer]; s.list.len() > 0 && same(n) {
		return n
	}
	h := maphash.Bytes(s.seed, p.ASPath)
	hash := uint32(h) ^ a.localPref*0x9e3779b1 ^ a.med*0x85ebca77 ^ uint32(a.origin) ^ a.peer<<8
	n, known := s.index.find(hash, same)
	if !known {
		n = uint32(s.list.len())
		a.path = s.paths.keep(p.ASPath)
		s.list.add(a)
		s.index.add(hash, n)
	}
	s.last[peer] = n
	return n
}

// path returns the AS path of an announcement.
func (s *announcements) path(n uint32) rib.ASPath { return s.paths.of(s.list.at(n).path) }
