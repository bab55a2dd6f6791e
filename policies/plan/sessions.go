package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
)

// The sessions of members that are listed themselves. A session that is down
// administratively does not tell who shut it, and the operator's own doing is never
// undone here: so the daemon holds notes of ours, in a community-set that no policy
// refers to. All that a change is about to do is noted in one call, before its live
// call if it has one, and done when the new policy is proven:
//
//	                     the session that is shut    the session that is opened
//	                     notes         session       notes            session
//	before               -             up            shut             down
//	note        1 call   shutting      up            shut, opening    down
//	open        each     shutting      up            shut, opening    up
//	shut        each     shutting      down          shut, opening    up
//	note        1 call   shutting, shut  down        shut, opening    up
//	forget      1 call   shut          down          -                up
//
// Whoever finds "shutting" or "opening" without a gate, or with an open one, goes on;
// with a closed gate no session has been touched, and the two are forgotten.
//
// A reload of policy wipes the notes, and leaves sessions as they are: what was shut
// is then remembered by the journal alone (State.Remember). A restart brings sessions up.

// SessionSet is the name of the community-set with the notes.
const SessionSet = policies.Prefix + "sessions"

// SessionNote is one note about a member's session.
type SessionNote struct {
	Kind    NoteKind   `json:"kind"`
	Member  netip.Addr `json:"member"`
	Message string     `json:"message,omitempty"` // that it is told, or was
}

func (n SessionNote) compare(o SessionNote) int {
	return cmp.Or(n.Member.Compare(o.Member), cmp.Compare(n.Kind, o.Kind), cmp.Compare(n.Message, o.Message))
}

// noteOf returns a note about a session.
func noteOf(kind NoteKind, s policies.Session) SessionNote {
	return SessionNote{kind, s.Address, s.Message}
}

// NoteKind says what is noted.
type NoteKind uint8

const (
	NotedShut     NoteKind = iota // we have shut it
	NotedShutting                 // we are about to
	NotedOpening                  // we are about to open it again
)

var noteKinds = [...]string{"shut", "shutting", "opening"}

// String returns the word that stands in the note.
func (k NoteKind) String() string {
	if int(k) >= len(noteKinds) {
		panic(fmt.Sprintf("plan: no kind %d of note", uint8(k)))
	}
	return noteKinds[k]
}

// MarshalText writes the word of String.
func (k NoteKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads it.
func (k *NoteKind) UnmarshalText(text []byte) error {
	i := slices.Index(noteKinds[:], string(text))
	if i < 0 {
		return fmt.Errorf("no kind %q of note", text)
	}
	*k = NoteKind(i)
	return nil
}

// Remember returns s with sessions that the journal says we have shut, where a reload
// of policy has wiped everything of ours, the notes too: of these, the ones that
// are down are ours. It returns s itself if there are notes or marks.
func (s *State) Remember(shut []policies.Session) *State {
	if len(s.Sessions) > 0 || len(s.Applied) > 0 || len(shut) == 0 {
		return s
	}
	with := *s
	with.Remembered = shut
	return &with
}

// notesAbout returns the notes of these kinds about a member; of any kind if none is
// given.
func (s *State) notesAbout(member netip.Addr, kinds ...NoteKind) []SessionNote {
	var notes []SessionNote
	for _, n := range s.Sessions {
		if n.Member == member && (len(kinds) == 0 || slices.Contains(kinds, n.Kind)) {
			notes = append(notes, n)
		}
	}
	return notes
}

// halfShut says whether sessions are noted that a change was about to shut or open.
func (s *State) halfShut() bool {
	return slices.ContainsFunc(s.Sessions, func(n SessionNote) bool { return n.Kind != NotedShut })
}

// findShutSessions returns the sessions that are down by our doing, by address.
func (s *State) findShutSessions() []policies.Session {
	var out []policies.Session
	for _, c := range s.Clients {
		notes := s.notesAbout(c.Address, NotedShut)
		switch i := indexOfMember(s.Remembered, c.Address); {
		case !c.AdminDown:
		case len(notes) > 0:
			out = append(out, policies.Session{ASN: c.ASN, Address: c.Address, Message: notes[0].Message})
		case i >= 0:
			out = append(out, policies.Session{ASN: c.ASN, Address: c.Address, Message: s.Remembered[i].Message})
		}
	}
	return out
}

// indexOfMember returns where the session of an address stands in a list; -1 if it does not.
func indexOfMember(list []policies.Session, member netip.Addr) int {
	return slices.IndexFunc(list, func(s policies.Session) bool { return s.Address == member })
}

// findSession returns the session of want that is the client's, if one is. Only clients
// of the route server are members; and one that was made by a dynamic neighbor is gone
// when its session is, with what was said of it.
func (c Client) findSession(want []policies.Session) (policies.Session, bool) {
	i := slices.IndexFunc(want, func(s policies.Session) bool {
		return s.ASN == c.ASN && (!s.Address.IsValid() || s.Address == c.Address)
	})
	if i < 0 || !c.RouteServer || c.Dynamic {
		return policies.Session{}, false
	}
	return policies.Session{ASN: c.ASN, Address: c.Address, Message: want[i].Message}, true
}

// Unshuttable returns the members whose sessions want has shut, and that would come
// back at once: those of dynamic neighbors.
func (s *State) Unshuttable(want *policies.RoutingPolicy) []Obstacle {
	var out []Obstacle
	for _, c := range s.Clients {
		named := slices.ContainsFunc(want.Sessions, func(w policies.Session) bool { return w.ASN == c.ASN })
		if named && c.RouteServer && c.Dynamic {
			out = append(out, Obstacle{NotAnchored, c.Address.String(),
				"its session cannot be shut: a dynamic neighbor comes back as a new one"})
		}
	}
	return out
}

// compareSessions compares the sessions that we have shut with those that are to be.
func (d *drift) compareSessions(want []policies.Session) {
	s := d.state
	add := func(member netip.Addr, format string, args ...any) {
		d.found = append(d.found, Drifted{Object{Neighbor, member.String()}, member, fmt.Sprintf(format, args...)})
	}
	for _, c := range s.Clients {
		_, wanted := c.findSession(want)
		switch noted := len(s.notesAbout(c.Address, NotedShut)) > 0; {
		case wanted && !c.AdminDown:
			add(c.Address, "is to be shut, and is not")
		case !wanted && noted && c.AdminDown:
			add(c.Address, "is shut by us, and is not to be")
		case !wanted && noted:
			add(c.Address, "is noted as shut, and is not")
		}
	}
	for _, n := range s.Sessions {
		switch {
		case n.Kind != NotedShut:
			add(n.Member, "a change was cut off while it was %s its session", n.Kind)
		case !slices.ContainsFunc(s.Clients, func(c Client) bool { return c.Address == n.Member }):
			add(n.Member, "is noted as shut, and is no neighbor")
		}
	}
}

// WithoutSessions returns s as if we had shut none.
func (s *State) WithoutSessions() *State {
	without := *s
	without.Sessions, without.Remembered = nil, nil
	return &without
}
