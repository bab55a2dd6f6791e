package impact

import (
	"cmp"
	"encoding/binary"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// table holds every path that was seen: what is needed to choose between those of
// a prefix, and what the policies said. A path takes 24 octets, a prefix 24, with its place in the index 40, and
// attributes that many paths share are held once.
//
// As long as prefixes come in order, as dumps have them, the next one is new or the
// last; when one comes out of order, all get a place in an index.
type table struct {
	prefixes list[announced]
	paths    list[entry]
	index    numbers // of prefixes, if it is needed
	indexed  bool

	shared sharedAttrs

	peers  []rib.Peer
	number map[rib.Peer]uint32
	recent [64]uint32 // numbers of peers, by their ASN: nearly always the right one
}

// announced is a prefix, and its last path, counted from 1.
type announced struct {
	high, low uint64 // of the key; as a struct inside this one it would take 8 octets more
	head      uint32
	bits      uint8
	is6       bool
}

func (a *announced) key() key             { return key{a.high, a.low, a.bits, a.is6} }
func (a *announced) prefix() netip.Prefix { return a.key().prefix() }

// key is a prefix without what netip needs besides.
type key struct {
	high, low uint64
	bits      uint8
	is6       bool
}

func keyOf(p netip.Prefix) key {
	if a := p.Addr(); a.Is4() {
		b := a.As4()
		return key{high: uint64(binary.BigEndian.Uint32(b[:])), bits: uint8(p.Bits())}
	}
	b := p.Addr().As16()
	return key{binary.BigEndian.Uint64(b[:]), binary.BigEndian.Uint64(b[8:]), uint8(p.Bits()), true}
}

func (k key) prefix() netip.Prefix {
	if !k.is6 {
		var b [4]byte
		binary.BigEndian.PutUint32(b[:], uint32(k.high))
		return netip.PrefixFrom(netip.AddrFrom4(b), int(k.bits))
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], k.high)
	binary.BigEndian.PutUint64(b[8:], k.low)
	return netip.PrefixFrom(netip.AddrFrom16(b), int(k.bits))
}

func (k key) compare(l key) int {
	if k.is6 != l.is6 {
		return map[bool]int{false: -1, true: 1}[k.is6]
	}
	return cmp.Or(cmp.Compare(k.high, l.high), cmp.Compare(k.low, l.low), cmp.Compare(k.bits, l.bits))
}

// hash mixes all bits (multiplicative hashing; the constants are odd and irrational).
func (k key) hash() uint32 {
	h := k.high*0x9e3779b97f4a7c15 ^ (k.low+uint64(k.bits)<<1)*0xc2b2ae3d27d4eb4f
	h ^= h >> 29
	return uint32(h * 0x9e3779b97f4a7c15 >> 32)
}

// entry is one path.
type entry struct {
	next     uint32 // path to the same prefix, counted from 1; 0: the last
	peer     uint32
	attrs    uint32
	since    uint32
	old, new eval.Verdict
}

func newTable() *table {
	return &table{number: make(map[rib.Peer]uint32), shared: newSharedAttrs()}
}

// peer returns the number of a peer, which it gets if it has none.
func (t *table) peer(p rib.Peer) uint32 {
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

// add keeps a path.
func (t *table) add(p *rib.Path, peer uint32, old, new eval.Verdict) {
	at := t.prefixes.at(t.slot(keyOf(p.Prefix)))
	t.paths.add(entry{next: at.head, peer: peer, attrs: t.shared.number(p, peer), since: p.Since, old: old, new: new})
	at.head = uint32(t.paths.len())
}

// slot returns the number of a prefix, which it gets if it has none.
func (t *table) slot(k key) uint32 {
	n := uint32(t.prefixes.len())
	if n > 0 && !t.indexed {
		switch order := k.compare(t.prefixes.at(n - 1).key()); {
		case order == 0:
			return n - 1
		case order < 0:
			t.indexAll()
		}
	}
	if t.indexed {
		h := k.hash()
		if known, found := t.index.find(h, func(i uint32) bool { return t.prefixes.at(i).key() == k }); found {
			return known
		}
		t.index.add(h, n)
	}
	t.prefixes.add(announced{high: k.high, low: k.low, bits: k.bits, is6: k.is6})
	return n
}

// indexAll gives each prefix a place in the index.
func (t *table) indexAll() {
	t.indexed = true
	for i := range uint32(t.prefixes.len()) {
		t.index.add(t.prefixes.at(i).key().hash(), i)
	}
}

// lookup returns the slot of a prefix.
func (t *table) lookup(p netip.Prefix) (slot uint32, known bool) {
	if !t.indexed {
		t.indexAll()
	}
	k := keyOf(p)
	return t.index.find(k.hash(), func(i uint32) bool { return t.prefixes.at(i).key() == k })
}

// of returns the paths of a slot, in the order in which they came, in to.
func (t *table) of(slot uint32, to []entry) []entry {
	to = to[:0]
	for n := t.prefixes.at(slot).head; n != 0; {
		e := t.paths.at(n - 1)
		to, n = append(to, *e), e.next
	}
	for i, j := 0, len(to)-1; i < j; i, j = i+1, j-1 {
		to[i], to[j] = to[j], to[i]
	}
	return to
}

// attrs returns what a path shares with others.
func (t *table) attrs(e *entry) *attrs { return t.shared.list.at(e.attrs) }

// route returns what policies see of a path, without its communities. Its AS path is
// in to.
func (t *table) route(slot uint32, e *entry, to []filters.ASN) policies.Route {
	return policies.Route{Prefix: t.prefixes.at(slot).prefix(), Peer: t.peers[e.peer].Address, Path: t.attrs(e).path.Append(to[:0])}
}
