package eval

import (
	mathbits "math/bits"

	"depeer/filters"
	"depeer/policies"
)

// pathTable answers all conditions on AS-path sets with one lookup for each AS of the
// path that may be in one: an open hash table of ASNs (a map takes three times as long).
type pathTable struct {
	some   filters.ASNSieve
	slots  []slot // a power of two, at most a quarter filled
	shift  uint
	places []place
}

// slot is the range of places of an ASN. It is empty if from == to.
type slot struct {
	asn      filters.ASN
	from, to uint32
}

// place is a set that holds an ASN, and where it looks for it.
type place struct {
	set   uint32
	where filters.Where
}

func newPathTable(policy *policies.RoutingPolicy, numbers sets) pathTable {
	byASN := make(map[filters.ASN][]place)
	for name, patterns := range policies.SetsOf[policies.ASPaths](policy) {
		for _, p := range patterns {
			byASN[p.ASN] = append(byASN[p.ASN], place{numbers.number[name], p.Where})
		}
	}
	size := mathbits.Len(uint(4*len(byASN) + 1))
	t := pathTable{slots: make([]slot, 1<<size), shift: uint(32 - size)}
	for asn, places := range byASN {
		from := len(t.places)
		t.places = append(t.places, places...)
		t.some.Add(asn)
		*t.findSlot(asn) = slot{asn, uint32(from), uint32(len(t.places))}
	}
	return t
}

// findSlot returns the slot of asn, or the empty slot where it would go.
func (t *pathTable) findSlot(asn filters.ASN) *slot {
	mask := uint32(len(t.slots) - 1)
	for i := uint32(asn) * 0x9e3779b1 >> t.shift; ; i++ { // Fibonacci hashing
		if s := &t.slots[i&mask]; s.from == s.to || s.asn == asn {
			return s
		}
	}
}

// setHits sets the bits of the sets that match path, and says whether it set any.
func (t *pathTable) setHits(path []filters.ASN, hits bits) (some bool) {
	for i, asn := range path {
		if !t.some.May(asn) {
			continue
		}
		s := t.findSlot(asn)
		for _, p := range t.places[s.from:s.to] {
			switch {
			case p.where == filters.Path,
				p.where == filters.Neighbor && i == 0,
				p.where == filters.Origin && i == len(path)-1:
				hits.set(p.set)
				some = true
			}
		}
	}
	return some
}
