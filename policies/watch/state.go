package watch

import "fmt"

// State says in a word how a target stands.
type State uint8

const (
	Unreachable  State = iota // it does not answer
	InSync                    // as lists ask for
	Drift                     // not as it should be, and about to be
	Waiting                   // a guard refuses what lists ask for; what was applied last is in force
	KeptBack                  // a person went back, or cleared, and has applied nothing since
	Confirmation              // a change waits for its confirmation
	Held                      // another process is at work
	Misfit                    // not anchored, decided before us, or names of ours used by others
	HalfWay                   // a change was cut off
	Unlisted                  // what was applied last is in force, and no list can be used
	Behind                    // another target is changed first
	Filling                   // there is something new to do, and members have not announced everything again
)

var stateNames = [...]string{"unreachable", "in-sync", "drift", "refused", "kept-back", "pending", "locked", "unfit",
	"unknown", "unlisted", "behind", "filling"}

// States returns all states.
func States() []State {
	all := make([]State, len(stateNames))
	for i := range all {
		all[i] = State(i)
	}
	return all
}

// String returns the word that programs read. It is that of status, where status has one.
func (s State) String() string {
	if int(s) >= len(stateNames) {
		panic(fmt.Sprintf("watch: no state %d", uint8(s)))
	}
	return stateNames[s]
}

// State returns how the target stands, as far as the keeper was told.
func (k *Keeper) State() State { return k.state }

// deriveState returns the state that follows from what was found.
func (k *Keeper) deriveState() State {
	f := k.found
	off := &k.off[Change]
	refused := f.Unfit || off.isSet && off.lists == f.Lists && off.last == f.Last
	switch {
	case f.CutOff:
		return HalfWay
	case f.InTheWay == Locked:
		return Held
	case f.InTheWay == Pending:
		return Confirmation
	case f.InTheWay == Unfit:
		return Misfit
	case !f.Stands:
		return Drift
	case f.Listed && f.Lists != "":
		return InSync
	case f.Kept:
		return KeptBack
	case f.Lists == "":
		return Unlisted
	case refused:
		return Waiting
	case k.behind:
		return Behind
	case k.empty:
		return Filling
	default:
		return Drift
	}
}
