package rib

import "fmt"

// Passage says whether a path passed its announcer's import policies, and so is in the
// table that the route server chooses from.
type Passage uint8

const (
	PassageUnknown Passage = iota // it changed meanwhile, or no client could see it
	Passed
	Stopped // it is announced, and is not in the table
)

// String returns one lower-case word.
func (p Passage) String() string {
	switch p {
	case PassageUnknown:
		return "unknown"
	case Passed:
		return "passed"
	case Stopped:
		return "stopped"
	default:
		panic(fmt.Sprintf("rib: no passage %d", uint8(p)))
	}
}

// Passages looks up the passage of some paths in the table of a route server, in their
// order. Of a path it needs Prefix, Peer, PeerASN, ID, Since and ASPath. An error is one of
// the route server's.
type Passages func(paths []*Path) ([]Passage, error)
