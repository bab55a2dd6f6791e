package cli

import (
	"context"
	"errors"

	"depeer/cmd/internal/cmdline"
	"depeer/cmd/internal/view"
	"depeer/policies/operate"
)

// Code is an exit code. What each means is part of the interface.
type Code int

const (
	OK          Code = 0
	Failed      Code = 1 // nothing was changed
	Differs     Code = 2
	Invalid     Code = 3
	Guarded     Code = 4
	Unfit       Code = 5 // the target does not fit
	Held        Code = 6 // locked, cut off, or changed by another hand
	Unreached   Code = 7 // nothing was changed
	Unclear     Code = 8 // partial, or unknown
	Restored    Code = 9 // failed, and what was before is in force again
	Usage       Code = 64
	Interrupted Code = 130 // nothing was changed
)

// codes are the exit codes of the kinds of errors that operations end with.
var codes = map[operate.Kind]Code{
	operate.Failed:      Failed,
	operate.Differs:     Differs,
	operate.Invalid:     Invalid,
	operate.Guarded:     Guarded,
	operate.Unfit:       Unfit,
	operate.Held:        Held,
	operate.Unreached:   Unreached,
	operate.Unclear:     Unclear,
	operate.Restored:    Restored,
	operate.Interrupted: Interrupted,
}

// shownError is an error that the view has shown already, as part of a result.
type shownError struct{ error }

func (e shownError) Unwrap() error { return e.error }

// isNamed says whether an error says by itself what it means.
func isNamed(err error) bool {
	return errors.As(err, new(*operate.Error)) || errors.As(err, new(*cmdline.UsageError))
}

// formatCount writes "1 error", "2 errors".
func formatCount(n int, noun string) string { return operate.Count(n, noun) }

var errInterrupted = &operate.Error{Kind: operate.Interrupted, Name: "interrupted",
	Err: errors.New("interrupted; nothing was changed")}

// reportError shows what a command returned and says which code that is.
func reportError(v view.View, err error) Code {
	if err == nil {
		return OK
	}
	e, wrong := new(operate.Error), new(cmdline.UsageError)
	switch {
	case errors.As(err, &wrong):
		v.Failure(view.Failure{Code: "usage", Message: wrong.Error(), Hint: wrong.Corrected, Exit: int(Usage)})
		return Usage
	case errors.As(err, &e):
	case errors.Is(err, context.Canceled):
		e = errInterrupted
	default:
		e = &operate.Error{Kind: operate.Failed, Name: "failed", Err: err}
	}
	code := codes[e.Kind]
	if !errors.As(err, new(shownError)) {
		v.Failure(view.Failure{Code: e.Name, Message: e.Error(), Hint: e.Hint, Detail: e.Detail, Exit: int(code),
			Diagnostics: e.Diagnostics, Targets: e.Targets})
	}
	return code
}
