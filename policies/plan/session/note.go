package session

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
)

// SetName is the name of the community-set with the notes.
const SetName = policies.Prefix + "sessions"

// Note is one note about a member's session.
type Note struct {
	Kind    NoteKind   `json:"kind"`
	Member  netip.Addr `json:"member"`
	Message string     `json:"message,omitempty"` // that the member is told, or was
}

// Compare orders notes by member, kind and message.
func (n Note) Compare(o Note) int {
	return cmp.Or(n.Member.Compare(o.Member), cmp.Compare(n.Kind, o.Kind), cmp.Compare(n.Message, o.Message))
}

// noteOf returns a note about a session.
func noteOf(kind NoteKind, s policies.Session) Note { return Note{kind, s.Address, s.Message} }

// UniqueNotes returns the notes in their order, each once.
func UniqueNotes(notes []Note) []Note {
	return slices.Compact(slices.SortedFunc(slices.Values(notes), Note.Compare))
}

// HalfDone says whether notes tell of a session that a change was about to shut or open.
func HalfDone(notes []Note) bool {
	return slices.ContainsFunc(notes, func(n Note) bool { return n.Kind != Shut })
}

// NoteKind says what is noted.
type NoteKind uint8

const (
	Shut     NoteKind = iota // we have shut it
	Shutting                 // we are about to
	Opening                  // we are about to open it again
)

var noteKinds = [...]string{"shut", "shutting", "opening"}

// String returns the word that stands in the note.
func (k NoteKind) String() string {
	if int(k) >= len(noteKinds) {
		panic(fmt.Sprintf("session: no kind %d of note", uint8(k)))
	}
	return noteKinds[k]
}

// MarshalText writes the word of String.
func (k NoteKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (k *NoteKind) UnmarshalText(text []byte) error {
	i := slices.Index(noteKinds[:], string(text))
	if i < 0 {
		return fmt.Errorf("no kind %q of note", text)
	}
	*k = NoteKind(i)
	return nil
}
