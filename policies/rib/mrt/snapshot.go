package mrt

import (
	"errors"
	"io"
)

// A file may hold several snapshots of a table, one behind another: gobgpd appends one at
// each interval. Only the last one is up to date. The peer index tables, each of which begins
// a table, tell the snapshots apart:
//
//	index 4 4 6   index 4 6       two snapshots: IPv4 comes a second time, later
//	index 4 4     index 6 6       one: BIRD writes a table for each family
//	index 4 4     index 4 4       one, where all times are the same: several tables of one router
//	index 4       (pause) index 6 two: nothing goes on with a snapshot after a minute
//
// (gobgpd writes a table once a minute at most.)

// pause is the number of seconds after a record from which on a table is of another snapshot.
const pause = 60

// ErrAppended says that a newer snapshot stands behind the yielded paths. The caller must drop
// all of these, and read the file again from the snapshot that LastSnapshot returns.
var ErrAppended = errors.New("a newer table stands behind the first")

// Snapshot says where the last snapshot of a file begins.
type Snapshot struct {
	Table int // its first table, counted from 1; 0: not known
	Older int // snapshots before it
}

// snapshots finds out, record by record, to which snapshot a record belongs.
type snapshots struct {
	last Snapshot // so far

	tables      int
	begun       uint32  // time of the last snapshot's first table
	table       uint32  // time of the present table
	record      uint32  // time of the record before
	seen, still [2]bool // families of the snapshot in tables before; of the present table
}

// noteRecord notes a record, and says whether another snapshot begins with its table.
func (s *snapshots) noteRecord(h header) (renewed bool) {
	family, isRoute := familyOf(h.Kind)
	switch {
	case h.Kind == peerIndexTable:
		for i, still := range s.still {
			s.seen[i] = s.seen[i] || still
		}
		s.tables, s.table, s.still = s.tables+1, h.time, [2]bool{}
		renewed = s.seen != [2]bool{} && h.time >= s.record+pause
	case isRoute:
		renewed = !s.still[family] && s.seen[family] && s.table > s.begun
		s.still[family] = true
	}
	if s.last.Table == 0 && s.tables > 0 {
		s.last.Table, s.begun = s.tables, s.table
	}
	if renewed {
		s.last = Snapshot{Table: s.tables, Older: s.last.Older + 1}
		s.begun, s.seen = s.table, [2]bool{}
	}
	s.record = h.time
	return renewed
}

// familyOf returns the address family of a record that holds routes of TABLE_DUMP_V2.
func familyOf(k Kind) (family int, isRoute bool) {
	switch k {
	case ribIPv4, ribIPv4Addpaths:
		return 0, true
	case ribIPv6, ribIPv6Addpaths:
		return 1, true
	default:
		return 0, false
	}
}

// LastSnapshot finds where the last snapshot of a file begins. It reads only the headers of
// records, up to the end or to the first error. It does not report errors: reading the routes
// does.
func LastSnapshot(r io.Reader) Snapshot {
	in := startUnpacking(&source{r: r})
	defer in.close()
	var s snapshots
	for {
		b, err := in.takeOctets(headerLen)
		if err != nil {
			return s.last
		}
		h := parseHeader(b)
		s.noteRecord(h)
		if in.skipOctets(h.length) != nil {
			return s.last
		}
	}
}
