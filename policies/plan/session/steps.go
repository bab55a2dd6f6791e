package session

import (
	"net/netip"
	"slices"

	"depeer/policies"
)

// Steps is what is to be done so that just the wanted sessions are shut by us. Members are let in
// before others are cut off.
type Steps struct {
	Open, Shut []policies.Session
	Note       []Note             // in the end
	Forget     []Note             // after that
	Ours       []policies.Session // what is shut by us then
}

// Lead finds the steps from s to want. What is down without us stays down, and is not ours. What the
// operator's file has down is not opened.
func (s State) Lead(want []policies.Session) Steps {
	var steps Steps
	for _, n := range s.Neighbors {
		session, wanted := n.wantedOf(want)
		notes := s.notesAbout(n.Address)
		ours := len(notes) > 0 || indexOfMember(s.Remembered, n.Address) >= 0
		switch {
		case wanted && !n.AdminDown:
			steps.Shut = append(steps.Shut, session)
			steps.keep(session, notes)
		case wanted && ours:
			steps.keep(session, notes)
		case wanted:
		case n.AdminDown && ours && !n.DownInFile:
			steps.Open = append(steps.Open, policies.Session{ASN: n.ASN, Address: n.Address})
			steps.Forget = append(steps.Forget, notes...)
		default:
			steps.Forget = append(steps.Forget, notes...)
		}
	}
	for _, note := range s.Notes {
		if s.indexOfNeighbor(note.Member) < 0 {
			steps.Forget = append(steps.Forget, note)
		}
	}
	return steps
}

// keep records a session as ours, and notes it as shut, once.
func (steps *Steps) keep(session policies.Session, notes []Note) {
	noted := false
	for _, n := range notes {
		if n.Kind == Shut && !noted {
			noted, session.Message = true, n.Message
			continue
		}
		steps.Forget = append(steps.Forget, n)
	}
	if !noted {
		steps.Note = append(steps.Note, noteOf(Shut, session))
	}
	steps.Ours = append(steps.Ours, session)
}

// Intent returns the notes of what is about to be done. They are made before the steps, and forgotten
// after them.
func (steps Steps) Intent() []Note {
	var notes []Note
	for _, session := range steps.Shut {
		notes = append(notes, noteOf(Shutting, session))
	}
	for _, session := range steps.Open {
		notes = append(notes, noteOf(Opening, session))
	}
	return notes
}

// GoOn returns the steps that do what is noted as about to be done, as far as it has not been.
func (s State) GoOn() Steps {
	var steps Steps
	for _, n := range s.Notes {
		if n.Kind == Shut {
			continue
		}
		steps.Forget = append(steps.Forget, n)
		session := policies.Session{Address: n.Member, Message: n.Message}
		noted := s.notesAbout(n.Member, Shut)
		i := s.indexOfNeighbor(n.Member)
		switch {
		case n.Kind == Opening || i < 0:
			steps.Forget = append(steps.Forget, noted...)
			if i >= 0 && s.Neighbors[i].AdminDown && !s.Neighbors[i].DownInFile {
				steps.Open = append(steps.Open, session)
			}
			continue
		case !s.Neighbors[i].AdminDown:
			steps.Shut = append(steps.Shut, session)
		}
		if len(noted) == 0 {
			steps.Note = append(steps.Note, noteOf(Shut, session))
		}
	}
	return steps
}

// GiveUp returns the notes of what is about to be done: they are forgotten, and nothing else.
func (s State) GiveUp() []Note {
	return slices.DeleteFunc(slices.Clone(s.Notes), func(n Note) bool { return n.Kind == Shut })
}

// Back finds the steps that take back what a change from old to now has done. cut are members whose
// sessions the change was shutting when it was cut off. What was shut before the change, is noted and
// is up again was opened meanwhile by hand, and stays up.
func (s State) Back(old, now []policies.Session, cut []netip.Addr) Steps {
	ours := slices.Clone(old)
	for _, member := range cut {
		if i := indexOfMember(now, member); i >= 0 && indexOfMember(ours, member) < 0 {
			ours = append(ours, now[i])
		}
	}
	return s.leadOurs(old, ours, func(n Neighbor) bool {
		return indexOfMember(old, n.Address) >= 0 && len(s.notesAbout(n.Address)) > 0
	})
}

// Left finds the steps of a change from old to now that are left to be done.
func (s State) Left(old, now []policies.Session) Steps {
	return s.leadOurs(now, slices.Concat(now, old), func(n Neighbor) bool {
		return indexOfMember(now, n.Address) >= 0 && len(s.notesAbout(n.Address)) > 0 && n.AdminDown
	})
}

// leadOurs finds the steps that lead those sessions that are ours to what is wanted, but for those
// that are done with.
func (s State) leadOurs(want, ours []policies.Session, done func(Neighbor) bool) Steps {
	part := State{Remembered: ours}
	for _, n := range s.Neighbors {
		if indexOfMember(ours, n.Address) >= 0 && !done(n) {
			part.Neighbors = append(part.Neighbors, n)
		}
	}
	for _, n := range s.Notes {
		if part.indexOfNeighbor(n.Member) >= 0 {
			part.Notes = append(part.Notes, n)
		}
	}
	return part.Lead(want)
}
