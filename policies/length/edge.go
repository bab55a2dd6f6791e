package length

import (
	"net/netip"

	"depeer/policies"
)

const (
	// message is how long a message may be, and frame what of it stands before the
	// attributes: a header, and two lengths (RFC 4271, 4.1 and 4.3).
	message = 4096
	frame   = 19 + 2 + 2
	// room is what attributes and prefixes have.
	room = message - frame

	// gobgpd divides what is left of the room by the longest prefix, of 5 bytes, and of 9 with
	// a path identifier (internal/pkg/table/message.go, packerV4.pack). None fits where
	// less than one is left; where one is missing, it asks for a negative amount of memory.
	longestPrefix  = 5
	pathIdentifier = 4

	// Near is within how many bytes of the edge a treated route is worth a warning.
	Near = 64
)

// way is how routes of one family are sent to some receivers.
type way struct{ addPath bool }

func (w way) longest() int {
	if w.addPath {
		return longestPrefix + pathIdentifier
	}
	return longestPrefix
}

// bytes returns how long the attributes of a route to p are, as they are sent.
func (w way) bytes(s *policies.Size) int {
	if s.Reach && w.addPath {
		return s.Sent() + pathIdentifier // the prefix is among them
	}
	return s.Sent()
}

// spare returns how many bytes more the attributes may have and the route is still sent: a
// negative number of bytes where it is not.
func (w way) spare(p netip.Prefix, s *policies.Size) int {
	if s.Reach {
		return room - w.bytes(s)
	}
	prefix := 1 + (p.Bits()+7)/8
	if w.addPath {
		prefix += pathIdentifier
	}
	return min(room-w.longest()-s.Counted(), room-prefix-s.Sent())
}

// ends says whether sending the route ends the daemon.
func (w way) ends(s *policies.Size) bool {
	return !s.Reach && s.Counted() >= room+w.longest()
}

// Fits says whether gobgpd sends a route of that size to everybody without add-path.
func Fits(p netip.Prefix, s *policies.Size) bool { return !s.Known() || way{}.spare(p, s) >= 0 }
