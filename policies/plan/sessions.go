package plan

import (
	"net/netip"
	"slices"

	"depeer/policies"
	"depeer/policies/plan/session"
)

// sessionState returns what of s decides about sessions.
func (s *State) sessionState() session.State {
	neighbors := make([]session.Neighbor, len(s.Clients))
	for i, c := range s.Clients {
		neighbors[i] = session.Neighbor{Address: c.Address, ASN: c.ASN, RouteServer: c.RouteServer,
			Dynamic: c.Dynamic, AdminDown: c.AdminDown, DownInFile: c.DownInFile}
	}
	return session.State{Neighbors: neighbors, Notes: s.Sessions, Remembered: s.Remembered}
}

// Remember returns s with sessions that the journal says we have shut, where a reload of policy has
// wiped everything of ours, the notes too: of these, the ones that are down are ours. It returns s
// itself if there are notes or marks.
func (s *State) Remember(shut []policies.Session) *State {
	if len(s.Sessions) > 0 || len(s.Applied) > 0 || len(shut) == 0 {
		return s
	}
	with := *s
	with.Remembered = shut
	return &with
}

// WithoutSessions returns s as if we had shut none.
func (s *State) WithoutSessions() *State {
	without := *s
	without.Sessions, without.Remembered = nil, nil
	return &without
}

// Unshuttable returns the members whose sessions want has shut, and that would come back at once.
func (s *State) Unshuttable(want *policies.RoutingPolicy) []Obstacle {
	var out []Obstacle
	for _, member := range s.sessionState().ComingBack(want.Sessions) {
		out = append(out, Obstacle{NotAnchored, member.String(),
			"its session cannot be shut: a dynamic neighbor comes back as a new one"})
	}
	return out
}

// shutSessions adds to c, a change from s, what leads to want's sessions: the note as the last call
// that prepares, where the gate stands already, and the rest as the last calls of all.
func (c *Change) shutSessions(s *State, want []policies.Session) {
	steps := s.sessionState().Lead(want)
	c.Prepare = append(c.Prepare, noteCalls(NoteSessions, steps.Intent())...)
	c.Finish = append(c.Finish, sessionCalls(steps)...)
	if len(c.New.Sessions)+len(steps.Ours) > 0 {
		resolved := *c.New
		resolved.Sessions = steps.Ours
		c.New = &resolved
	}
}

// sessionCalls returns the calls that make the steps, once what they are about to do is noted.
func sessionCalls(steps session.Steps) []Call {
	var calls []Call
	for _, s := range steps.Open {
		calls = append(calls, Call{Verb: OpenSession, Client: s.Address})
	}
	for _, s := range steps.Shut {
		calls = append(calls, Call{Verb: ShutSession, Client: s.Address, Message: s.Message})
	}
	calls = append(calls, noteCalls(NoteSessions, steps.Note)...)
	return append(calls, noteCalls(ForgetSessions, slices.Concat(steps.Forget, steps.Intent()))...)
}

// notedCalls returns the calls that note what the steps are about to do, and then make them.
func notedCalls(steps session.Steps) []Call {
	return slices.Concat(noteCalls(NoteSessions, steps.Intent()), sessionCalls(steps))
}

// noteCalls returns the call that notes or forgets, if there is something to.
func noteCalls(verb Verb, notes []session.Note) []Call {
	if len(notes) == 0 {
		return nil
	}
	return []Call{{Verb: verb, Notes: session.UniqueNotes(notes)}}
}

// goOnWithSessions returns the calls that do what is noted as about to be done, as far as it has not
// been.
func (s *State) goOnWithSessions() []Call { return sessionCalls(s.sessionState().GoOn()) }

// giveUpSessions returns the call that forgets what is noted as about to be done.
func (s *State) giveUpSessions() []Call { return noteCalls(ForgetSessions, s.sessionState().GiveUp()) }

// SessionsBack returns the calls that take back what c has done to sessions. They come last in a
// change, and nothing is taken back then: mostly it is the note of what was to come. But a daemon that
// was wiped in the middle may hold sessions as c has left them: cut are those that c was shutting, as
// the journal says.
func (c *Change) SessionsBack(s *State, cut ...netip.Addr) []Call {
	if session.HalfDone(s.Sessions) {
		return s.giveUpSessions()
	}
	return notedCalls(s.sessionState().Back(c.Old.Sessions, c.New.Sessions, cut))
}

// SessionsLeft returns the calls that are left to be done for c's sessions, where nothing is noted
// that is about to be: a daemon that was wiped, or started anew, has lost it.
func (c *Change) SessionsLeft(s *State) []Call {
	if session.HalfDone(s.Sessions) {
		return nil
	}
	return notedCalls(s.sessionState().Left(c.Old.Sessions, c.New.Sessions))
}

// SessionsDone says whether s has the sessions that c leads to, where only these tell: what c shuts
// is down, and what it opens is up.
func (c *Change) SessionsDone(s *State) bool {
	for _, call := range c.Finish {
		client, there := s.findClient(call.Client)
		if there && (call.Verb == ShutSession && !client.AdminDown || call.Verb == OpenSession && client.AdminDown) {
			return false
		}
	}
	return true
}

// compareSessions compares the sessions that we have shut with those that are to be.
func (d *drift) compareSessions(want []policies.Session) {
	for _, found := range d.state.sessionState().Compare(want) {
		d.found = append(d.found, Drifted{Object{Neighbor, found.Member.String()}, found.Member, found.What})
	}
}
