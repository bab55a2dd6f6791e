package rib

import (
	"encoding/binary"
	"errors"
	"slices"
	"strconv"

	"depeer/filters"
)

// ASPath is an AS_PATH in wire format, with ASNs of four octets (RFC 4271, 4.3;
// RFC 6793): segments of a type, a count, and as many ASNs. It holds whole segments only:
// see ParseASPath.
type ASPath []byte

// SegmentType is the type of a segment of an AS path (RFC 4271, RFC 5065).
type SegmentType uint8

const (
	ASSet SegmentType = iota + 1
	ASSequence
	ConfedSequence
	ConfedSet
)

// ParseASPath checks that b is whole segments.
func ParseASPath(b []byte) (ASPath, error) {
	for rest := b; len(rest) > 0; {
		if len(rest) < 2 || len(rest) < 2+4*int(rest[1]) {
			return nil, errors.New("an AS path that is cut short")
		}
		rest = rest[2+4*int(rest[1]):]
	}
	return b, nil
}

// Segments yields type and ASNs of each segment, the ASNs in four octets each.
func (p ASPath) Segments(yield func(SegmentType, []byte) bool) {
	for len(p) > 0 {
		end := 2 + 4*int(p[1])
		if !yield(SegmentType(p[0]), p[2:end]) {
			return
		}
		p = p[end:]
	}
}

// Append appends the path as policies see it (policies.Route): the ASNs of its
// sequences, and a 0 for each other segment.
func (p ASPath) Append(to []filters.ASN) []filters.ASN {
	for kind, asns := range p.Segments {
		if kind != ASSequence {
			to = append(to, 0)
			continue
		}
		for ; len(asns) > 0; asns = asns[4:] {
			to = append(to, filters.ASN(binary.BigEndian.Uint32(asns)))
		}
	}
	return to
}

// Length returns the length that a choice between paths compares: each ASN of a sequence
// counts, a set counts once, and confederation segments do not (RFC 4271, 9.1.2.2; RFC 5065, 5.3).
func (p ASPath) Length() int {
	n := 0
	for kind, asns := range p.Segments {
		switch kind {
		case ASSequence:
			n += len(asns) / 4
		case ASSet:
			n++
		}
	}
	return n
}

// Contains says whether asn is anywhere in the path, sets included. A route server does
// not send a member a path that contains the member's ASN.
func (p ASPath) Contains(asn filters.ASN) bool {
	for a := range p.ASNs {
		if a == asn {
			return true
		}
	}
	return false
}

// ASNs yields every ASN of the path, sets included.
func (p ASPath) ASNs(yield func(filters.ASN) bool) {
	for _, asns := range p.Segments {
		for ; len(asns) > 0; asns = asns[4:] {
			if !yield(filters.ASN(binary.BigEndian.Uint32(asns))) {
				return
			}
		}
	}
}

// Origin returns the ASN that announced the prefix first. It returns false if there is not
// exactly one: the path is empty, or ends in a set.
func (p ASPath) Origin() (filters.ASN, bool) {
	var last filters.ASN
	found := false
	for kind, asns := range p.Segments {
		found = kind == ASSequence && len(asns) > 0
		if found {
			last = filters.ASN(binary.BigEndian.Uint32(asns[len(asns)-4:]))
		}
	}
	return last, found
}

// Neighbor returns the leftmost ASN of a path that begins with a sequence.
func (p ASPath) Neighbor() (filters.ASN, bool) {
	for kind, asns := range p.Segments {
		if kind != ASSequence || len(asns) == 0 {
			return 0, false
		}
		return filters.ASN(binary.BigEndian.Uint32(asns)), true
	}
	return 0, false
}

// First returns the first ASN of the first sequence or set that has one, and 0 if there
// is none. It skips confederation segments. gobgpd takes this ASN for the neighbor AS when
// it compares MEDs.
func (p ASPath) First() filters.ASN {
	for kind, asns := range p.Segments {
		if len(asns) > 0 && (kind == ASSequence || kind == ASSet) {
			return filters.ASN(binary.BigEndian.Uint32(asns))
		}
	}
	return 0
}

// String writes it as gobgpd and bgpdump do: 64500 64501 {64502,64503}.
func (p ASPath) String() string {
	marks := map[SegmentType]struct{ open, between, close string }{
		ASSet: {"{", ",", "}"}, ASSequence: {"", " ", ""}, ConfedSequence: {"(", " ", ")"}, ConfedSet: {"[", ",", "]"},
	}
	var b []byte
	for kind, asns := range p.Segments {
		m := marks[kind]
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(b, m.open...)
		for first := true; len(asns) > 0; asns, first = asns[4:], false {
			if !first {
				b = append(b, m.between...)
			}
			b = strconv.AppendUint(b, uint64(binary.BigEndian.Uint32(asns)), 10)
		}
		b = append(b, m.close...)
	}
	return string(b)
}

// Sequence returns a path of these ASNs in sequence. It is for tests and examples.
func Sequence(asns ...filters.ASN) ASPath {
	var p ASPath
	for some := range slices.Chunk(asns, 255) {
		p = append(p, byte(ASSequence), byte(len(some)))
		for _, asn := range some {
			p = binary.BigEndian.AppendUint32(p, uint32(asn))
		}
	}
	return p
}
