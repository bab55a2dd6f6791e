package apply

import (
	"fmt"
	"net/netip"

	"depeer/policies/plan"
)

// StaleError says that the target does not fit the plan any more.
type StaleError struct{ Why string }

func (e *StaleError) Error() string { return "the plan does not fit the target: " + e.Why }

// ObstacleError says why the target cannot be changed.
type ObstacleError struct{ Obstacles []plan.Obstacle }

func (e *ObstacleError) Error() string {
	o := e.Obstacles[0]
	more := ""
	if n := len(e.Obstacles) - 1; n > 0 {
		more = fmt.Sprintf("; %d more", n)
	}
	return fmt.Sprintf("%s: %s%s", o.Object, o.Why, more)
}

// JournalError says that the journal could not be written. The call to be recorded was not made, unless
// the run was undoing or cleaning up.
type JournalError struct{ Err error }

func (e *JournalError) Error() string { return "journal: " + e.Err.Error() }
func (e *JournalError) Unwrap() error { return e.Err }

// FileError says that the policy in force could not be written into the file that the route server
// starts from.
type FileError struct{ Err error }

func (e *FileError) Error() string { return "its file is not in step with it: " + e.Err.Error() }
func (e *FileError) Unwrap() error { return e.Err }

// ConcurrentChangeError says that the target is not as this change has left it: it was reloaded or
// restarted meanwhile, or another process changes it. Apply makes no further step.
type ConcurrentChangeError struct{ Why error }

func (e *ConcurrentChangeError) Error() string {
	return "the target was changed meanwhile: " + e.Why.Error()
}
func (e *ConcurrentChangeError) Unwrap() error { return e.Why }

// UnprovenError says that the route server's tables do not hold what the new policy makes of members'
// announcements.
type UnprovenError struct {
	Peer   netip.Addr
	Prefix netip.Prefix
	Why    string
	More   int // number of other prefixes of that member with the same problem
}

func (e *UnprovenError) Error() string {
	more := ""
	if e.More > 0 {
		more = fmt.Sprintf("; %d more of it likewise", e.More)
	}
	return fmt.Sprintf("verification: %s of %s %s%s", e.Prefix, e.Peer, e.Why, more)
}
