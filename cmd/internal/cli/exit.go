package cli

import (
	"context"
	"errors"
	"fmt"

	"depeer/cmd/internal/view"
	"depeer/filters/diag"
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
	Held        Code = 6 // locked, cut off, or changed by somebody else
	Unreached   Code = 7 // nothing was changed
	Unclear     Code = 8 // partial, or unknown
	Restored    Code = 9 // failed, and what was before is in force again
	Usage       Code = 64
	Interrupted Code = 130 // nothing was changed
)

// failure is an error that knows its exit code and, for programs, its name.
type failure struct {
	code Code
	name string
	hint string
	err  error

	// detail is what a person needs to go on, in several lines.
	detail string
	// diags are what is wrong with the input, where that is the failure.
	diags diag.List
	// targets are where each of several stands.
	targets []view.Standing
	// said: the view has shown the failure already, as part of a result.
	said bool
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// usage says that the command line is wrong, and how it is right.
func usage(corrected, format string, args ...any) error {
	return &failure{code: Usage, name: "usage", hint: corrected, err: fmt.Errorf(format, args...)}
}

// verdict turns diagnostics into the failure that they mean: none at all, invalid
// input, or a guard's refusal, in this order.
func verdict(diags diag.List) *failure {
	switch diags.Worst() {
	case diag.Warning:
		return nil
	case diag.Refused:
		return &failure{code: Guarded, name: "guard", diags: diags,
			err: fmt.Errorf("refused for %s", count(diags.Count(diag.Refused), "reason"))}
	default:
		return &failure{code: Invalid, name: "invalid-input", diags: diags,
			err: fmt.Errorf("invalid input: %s", count(diags.Count(diag.Error), "error"))}
	}
}

// count writes "1 error", "2 errors".
func count(n int, noun string) string { return view.Count(n, noun) }

// report shows what a command returned and says which code that is.
func report(v view.View, err error) Code {
	if err == nil {
		return OK
	}
	f := new(failure)
	switch {
	case errors.As(err, &f):
	case errors.Is(err, context.Canceled):
		f = &failure{code: Interrupted, name: "interrupted", err: errors.New("interrupted; nothing was changed")}
	default:
		f = &failure{code: Failed, name: "failed", err: err}
	}
	if !f.said {
		v.Failure(view.Failure{Code: f.name, Message: f.Error(), Hint: f.hint, Detail: f.detail, Exit: int(f.code),
			Diagnostics: f.diags, Targets: f.targets})
	}
	return f.code
}
