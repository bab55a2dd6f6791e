package mrt

import (
	"encoding/binary"
	"fmt"
)

// Kind is the type and subtype of a record (RFC 6396, 4 and 5; RFC 8050, 4).
type Kind struct{ Type, Subtype uint16 }

const (
	tableDump   = 12
	tableDumpV2 = 13
)

var (
	tableDumpIPv4 = Kind{tableDump, 1}
	tableDumpIPv6 = Kind{tableDump, 2}

	peerIndexTable  = Kind{tableDumpV2, 1}
	ribIPv4         = Kind{tableDumpV2, 2}
	ribIPv6         = Kind{tableDumpV2, 4}
	ribIPv4Addpaths = Kind{tableDumpV2, 8}
	ribIPv6Addpaths = Kind{tableDumpV2, 10}
)

// kindNames are for kinds that are not read, and are met.
var kindNames = map[Kind]string{
	{tableDumpV2, 3}:  "RIB_IPV4_MULTICAST",
	{tableDumpV2, 5}:  "RIB_IPV6_MULTICAST",
	{tableDumpV2, 6}:  "RIB_GENERIC",
	{tableDumpV2, 7}:  "GEO_PEER_TABLE",
	{tableDumpV2, 9}:  "RIB_IPV4_MULTICAST_ADDPATH",
	{tableDumpV2, 11}: "RIB_IPV6_MULTICAST_ADDPATH",
	{tableDumpV2, 12}: "RIB_GENERIC_ADDPATH",
}

// String returns type and subtype, and their name if there is one.
func (k Kind) String() string {
	name := kindNames[k]
	switch k.Type {
	case 16, 17:
		name = "BGP4MP, updates"
	}
	if name == "" {
		return fmt.Sprintf("type %d subtype %d", k.Type, k.Subtype)
	}
	return fmt.Sprintf("type %d subtype %d (%s)", k.Type, k.Subtype, name)
}

// isAssigned says whether the type is assigned (RFC 6396, 4 and appendix B).
func (k Kind) isAssigned() bool {
	return k.Type <= 17 || k.Type == 32 || k.Type == 33 || k.Type == 48 || k.Type == 49
}

// header is the start of each record (RFC 6396, 2).
type header struct {
	Kind
	time   uint32 // seconds since 1970
	length uint32 // of what follows
}

const headerLen = 12

func parseHeader(b []byte) header {
	_ = b[headerLen-1]
	return header{
		time:   binary.BigEndian.Uint32(b),
		Kind:   Kind{binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:])},
		length: binary.BigEndian.Uint32(b[8:]),
	}
}
