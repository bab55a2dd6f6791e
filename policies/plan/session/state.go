package session

import (
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Neighbor is what of a neighbor of the route server decides about its session.
type Neighbor struct {
	Address     netip.Addr
	ASN         filters.ASN
	RouteServer bool // a route-server client: only these are members
	Dynamic     bool // made from a peer group when its session came up, and gone with it
	AdminDown   bool // kept down administratively, whoever did it
	DownInFile  bool // its section of the operator's file says so
}

// State is what is known of sessions at one moment. It is not changed by its methods.
type State struct {
	Neighbors []Neighbor
	Notes     []Note
	// Remembered are sessions that the journal says we have shut, where the server has lost the notes.
	Remembered []policies.Session
}

// OursDown returns the sessions that are down by our doing, in the order of the neighbors.
func (s State) OursDown() []policies.Session {
	var out []policies.Session
	for _, n := range s.Neighbors {
		notes := s.notesAbout(n.Address, Shut)
		switch i := indexOfMember(s.Remembered, n.Address); {
		case !n.AdminDown:
		case len(notes) > 0:
			out = append(out, policies.Session{ASN: n.ASN, Address: n.Address, Message: notes[0].Message})
		case i >= 0:
			out = append(out, policies.Session{ASN: n.ASN, Address: n.Address, Message: s.Remembered[i].Message})
		}
	}
	return out
}

// notesAbout returns the notes of these kinds about a member; of any kind if none is given.
func (s State) notesAbout(member netip.Addr, kinds ...NoteKind) []Note {
	var notes []Note
	for _, n := range s.Notes {
		if n.Member == member && (len(kinds) == 0 || slices.Contains(kinds, n.Kind)) {
			notes = append(notes, n)
		}
	}
	return notes
}

// indexOfNeighbor returns where the neighbor of an address stands; -1 if there is none.
func (s State) indexOfNeighbor(address netip.Addr) int {
	return slices.IndexFunc(s.Neighbors, func(n Neighbor) bool { return n.Address == address })
}

// indexOfMember returns where the session of an address stands in a list; -1 if it does not.
func indexOfMember(list []policies.Session, member netip.Addr) int {
	return slices.IndexFunc(list, func(s policies.Session) bool { return s.Address == member })
}

// wantedOf returns the session of want that is the neighbor's, if one is. A session that a dynamic
// neighbor made is gone when it is shut, with what was said of it: so no such one is.
func (n Neighbor) wantedOf(want []policies.Session) (policies.Session, bool) {
	i := slices.IndexFunc(want, func(s policies.Session) bool {
		return s.ASN == n.ASN && (!s.Address.IsValid() || s.Address == n.Address)
	})
	if i < 0 || !n.RouteServer || n.Dynamic {
		return policies.Session{}, false
	}
	return policies.Session{ASN: n.ASN, Address: n.Address, Message: want[i].Message}, true
}

// ComingBack returns the members that want has shut and that would come back at once: dynamic
// neighbors.
func (s State) ComingBack(want []policies.Session) []netip.Addr {
	var out []netip.Addr
	for _, n := range s.Neighbors {
		named := slices.ContainsFunc(want, func(w policies.Session) bool { return w.ASN == n.ASN })
		if named && n.RouteServer && n.Dynamic {
			out = append(out, n.Address)
		}
	}
	return out
}
