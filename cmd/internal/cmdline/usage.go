package cmdline

import "fmt"

// UsageError says that a command line is wrong.
type UsageError struct {
	Corrected string // the line as it is right
	Err       error
}

// NewUsageError says that the command line is wrong, and how it is right.
func NewUsageError(corrected, format string, args ...any) error {
	return &UsageError{corrected, fmt.Errorf(format, args...)}
}

// Error returns what is wrong.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the error inside.
func (e *UsageError) Unwrap() error { return e.Err }
