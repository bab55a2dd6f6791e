package eval

import (
	"depeer/policies"
)

// statement is a policies.Statement in terms of bits: a route has one for each
// prefix set and AS-path set, and one for each large community in the policy.
type statement struct {
	prefix, path condition
	is6          bool // family of the prefix set
	large        maskCondition
	add, drop    []uint64 // bits of large communities
	acts, reject bool
}

// kind of a condition.
type kind uint8

const (
	none   kind = iota // holds always
	hit                // holds if the set matches
	invert             // holds if it does not
)

func kindOf(c policies.Condition) kind {
	switch {
	case c.Set == "":
		return none
	case c.Invert:
		return invert
	default:
		return hit
	}
}

// holds says whether a condition holds on a set that matches, or does not match.
func (k kind) holds(matches bool) bool { return k == none || matches == (k == hit) }

// Two bits of each route that are no set's.
const (
	always   uint32 = iota // set
	anyLarge               // set if the route has, or had, a large community in the policy
	firstSet
)

// condition is on the bit of one set.
type condition struct {
	kind kind
	bit  uint32
}

// maskCondition is on any of several bits.
type maskCondition struct {
	kind kind
	mask []uint64
}

// bits is a set of small numbers.
type bits []uint64

func (b bits) set(n uint32)      { b[n/64] |= 1 << (n % 64) }
func (b bits) has(n uint32) bool { return b[n/64]&(1<<(n%64)) != 0 }

// meetsAny says whether some bit of mask is set.
func (b bits) meetsAny(mask []uint64) bool {
	for i, m := range mask {
		if b[i]&m != 0 {
			return true
		}
	}
	return false
}

// room is how many words of bits there are without allocating. A policy with more
// than a thousand sets is slow in gobgpd long before it is here.
const room = 16

// runStatements takes r through the statements. The indices of those that match are
// appended to trail, unless it is nil.
func (e *Evaluator) runStatements(r *policies.Route, trail *[]int) Verdict {
	var hitRoom, largeRoom [room]uint64
	hits, large := bits(hitRoom[:]), bits(largeRoom[:])
	if e.sets.words > room {
		hits = make(bits, e.sets.words)
	}
	if e.large.words > room {
		large = make(bits, e.large.words)
	}
	some := e.prefixes.setHits(r.Prefix, hits)
	some = e.paths.setHits(r.Path, hits) || some
	if e.large.setPresent(r.LargeCommunities, large) {
		hits.set(anyLarge)
		some = true
	}
	if !some && !e.unkeyed { // as are most routes
		return Verdict{}
	}
	hits.set(always)

	is6 := r.Prefix.Addr().Is6()
	var v Verdict
	for i, key := range e.keys {
		if !hits.has(key) {
			continue
		}
		s := &e.statements[i]
		if !s.matchesBits(hits, large, is6) {
			continue
		}
		if trail != nil {
			*trail = append(*trail, i)
		}
		if s.acts {
			v = verdictOf(i, s.reject)
		}
		if s.reject {
			break
		}
		for i, word := range s.drop {
			large[i] &^= word
		}
		for i, word := range s.add {
			large[i] |= word
			hits.set(anyLarge)
		}
	}
	return v
}

// packKey returns a bit without which s cannot match: most routes are done with a
// statement by this bit, and never look into it.
func (s *statement) packKey() uint32 {
	switch {
	case s.path.kind == hit:
		return s.path.bit
	case s.prefix.kind == hit:
		return s.prefix.bit
	case s.large.kind == hit:
		return anyLarge
	default:
		return always
	}
}

// matchesBits says whether all conditions of s hold.
func (s *statement) matchesBits(hits, large bits, is6 bool) bool {
	return s.meetsSets(hits, is6) && (s.large.kind == none || s.large.kind.holds(large.meetsAny(s.large.mask)))
}

// meetsSets says whether those on prefix and path hold.
func (s *statement) meetsSets(hits bits, is6 bool) bool {
	return (s.prefix.kind == none || s.is6 == is6 && s.prefix.kind.holds(hits.has(s.prefix.bit))) &&
		(s.path.kind == none || s.path.kind.holds(hits.has(s.path.bit)))
}
