package plan

import (
	"net/netip"
	"slices"

	"depeer/policies"
)

// sessionSteps is what is to be done so that just the wanted sessions are shut by us.
type sessionSteps struct {
	shut, open []policies.Session
	note       []SessionNote      // in the end
	forget     []SessionNote      // in the end
	ours       []policies.Session // then
}

// sessionSteps finds the steps from s to want. What is down without us stays down, and
// is not ours; nor is opened what its section of the operator's file has down.
func (s *State) sessionSteps(want []policies.Session) sessionSteps {
	var steps sessionSteps
	neighbors := make(map[netip.Addr]bool)
	for _, c := range s.Clients {
		neighbors[c.Address] = true
		session, wanted := c.findSession(want)
		notes := s.notesAbout(c.Address)
		ours := len(notes) > 0 || indexOfMember(s.Remembered, c.Address) >= 0
		switch {
		case wanted && !c.AdminDown:
			steps.shut = append(steps.shut, session)
			steps.keepSession(session, notes)
		case wanted && ours:
			steps.keepSession(session, notes)
		case wanted:
		case c.AdminDown && ours && !c.DownInFile:
			steps.open = append(steps.open, policies.Session{ASN: c.ASN, Address: c.Address})
			steps.forget = append(steps.forget, notes...)
		default:
			steps.forget = append(steps.forget, notes...)
		}
	}
	for _, n := range s.Sessions {
		if !neighbors[n.Member] {
			steps.forget = append(steps.forget, n)
		}
	}
	return steps
}

// keepSession records a session as ours, and notes it as shut, once.
func (steps *sessionSteps) keepSession(session policies.Session, notes []SessionNote) {
	noted := false
	for _, n := range notes {
		if n.Kind == NotedShut && !noted {
			noted, session.Message = true, n.Message
			continue
		}
		steps.forget = append(steps.forget, n)
	}
	if !noted {
		steps.note = append(steps.note, noteOf(NotedShut, session))
	}
	steps.ours = append(steps.ours, session)
}

// intentNotes returns the notes of what is about to be done.
func (steps sessionSteps) intentNotes() []SessionNote {
	var notes []SessionNote
	for _, session := range steps.shut {
		notes = append(notes, noteOf(NotedShutting, session))
	}
	for _, session := range steps.open {
		notes = append(notes, noteOf(NotedOpening, session))
	}
	return notes
}

// sessionCalls returns the calls that do it: members are let in before others are cut off.
func (steps sessionSteps) sessionCalls() []Call {
	var calls []Call
	for _, session := range steps.open {
		calls = append(calls, Call{Verb: OpenSession, Client: session.Address})
	}
	for _, session := range steps.shut {
		calls = append(calls, Call{Verb: ShutSession, Client: session.Address, Message: session.Message})
	}
	calls = append(calls, noteCalls(NoteSessions, steps.note)...)
	return append(calls, noteCalls(ForgetSessions, slices.Concat(steps.forget, steps.intentNotes()))...)
}

// noteCalls returns the call that notes or forgets, if there is something to.
func noteCalls(verb Verb, notes []SessionNote) []Call {
	if len(notes) == 0 {
		return nil
	}
	return []Call{{Verb: verb, Notes: slices.Compact(slices.SortedFunc(slices.Values(notes), SessionNote.compare))}}
}

// shutSessions adds to c, a change from s, what leads to want's sessions: the note as
// the last call that prepares, where the gate stands already, and the rest as the last
// calls of all.
func (c *Change) shutSessions(s *State, want []policies.Session) {
	steps := s.sessionSteps(want)
	c.Prepare = append(c.Prepare, noteCalls(NoteSessions, steps.intentNotes())...)
	c.Finish = append(c.Finish, steps.sessionCalls()...)
	if len(c.New.Sessions)+len(steps.ours) > 0 {
		resolved := *c.New
		resolved.Sessions = steps.ours
		c.New = &resolved
	}
}

// goOn returns the calls that do what is noted as about to be done, as far as it has
// not been.
func (s *State) goOn() []Call {
	var steps sessionSteps
	for _, n := range s.Sessions {
		i := slices.IndexFunc(s.Clients, func(c Client) bool { return c.Address == n.Member })
		if n.Kind == NotedShut {
			continue
		}
		steps.forget = append(steps.forget, n)
		session := policies.Session{Address: n.Member, Message: n.Message}
		noted := s.notesAbout(n.Member, NotedShut)
		switch {
		case n.Kind == NotedOpening || i < 0:
			steps.forget = append(steps.forget, noted...)
			if i >= 0 && s.Clients[i].AdminDown && !s.Clients[i].DownInFile {
				steps.open = append(steps.open, session)
			}
			continue
		case !s.Clients[i].AdminDown:
			steps.shut = append(steps.shut, session)
		}
		if len(noted) == 0 {
			steps.note = append(steps.note, noteOf(NotedShut, session))
		}
	}
	return steps.sessionCalls()
}

// giveUp returns the call that forgets what is noted as about to be done.
func (s *State) giveUp() []Call {
	return noteCalls(ForgetSessions, slices.DeleteFunc(slices.Clone(s.Sessions),
		func(n SessionNote) bool { return n.Kind == NotedShut }))
}

// SessionsBack returns the calls that take back what c has done to sessions. They come
// last in a change, and nothing is taken back then: mostly it is the note of what was to
// come. But a daemon that was wiped in the middle may hold sessions as c has left
// them: cut are those that c was shutting, as the journal says.
func (c *Change) SessionsBack(s *State, cut ...netip.Addr) []Call {
	if s.halfShut() {
		return s.giveUp()
	}
	ours := slices.Clone(c.Old.Sessions)
	for _, member := range cut {
		if i := indexOfMember(c.New.Sessions, member); i >= 0 && indexOfMember(ours, member) < 0 {
			ours = append(ours, c.New.Sessions[i])
		}
	}
	// What was shut before, is noted and up again was opened meanwhile by somebody's hand.
	return s.leadSessions(c.Old.Sessions, ours, func(client Client) bool {
		return indexOfMember(c.Old.Sessions, client.Address) >= 0 && len(s.notesAbout(client.Address)) > 0
	})
}

// SessionsLeft returns the calls that are left to be done for c's sessions, where
// nothing is noted that is about to be: a daemon that was wiped, or started anew, has lost
// it.
func (c *Change) SessionsLeft(s *State) []Call {
	if s.halfShut() {
		return nil
	}
	done := func(client Client) bool {
		return indexOfMember(c.New.Sessions, client.Address) >= 0 && len(s.notesAbout(client.Address)) > 0 &&
			client.AdminDown
	}
	return s.leadSessions(c.New.Sessions, slices.Concat(c.New.Sessions, c.Old.Sessions), done)
}

// leadSessions returns the calls that lead those sessions that are ours to what is wanted,
// but for those that are done with.
func (s *State) leadSessions(want, ours []policies.Session, done func(Client) bool) []Call {
	in := func(member netip.Addr) bool { return indexOfMember(ours, member) >= 0 }
	part := *s
	part.Remembered = ours
	part.Clients = slices.DeleteFunc(slices.Clone(s.Clients), func(c Client) bool { return !in(c.Address) || done(c) })
	part.Sessions = slices.DeleteFunc(slices.Clone(s.Sessions), func(n SessionNote) bool {
		return !slices.ContainsFunc(part.Clients, func(c Client) bool { return c.Address == n.Member })
	})
	steps := part.sessionSteps(want)
	return slices.Concat(noteCalls(NoteSessions, steps.intentNotes()), steps.sessionCalls())
}

// SessionsDone says whether s has the sessions that c leads to, where only these tell:
// what c shuts is down, and what it opens is up.
func (c *Change) SessionsDone(s *State) bool {
	for _, call := range c.Finish {
		i := slices.IndexFunc(s.Clients, func(client Client) bool { return client.Address == call.Client })
		if i >= 0 && (call.Verb == ShutSession && !s.Clients[i].AdminDown || call.Verb == OpenSession &&
			s.Clients[i].AdminDown) {
			return false
		}
	}
	return true
}
