package plan

import (
	"errors"
)

// What became of a call to a route server that failed. gobgpd ignores the
// client's deadline: a call that timed out may still take effect later.
var (
	// ErrUnreachable: the call was not sent, so nothing was done.
	ErrUnreachable = errors.New("not reached")
	// ErrUnknown: the call was sent, and what came of it is not known.
	ErrUnknown = errors.New("outcome unknown")
	// ErrRefused: the daemon answered that it will not; nothing was done.
	ErrRefused = errors.New("refused by the daemon")
)
