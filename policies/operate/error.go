package operate

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"depeer/filters/diag"
	"depeer/filters/trust"
)

// Kind says what an error means for the route server, and for the caller's next step.
type Kind uint8

const (
	Failed      Kind = iota // nothing was changed
	Differs                 // not as it should be; nothing was to be changed
	Invalid                 // the input is invalid
	Guarded                 // a guard refuses
	Unfit                   // the target does not fit
	Held                    // locked, cut off, or changed by another hand
	Unreached               // the target does not answer; nothing was changed
	Unclear                 // partly done, or not known
	Restored                // failed, and what was before is in force again
	Interrupted             // nothing was changed
)

var kindNames = [...]string{"failed", "differs", "invalid", "guarded", "unfit", "held", "unreached", "unclear",
	"restored", "interrupted"}

// Kinds returns all kinds.
func Kinds() []Kind {
	all := make([]Kind, len(kindNames))
	for i := range all {
		all[i] = Kind(i)
	}
	return all
}

// String returns one lower-case word.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		panic("operate: no kind of error " + strconv.Itoa(int(k)))
	}
	return kindNames[k]
}

// Error is what keeps an operation from its result. All fields but Name and Err may be empty.
type Error struct {
	Kind Kind
	Name string // stable, for programs
	Hint string // the command to go on with, or what to do
	Err  error

	// Detail is what a person needs to go on, in several lines, each ending in a newline.
	Detail string
	// Diagnostics are what is wrong with the input.
	Diagnostics diag.List
	// Targets are where each of several targets stands.
	Targets []Standing
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Standing is where a target stands when a change of several was stopped.
type Standing struct {
	Target string `json:"target"`
	// Outcome is as of apply; "not begun" where nothing was done, and "stopped" where the
	// change was stopped.
	Outcome string `json:"outcome"`
	ID      string `json:"id,omitempty"` // of its entry in the history
	What    string `json:"what,omitempty"`
}

// Verdict returns the error that diagnostics mean, or nil: invalid input comes before a guard's
// refusal, and warnings are no error.
func Verdict(diags diag.List) *Error {
	switch diags.Worst() {
	case diag.Warning:
		return nil
	case diag.Refused:
		return &Error{Kind: Guarded, Name: "guard", Diagnostics: diags,
			Err: fmt.Errorf("refused for %s", Count(diags.Count(diag.Refused), "reason"))}
	default:
		return &Error{Kind: Invalid, Name: "invalid-input", Diagnostics: diags,
			Err: fmt.Errorf("invalid input: %s", Count(diags.Count(diag.Error), "error"))}
	}
}

// NewStateError says why the state directory, or a file in it, is not used.
func NewStateError(err error) *Error {
	hint := "--state DIR names another place"
	if errors.As(err, new(*trust.Error)) {
		hint = trust.Hint + "; " + hint
	}
	return &Error{Kind: Failed, Name: "state", Err: err, Hint: hint}
}

// KindOf returns the kind of an error: Failed for one that is no Error.
func KindOf(err error) Kind {
	e := new(Error)
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled):
		return Interrupted
	default:
		return Failed
	}
}
