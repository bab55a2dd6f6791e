package journal

import (
	"fmt"
	"slices"
)

// Kind is the kind of an event.
type Kind uint8

const (
	Begin   Kind = iota + 1
	Intend       // a call will be made
	Done         // it was made, or failed
	Phase        // for people
	Resume       // an interrupted entry is continued
	End          // with the outcome
	Confirm      // of what had ended
)

var kindNames = [...]string{Begin: "begin", Intend: "intend", Done: "done", Phase: "phase", Resume: "resume",
	End: "end", Confirm: "confirm"}

// String returns the word of the journal.
func (k Kind) String() string {
	if k == 0 || int(k) >= len(kindNames) {
		panic(fmt.Sprintf("journal: no kind %d of event", uint8(k)))
	}
	return kindNames[k]
}

// MarshalText writes the word of String.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads it.
func (k *Kind) UnmarshalText(text []byte) error {
	i := slices.Index(kindNames[:], string(text))
	if i <= 0 {
		return fmt.Errorf("no event %q", text)
	}
	*k = Kind(i)
	return nil
}
