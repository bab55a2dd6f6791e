package wire

import (
	"encoding/binary"
	"net/netip"

	"depeer/filters"
	"depeer/policies/rib"
)

// Reader reads the attributes of one path after another, and uses its memory again. The
// zero value is ready.
type Reader struct {
	asnLen int // of the path that is being read
	older  older
	med    uint32
	wide   []byte // an AS path that had ASNs of two octets
	merged []byte // the same with what AS4_PATH knows
}

// older are the attributes that decide a path with ASNs of two octets, as they stand;
// nil for missing ones.
type older struct{ path, as4Path, aggregator, as4Aggregator []byte }

// ReadPath reads b, the attributes of a path whose ASNs have asnLen octets, into p. Of an
// attribute that stands twice the first holds (RFC 7606, 3.g). Without AS_PATH the path is
// empty, and without ORIGIN its origin is INCOMPLETE. The content of p is valid until the
// next ReadPath, and as long as b is.
func (r *Reader) ReadPath(p *rib.Path, b []byte, asnLen int) Fault {
	p.Path, p.ASPath = p.Path[:0], nil
	p.Origin, p.LocalPref, p.MED = rib.Incomplete, 0, nil
	p.Communities, p.LargeCommunities = p.Communities[:0], p.LargeCommunities[:0]
	if r.asnLen = asnLen; asnLen == 2 {
		r.older = older{}
	}

	var seen uint64 // a bit for each code
	for len(b) > 0 {
		code, value, rest, ok := CutAttribute(b)
		if !ok {
			return CutShort
		}
		b = rest
		if code >= 64 || seen&(1<<code) != 0 {
			continue
		}
		seen |= 1 << code
		if fault := r.readValue(p, code, value); fault != Sound {
			return fault
		}
	}
	if asnLen == 2 {
		return r.readOlderPath(p)
	}
	return Sound
}

// readValue reads one attribute. It only keeps those that decide a path with ASNs of two
// octets: ReadPath reads them once all are there.
func (r *Reader) readValue(p *rib.Path, code Code, value []byte) (fault Fault) {
	switch code {
	case Origin:
		if fault = readOrigin(&p.Origin, value); p.Origin > rib.Incomplete {
			fault = BadOrigin
		}
	case ASPath:
		if r.asnLen == 4 {
			return readASPath(p, value)
		}
		r.older.path = value
	case MED:
		fault = readNumber(&r.med, value, BadMED)
		p.MED = &r.med
	case LocalPref:
		fault = readNumber(&p.LocalPref, value, BadLocalPref)
	case Communities:
		if fault = checkCommunities(value); fault == Sound {
			p.Communities = appendCommunities(p.Communities, value)
		}
	case LargeCommunities:
		if fault = checkLargeCommunities(value); fault == Sound {
			p.LargeCommunities = appendLargeCommunities(p.LargeCommunities, value)
		}
	case Aggregator:
		r.older.aggregator = value
	case AS4Path:
		r.older.as4Path = value
	case AS4Aggregator:
		r.older.as4Aggregator = value
	}
	return fault
}

// ReadPrefix reads the address of a prefix, whose length in bits stands before it, from as
// many octets as that needs (RFC 4271, 4.3). The value of trailing bits is irrelevant, and
// routers accept such a route: ReadPrefix masks them. An address has addressLen octets.
// ReadPrefix returns false for a prefix that is longer than that, or if octets is longer or
// shorter than needed.
func ReadPrefix(octets []byte, bits, addressLen int) (netip.Prefix, bool) {
	if bits > 8*addressLen || len(octets) != (bits+7)/8 {
		return netip.Prefix{}, false
	}
	var address netip.Addr
	if addressLen == 4 {
		var all [4]byte
		copy(all[:], octets)
		address = netip.AddrFrom4(all)
	} else {
		var all [16]byte
		copy(all[:], octets)
		address = netip.AddrFrom16(all)
	}
	p, err := address.Prefix(bits)
	return p, err == nil
}

// ReadAddress reads an address of 4 or 16 octets.
func ReadAddress(b []byte) netip.Addr {
	if len(b) == 4 {
		return netip.AddrFrom4([4]byte(b))
	}
	return netip.AddrFrom16([16]byte(b))
}

// ReadASN reads an ASN of 2 or 4 octets.
func ReadASN(b []byte) filters.ASN {
	if len(b) == 2 {
		return filters.ASN(binary.BigEndian.Uint16(b))
	}
	return filters.ASN(binary.BigEndian.Uint32(b))
}
