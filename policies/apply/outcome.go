package apply

import (
	"fmt"
	"net/netip"

	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Result is what became of a change.
type Result struct {
	Outcome Outcome
	// Reset are the clients that were reset, in order; on the way back a second time.
	Reset []netip.Addr
	// Sessions are those that were shut and opened.
	Sessions []plan.SessionChange
	// Polluted are the clients of these with routes that are treated already, or announced so.
	Polluted []impact.Polluted
	// Proof says what the route server's own tables told.
	Proof Proof
	// Attributes says the same of each attribute that treatments give.
	Attributes AttributeProofs
	// Lists are the lists of policies that were put back: read back, and not proven.
	Lists []plan.ListChange
	// NotDelivered are routes of the clients that were reset that are too long to be sent: whoever
	// had another one from the same client has it still.
	NotDelivered []length.Route
	// Kept says that the file which the route server starts from is in step with what is in
	// force.
	Kept bool
	// Known says exactly what is known, where the outcome is Partial, and what was
	// found where there is something to say.
	Known string
}

// Outcome is how a change ended.
type Outcome uint8

const (
	Nothing   Outcome = iota // there was nothing to do
	Applied                  // the change is in force, proven, and cleaned up
	Untouched                // nothing was written but the lock at most, and that is off again
	Restored                 // failed, and exactly what was before is in force again
	Partial                  // neither is sure: Result.Known says what is
)

var outcomes = [...]string{"nothing to do", "applied", "untouched", "restored", "partial"}

// String returns lower-case words.
func (o Outcome) String() string {
	if int(o) >= len(outcomes) {
		panic(fmt.Sprintf("apply: no outcome %d", uint8(o)))
	}
	return outcomes[o]
}

// Proof is what the route server's own tables said after a change. Counts are of
// paths of the clients that were reset.
type Proof struct {
	Refused   int // announced, and not in the table
	Changed   int // in the table, with all that their treatment gives them
	Overruled int // in the table, without some or all of it: the operator's policies behind ours have changed it
	Already   int // in the table, treated already or announced so before any policy: they prove nothing
	Passed    int // not treated, looked for in a sample, and there as before
	Tagged    int // in the table, with the tags that members' choices are acted on by
	Untagged  int // in the table, without these: the operator's policies behind ours take them off
	// NotDelivered are in the table, and too long to be sent: they are not counted otherwise.
	NotDelivered int
	// Uncertain are of paths to which a policy of the operator's before ours prepends: whether
	// what matches them as announced matches them then is not known. They are not looked at.
	Uncertain int
	Unproven  int // entries and AS patterns that the change brings, and no route tells about
}
