package impact

import (
	"encoding/binary"
	"net/netip"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// table holds every path that was seen: what is needed to choose between those of
// a prefix, and what the policies said. A path takes 32 octets; attributes that many
// paths share are held once.
type table struct {
	slots map[key]uint32 // of prefixes
	keys  []key
	heads []uint32 // of each prefix: its last path, counted from 1
	paths []entry

	attrs  []attrs
	shared map[string]uint32
	buffer []byte

	peers  []rib.Peer
	number map[rib.Peer]uint32

	last    key // the prefix that came last, and its slot: most come in a row
	lastNew bool
	slot    uint32
}

// key is a prefix without what netip needs besides: 18 octets, and nothing for the
// garbage collector to follow.
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

// entry is one path.
type entry struct {
	next     uint32 // path to the same prefix, counted from 1; 0: the last
	peer     uint32
	attrs    uint32
	since    uint32
	old, new eval.Verdict
}

// attrs are what paths of one announcement share.
type attrs struct {
	path      rib.ASPath
	length    uint32
	localPref uint32 // 100 where it is absent
	med       uint32
	origin    rib.Origin
}

func newTable() *table {
	return &table{slots: make(map[key]uint32), shared: make(map[string]uint32), number: make(map[rib.Peer]uint32)}
}

// peer returns the number of a peer, which it gets if it has none.
func (t *table) peer(p rib.Peer) uint32 {
	n, known := t.number[p]
	if !known {
		n = uint32(len(t.peers))
		t.number[p], t.peers = n, append(t.peers, p)
	}
	return n
}

// add keeps a path.
func (t *table) add(p *rib.Path, peer uint32, old, new eval.Verdict) {
	k := keyOf(p.Prefix)
	if !t.lastNew || k != t.last {
		slot, known := t.slots[k]
		if !known {
			slot = uint32(len(t.keys))
			t.slots[k], t.keys, t.heads = slot, append(t.keys, k), append(t.heads, 0)
		}
		t.last, t.lastNew, t.slot = k, true, slot
	}
	t.paths = append(t.paths, entry{next: t.heads[t.slot], peer: peer, attrs: t.share(p), since: p.Since, old: old, new: new})
	t.heads[t.slot] = uint32(len(t.paths))
}

// defaultLocalPref is that of a path without one (gobgpd, and RFC 4277).
const defaultLocalPref = 100

// share returns the number of the attributes of p.
func (t *table) share(p *rib.Path) uint32 {
	a := attrs{length: uint32(p.ASPath.Length()), localPref: p.LocalPref, origin: p.Origin}
	if a.localPref == 0 {
		a.localPref = defaultLocalPref
	}
	if p.MED != nil {
		a.med = *p.MED // an absent one is 0 to gobgpd
	}
	b := append(t.buffer[:0], byte(a.origin))
	b = binary.LittleEndian.AppendUint32(b, a.localPref)
	b = binary.LittleEndian.AppendUint32(b, a.med)
	b = append(b, p.ASPath...)
	t.buffer = b
	n, known := t.shared[string(b)]
	if !known {
		n = uint32(len(t.attrs))
		text := string(b)
		a.path = rib.ASPath(text[len(b)-len(p.ASPath):])
		t.shared[text], t.attrs = n, append(t.attrs, a)
	}
	return n
}

// of returns the paths of a slot, in the order in which they came, in to.
func (t *table) of(slot uint32, to []entry) []entry {
	to = to[:0]
	for n := t.heads[slot]; n != 0; n = t.paths[n-1].next {
		to = append(to, t.paths[n-1])
	}
	for i, j := 0, len(to)-1; i < j; i, j = i+1, j-1 {
		to[i], to[j] = to[j], to[i]
	}
	return to
}

// route returns what policies see of a path, without its communities. Its AS path is
// in to.
func (t *table) route(slot uint32, e entry, to []filters.ASN) policies.Route {
	a := t.attrs[e.attrs]
	return policies.Route{Prefix: t.keys[slot].prefix(), Peer: t.peers[e.peer].Address, Path: a.path.Append(to[:0])}
}

// lookup returns the slot of a prefix.
func (t *table) lookup(p netip.Prefix) (slot uint32, known bool) {
	slot, known = t.slots[keyOf(p)]
	return slot, known
}
