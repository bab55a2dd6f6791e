package length

import (
	"net/netip"

	"depeer/policies"
)

const (
	// message is the maximum length of a message, and frame is the part before the attributes: a
	// header and two lengths (RFC 4271, 4.1 and 4.3).
	message = 4096
	frame   = 19 + 2 + 2
	// room is what attributes and prefixes have.
	room = message - frame

	// gobgpd divides what is left of the room by the longest prefix, of 5 bytes, and of 9 with
	// a path identifier (internal/pkg/table/message.go, packerV4.pack). None fits where
	// less than one is left; where one is missing, it asks for a negative amount of memory.
	longestPrefix  = 5
	pathIdentifier = 4

	// Near is the distance from the edge, in bytes, within which a treated route gets a warning.
	Near = 64
)

// sendMode is how routes of one family are sent to some receivers.
type sendMode struct{ addPath bool }

func (w sendMode) longestPrefixBytes() int {
	if w.addPath {
		return longestPrefix + pathIdentifier
	}
	return longestPrefix
}

// sentBytes returns the length of the attributes of a route, as they are sent.
func (w sendMode) sentBytes(s *policies.Size) int {
	if s.Reach && w.addPath {
		return s.Sent() + pathIdentifier // the prefix is among them
	}
	return s.Sent()
}

// spareBytes returns by how many bytes the attributes of a route to p may grow so that it is still
// sent. It is negative if the route is not sent.
func (w sendMode) spareBytes(p netip.Prefix, s *policies.Size) int {
	if s.Reach {
		return room - w.sentBytes(s)
	}
	prefix := 1 + (p.Bits()+7)/8
	if w.addPath {
		prefix += pathIdentifier
	}
	return min(room-w.longestPrefixBytes()-s.Counted(), room-prefix-s.Sent())
}

// endsDaemon says whether sending the route ends the daemon.
func (w sendMode) endsDaemon(s *policies.Size) bool {
	return !s.Reach && s.Counted() >= room+w.longestPrefixBytes()
}
