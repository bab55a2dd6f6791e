package impact

import (
	"bytes"
	"hash/maphash"

	"depeer/policies/rib"
)

// attrs are what paths of one announcement share.
type attrs struct {
	path      rib.ASPath
	localPref uint32 // 100 where it is absent
	med       uint32
	origin    rib.Origin
}

// sharedAttrs holds each attrs once.
type sharedAttrs struct {
	list   list[attrs]
	index  numbers
	seed   maphash.Seed
	last   []uint32 // of each peer: prefixes of one origin often stand side by side
	octets []byte   // room for the next AS paths
}

// chunk is how many octets of AS paths are allocated at once.
const chunk = 64 << 10

func newSharedAttrs() sharedAttrs { return sharedAttrs{seed: maphash.MakeSeed()} }

// number returns the number of the attributes of p.
func (s *sharedAttrs) number(p *rib.Path, peer uint32) uint32 {
	a := attrs{path: p.ASPath, localPref: p.LocalPref, origin: p.Origin}
	if a.localPref == 0 {
		a.localPref = rib.DefaultLocalPref
	}
	if p.MED != nil {
		a.med = *p.MED // an absent one is 0 to gobgpd
	}
	for len(s.last) <= int(peer) {
		s.last = append(s.last, 0)
	}
	same := func(n uint32) bool { return s.list.at(n).same(&a) }
	if n := s.last[peer]; s.list.len() > 0 && same(n) {
		return n
	}
	h := maphash.Bytes(s.seed, a.path)
	hash := uint32(h) ^ a.localPref*0x9e3779b1 ^ a.med*0x85ebca77 ^ uint32(a.origin)
	n, known := s.index.find(hash, same)
	if !known {
		n = uint32(s.list.len())
		a.path = s.keep(a.path)
		s.list.add(a)
		s.index.add(hash, n)
	}
	s.last[peer] = n
	return n
}

func (a *attrs) same(b *attrs) bool {
	return a.localPref == b.localPref && a.med == b.med && a.origin == b.origin && bytes.Equal(a.path, b.path)
}

// keep returns a copy.
func (s *sharedAttrs) keep(p rib.ASPath) rib.ASPath {
	if len(s.octets) < len(p) {
		s.octets = make([]byte, max(chunk, len(p)))
	}
	n := copy(s.octets, p)
	kept := s.octets[:n:n]
	s.octets = s.octets[n:]
	return kept
}
