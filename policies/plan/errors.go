package plan

import (
	"errors"
)

// These errors say what is known after a failed call to a route server. gobgpd ignores the client's
// deadline: a call that timed out can take effect later.
var (
	// ErrUnreachable: the call was not sent, so nothing was done.
	ErrUnreachable = errors.New("not reached")
	// ErrUnknown: the call was sent, and its result is not known.
	ErrUnknown = errors.New("outcome unknown")
	// ErrRefused: the daemon refused the call; nothing was done.
	ErrRefused = errors.New("refused by the daemon")
)
