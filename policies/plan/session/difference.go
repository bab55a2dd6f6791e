package session

import (
	"fmt"
	"net/netip"

	"depeer/policies"
)

// Difference is one session that is not as it is wanted.
type Difference struct {
	Member netip.Addr
	What   string
}

// Compare returns where the sessions that we have shut differ from those that are to be.
func (s State) Compare(want []policies.Session) []Difference {
	var out []Difference
	for _, n := range s.Neighbors {
		_, wanted := n.wantedOf(want)
		switch noted := len(s.notesAbout(n.Address, Shut)) > 0; {
		case wanted && !n.AdminDown:
			out = append(out, Difference{n.Address, "is to be shut, and is not"})
		case !wanted && noted && n.AdminDown:
			out = append(out, Difference{n.Address, "is shut by us, and is not to be"})
		case !wanted && noted:
			out = append(out, Difference{n.Address, "is noted as shut, and is not"})
		}
	}
	for _, note := range s.Notes {
		switch {
		case note.Kind != Shut:
			out = append(out, Difference{note.Member,
				fmt.Sprintf("a change was cut off while it was %s its session", note.Kind)})
		case s.indexOfNeighbor(note.Member) < 0:
			out = append(out, Difference{note.Member, "is noted as shut, and is no neighbor"})
		}
	}
	return out
}
