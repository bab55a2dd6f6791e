package wire

import "encoding/binary"

// Code is the type code of a path attribute (RFC 4271, 4.3; the registry of IANA).
type Code uint8

const (
	Origin           Code = 1
	ASPath           Code = 2
	NextHop          Code = 3
	MED              Code = 4
	LocalPref        Code = 5
	Aggregator       Code = 7
	Communities      Code = 8
	ReachNLRI        Code = 14
	AS4Path          Code = 17
	AS4Aggregator    Code = 18
	LargeCommunities Code = 32
)

// Fault says what is wrong with octets. Faults are constants, so that damaged octets cost no
// allocation.
type Fault string

const (
	Sound             Fault = ""
	CutShort          Fault = "an attribute that is cut short"
	BadOrigin         Fault = "a malformed ORIGIN"
	BadASPath         Fault = "a malformed AS_PATH"
	BadMED            Fault = "a malformed MULTI_EXIT_DISC"
	BadLocalPref      Fault = "a malformed LOCAL_PREF"
	BadCommunities    Fault = "malformed COMMUNITIES"
	BadLargeCommunity Fault = "malformed LARGE_COMMUNITY"
)

const extendedLength = 0x10 // a flag: the length has two octets

// CutAttribute takes the first attribute off b: its code, its value and what follows.
func CutAttribute(b []byte) (code Code, value, rest []byte, ok bool) {
	if len(b) < 3 {
		return 0, nil, nil, false
	}
	head, n := 3, int(b[2])
	if b[0]&extendedLength != 0 {
		if len(b) < 4 {
			return 0, nil, nil, false
		}
		head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
	}
	if len(b) < head+n {
		return 0, nil, nil, false
	}
	return Code(b[1]), b[head : head+n], b[head+n:], true
}
