package wire

import (
	"encoding/binary"

	"depeer/policies"
	"depeer/policies/rib"
)

// Lengths of one community (RFC 1997) and of one large community (RFC 8092).
const (
	communityLen      = 4
	largeCommunityLen = 12
)

func readOrigin(to *rib.Origin, value []byte) Fault {
	if len(value) != 1 {
		return BadOrigin
	}
	*to = rib.Origin(value[0])
	return Sound
}

// readNumber reads four octets. It returns bad if there are more or fewer.
func readNumber(to *uint32, value []byte, bad Fault) Fault {
	if len(value) != 4 {
		return bad
	}
	*to = binary.BigEndian.Uint32(value)
	return Sound
}

func checkCommunities(value []byte) Fault {
	if len(value)%communityLen != 0 {
		return BadCommunities
	}
	return Sound
}

func checkLargeCommunities(value []byte) Fault {
	if len(value)%largeCommunityLen != 0 {
		return BadLargeCommunity
	}
	return Sound
}

// appendCommunities appends a list that checkCommunities has found sound.
func appendCommunities(to []policies.Community, list []byte) []policies.Community {
	for ; len(list) >= communityLen; list = list[communityLen:] {
		to = append(to, policies.Community(binary.BigEndian.Uint32(list)))
	}
	return to
}

// appendLargeCommunities appends a list that checkLargeCommunities finds sound.
func appendLargeCommunities(to []policies.LargeCommunity, list []byte) []policies.LargeCommunity {
	for ; len(list) >= largeCommunityLen; list = list[largeCommunityLen:] {
		to = append(to, policies.LargeCommunity{
			Global: binary.BigEndian.Uint32(list),
			Local1: binary.BigEndian.Uint32(list[4:]),
			Local2: binary.BigEndian.Uint32(list[8:]),
		})
	}
	return to
}
