package mrt

import (
	"encoding/binary"
	"net/netip"
	"time"

	"depeer/filters"
	"depeer/policies/rib"
)

// damage is what is wrong with a record. Values are constants: a file of nothing but
// damaged records costs no allocation.
type damage string

const (
	sound   damage = ""
	tooLong damage = "longer than any record"
	short   damage = "cut short"
	surplus damage = "octets after its end"

	badLength damage = "a prefix longer than an address"
	badPeer   damage = "a peer that is not in the peer index table"

	badOrigin      damage = "a malformed ORIGIN"
	badASPath      damage = "a malformed AS_PATH"
	badMED         damage = "a malformed MULTI_EXIT_DISC"
	badLocalPref   damage = "a malformed LOCAL_PREF"
	badCommunities damage = "malformed COMMUNITIES"
	badLarge       damage = "malformed LARGE_COMMUNITY"
	shortAttribute damage = "an attribute that is cut short"
)

// decoder is what lasts from record to record. All that a path holds is in it, and
// is used again.
type decoder struct {
	report  *Report
	yield   func(*rib.Path, error) bool
	stopped bool // by yield

	peers []rib.Peer // the peer index table

	path   rib.Path
	med    uint32
	wide   []byte // an AS path that had ASNs of two octets
	merged []byte // the same with what AS4_PATH knows
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

// address reads an address of 4 or 16 octets.
func address(b []byte) netip.Addr {
	if len(b) == 4 {
		return netip.AddrFrom4([4]byte(b))
	}
	return netip.AddrFrom16([16]byte(b))
}

// asn reads an ASN of 2 or 4 octets.
func asn(b []byte) filters.ASN {
	if len(b) == 2 {
		return filters.ASN(binary.BigEndian.Uint16(b))
	}
	return filters.ASN(binary.BigEndian.Uint32(b))
}

// prefix masks what stands behind its length: the value of trailing bits is
// irrelevant (RFC 4271, 4.3), and routers take such a route.
func prefix(addr netip.Addr, length int) netip.Prefix {
	return netip.PrefixFrom(addr, length).Masked()
}
