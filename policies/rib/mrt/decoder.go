package mrt

import (
	"time"

	"depeer/policies/rib"
	"depeer/policies/rib/wire"
)

// damage says what is wrong with a record, or with the attributes of its paths.
type damage = wire.Fault

const (
	sound             = wire.Sound
	tooLong    damage = "longer than any record"
	cutShort   damage = "cut short"
	octetsLeft damage = "octets after its end"

	badLength damage = "a prefix longer than an address"
	badPeer   damage = "a peer that is not in the peer index table"
)

// decoder is the state that lasts from record to record. It holds the memory of the path,
// which each path uses again.
type decoder struct {
	report  *Report
	yield   func(*rib.Path, error) bool
	stopped bool // by yield

	peers []rib.Peer // the peer index table

	path       rib.Path
	attributes wire.Reader
}

// bodyReader reads the body of a record.
type bodyReader func(d *decoder, body []byte) damage

// readerFor returns the function that reads a kind; nil if no function does.
func (d *decoder) readerFor(k Kind) bodyReader {
	switch k {
	case ribIPv4:
		return (*decoder).readRIBIPv4
	case ribIPv6:
		return (*decoder).readRIBIPv6
	case ribIPv4Addpaths:
		return (*decoder).readRIBIPv4Addpaths
	case ribIPv6Addpaths:
		return (*decoder).readRIBIPv6Addpaths
	case peerIndexTable:
		return (*decoder).readPeerIndexTable
	case tableDumpIPv4:
		return (*decoder).readTableDumpIPv4
	case tableDumpIPv6:
		return (*decoder).readTableDumpIPv6
	default:
		return nil
	}
}

// readRecord reads one record, and notes what is wrong with it.
func (d *decoder) readRecord(h header, decode bodyReader, body []byte) {
	if d.report.Taken.IsZero() {
		d.report.Taken = time.Unix(int64(h.time), 0).UTC()
	}
	if why := decode(d, body); why != sound {
		d.report.noteDamaged(why)
	}
}

// yieldPath yields the path, and counts it.
func (d *decoder) yieldPath() {
	d.report.Paths++
	d.stopped = !d.yield(&d.path, nil)
}
