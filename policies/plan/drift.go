package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
)

// Sync says how a target stands to what it should be.
type Sync uint8

const (
	InSync      Sync = iota
	Drifted          // something is not as it should be
	Pending          // a change waits for a confirmation
	Unknown          // it answers, and cannot be read, or stands half-way
	Unreachable      // it does not answer
)

// String returns the word of status.
func (s Sync) String() string {
	switch s {
	case InSync:
		return "in-sync"
	case Drifted:
		return "drift"
	case Pending:
		return "pending"
	case Unknown:
		return "unknown"
	case Unreachable:
		return "unreachable"
	default:
		panic(fmt.Sprintf("plan: no state %d of a target", uint8(s)))
	}
}

// Drift is one thing that is not as it should be.
type Drift struct {
	Object string     `json:"object"`
	Member netip.Addr `json:"member,omitzero"` // whom it is about; the zero address: all
	What   string     `json:"what"`
}

// String returns the drift in a line.
func (d Drift) String() string {
	if d.Member.IsValid() {
		return fmt.Sprintf("%s, member %s: %s", d.Object, d.Member, d.What)
	}
	return d.Object + ": " + d.What
}

// Compare returns what in s is not as want has it, in a fixed order.
func (s *State) Compare(want *policies.RoutingPolicy) (Sync, []Drift) {
	var drift []Drift
	sync := InSync
	for _, o := range s.Obstacles() {
		if o.Code == CutOff || o.Code == Locked {
			sync = Unknown
		}
		d := Drift{Object: o.Object, What: o.Why}
		if member, err := netip.ParseAddr(o.Object); err == nil {
			d.Object, d.Member = "policies", member
		}
		drift = append(drift, d)
	}
	drift = append(drift, s.differs(want)...)
	if len(want.Import) > 0 {
		for _, c := range s.Unanchored() {
			if !c.Dynamic {
				drift = append(drift, Drift{Object: Object{Policy, policies.ImportPolicy}.String(), Member: c.Address, What: "is not in its import list: its routes are not treated"})
			}
		}
	}
	if len(drift) > 0 && sync == InSync {
		sync = Drifted
	}
	return sync, drift
}

// differs returns the statements and sets that are missing or too many.
func (s *State) differs(want *policies.RoutingPolicy) []Drift {
	var drift []Drift
	for _, name := range names(want.Import) {
		if !slices.Contains(s.Import, name) {
			drift = append(drift, Drift{Object: Object{StatementObject, name}.String(), What: "is missing"})
		}
	}
	for _, name := range s.Import {
		if !slices.Contains(names(want.Import), name) {
			drift = append(drift, Drift{Object: Object{StatementObject, name}.String(), What: "should not be there"})
		}
	}
	needed, have := setsOf(want.Import), s.sets()
	for _, set := range sortedObjects(needed) {
		if !have[set] {
			drift = append(drift, Drift{Object: set.String(), What: "is missing"})
		}
	}
	for _, set := range sortedObjects(have) {
		if !needed[set] {
			drift = append(drift, Drift{Object: set.String(), What: "should not be there"})
		}
	}
	if len(drift) == 0 && !slices.Equal(s.Import, names(want.Import)) {
		drift = append(drift, Drift{Object: Object{Policy, policies.ImportPolicy}.String(), What: "its statements are in another order"})
	}
	return drift
}
