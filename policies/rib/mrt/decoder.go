package mrt

import (
	"time"

	"depeer/policies/rib"
	"depeer/policies/rib/wire"
)

// damage is what is wrong with a record, its paths' attributes included.
type damage = wire.Fault

const (
	sound          = wire.Sound
	tooLong damage = "longer than any record"
	short   damage = "cut short"
	surplus damage = "octets after its end"

	badLength damage = "a prefix longer than an address"
	badPeer   damage = "a peer that is not in the peer index table"
)

// decoder is what lasts from record to record. All that a path holds is in it, and
// is used again.
type decoder struct {
	report  *Report
	yield   func(*rib.Path, error) bool
	stopped bool // by yield

	peers []rib.Peer // the peer index table

	path       rib.Path
	attributes wire.Reader
}

// decode reads the body of a record.
type decode func(d *decoder, body []byte) damage

// forKind returns how to read a kind; nil: it is not read.
func (d *decoder) forKind(k Kind) decode {
	switch k {
	case ribIPv4:
		return (*decoder).ribIPv4
	case ribIPv6:
		return (*decoder).ribIPv6
	case ribIPv4Addpaths:
		return (*decoder).ribIPv4Addpaths
	case ribIPv6Addpaths:
		return (*decoder).ribIPv6Addpaths
	case peerIndexTable:
		return (*decoder).peerIndexTable
	case tableDumpIPv4:
		return (*decoder).tableDumpIPv4
	case tableDumpIPv6:
		return (*decoder).tableDumpIPv6
	default:
		return nil
	}
}

// record reads one record, and notes what is wrong with it.
func (d *decoder) record(h header, decode decode, body []byte) {
	if d.report.Taken.IsZero() {
		d.report.Taken = time.Unix(int64(h.time), 0).UTC()
	}
	if why := decode(d, body); why != sound {
		d.report.damaged(why)
	}
}

// emit yields the path.
func (d *decoder) emit() {
	d.report.Paths++
	d.stopped = !d.yield(&d.path, nil)
}
