package apply

import (
	"fmt"
	"net/netip"

	"depeer/policies/impact"
	"depeer/policies/length"
	"depeer/policies/plan"
)

// Result is the outcome of a change.
type Result struct {
	Outcome Outcome
	// Reset are the clients that were reset, in order. An undo adds them a second time.
	Reset []netip.Addr
	// Sessions are the sessions that were shut down and opened.
	Sessions []plan.SessionChange
	// Polluted are the reset clients with routes that are treated already, or announced so.
	Polluted []impact.Polluted
	// Proof says what the route server's tables prove.
	Proof Proof
	// Attributes says the same for each attribute.
	Attributes AttributeProofs
	// Lists are the lists of policies that were put back. They were read back, and not proven by routes.
	Lists []plan.ListChange
	// NotDelivered are routes of the reset clients that are too long to be sent. A member that had
	// another route from the same client still has that.
	NotDelivered []length.Route
	// Kept says that the file which the route server starts from is in step with what is in
	// force.
	Kept bool
	// Known says exactly what is known if the outcome is Partial. With other outcomes it can say what
	// was found.
	Known string
}

// Outcome is how a change ended.
type Outcome uint8

const (
	Nothing   Outcome = iota // there was nothing to do
	Applied                  // the change is in force, proven, and cleaned up
	Untouched                // nothing was written, except the lock, which is removed again
	Restored                 // failed, and exactly what was before is in force again
	Partial                  // neither is certain: Result.Known says what is
)

var outcomes = [...]string{"nothing to do", "applied", "untouched", "restored", "partial"}

// String returns lower-case words.
func (o Outcome) String() string {
	if int(o) >= len(outcomes) {
		panic(fmt.Sprintf("apply: no outcome %d", uint8(o)))
	}
	return outcomes[o]
}

// Proof is what the route server's tables say after a change. It counts paths of the clients that were
// reset.
type Proof struct {
	Refused   int // announced, and not in the table
	Changed   int // in the table, with all attributes of their treatment
	Overruled int // in the table, without some or all of it: the operator's policies behind ours have changed it
	Already   int // in the table, treated already or announced so before any policy: they prove nothing
	Passed    int // not treated, looked for in a sample, and there as before
	Tagged    int // in the table, with the tags that members' choices are acted on by
	Untagged  int // in the table, without these: the operator's policies behind ours take them off
	// NotDelivered are in the table, and too long to be sent. No other field counts them.
	NotDelivered int
	// Uncertain may have an ASN prepended by a policy of the operator's before ours, and it is not
	// known whether our statements match them. They are not compared.
	Uncertain int
	Unproven  int // entries and AS patterns of the change that match no route
}
