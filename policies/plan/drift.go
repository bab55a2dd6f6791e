package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"depeer/policies"
)

// Drifted is one difference between a route server and what it should be.
type Drifted struct {
	Object Object
	Member netip.Addr // the member concerned; the zero address: all
	What   string     // a clause
}

// Drift returns the differences between s and want, by object and by member, in a fixed order. It returns
// none if s has no obstacles and To has nothing to do.
func Drift(s *State, want *policies.RoutingPolicy) []Drifted {
	d := drift{state: s}
	d.compareDefinitions()
	d.compareMembers()
	d.compareGroups()
	d.compareStatements(want)
	d.compareSets(want)
	d.compareSessions(want.Sessions)
	d.findLeftovers()
	d.found = append(d.found, ListDrift(s)...)
	for _, conflict := range s.Conflicts {
		d.addDrift(conflict.Object, "%s", conflict.Why)
	}
	return d.found
}

type drift struct {
	state *State
	found []Drifted
}

func (d *drift) addDrift(o Object, format string, args ...any) {
	d.found = append(d.found, Drifted{Object: o, What: fmt.Sprintf(format, args...)})
}

func (d *drift) compareDefinitions() {
	for _, policy := range []struct {
		name    string
		defined bool
	}{{policies.ImportPolicy, d.state.Import != nil}, {policies.ExportPolicy, d.state.Export != nil}} {
		if !policy.defined {
			d.addDrift(Object{Policy, policy.name}, "is not defined")
		}
	}
}

// compareMembers adds the clients whose lists lack our policies, or do not let them act.
func (d *drift) compareMembers() {
	for _, c := range d.state.Clients {
		if !c.RouteServer {
			continue
		}
		add := func(kind Kind, format string, args ...any) {
			d.found = append(d.found, Drifted{Object{kind, c.Address.String()}, c.Address,
				fmt.Sprintf(format, args...)})
		}
		if !slices.Contains(c.Import.Policies, policies.ImportPolicy) {
			add(ImportAssignment, "has no %s: none of its routes is treated", policies.ImportPolicy)
		}
		if !slices.Contains(c.Export.Policies, policies.ExportPolicy) {
			add(ExportAssignment, "has no %s%s", policies.ExportPolicy, d.describeMissing(c))
		}
		if c.Import.Default == None {
			add(ImportAssignment, "has no default: its routes that no policy accepts are rejected")
		}
		if c.Export.Default == None {
			add(ExportAssignment, "has no default: routes to it that no policy accepts are rejected")
		}
		for _, o := range d.state.findListObstacles(c) {
			if o.Code == DecidesBefore {
				add(ImportAssignment, "%s", o.Why)
			}
		}
	}
}

// describeMissing says what a client lacks that has made choices, and whose export list lacks our policy.
func (d *drift) describeMissing(c Client) string {
	p := d.state.InForce()
	switch {
	case refusesAny(p, c.Address):
		return ": it gets what it has chosen to refuse"
	case len(p.Tags()) > 0:
		return ": it sees our tags"
	default:
		return ""
	}
}

// compareStatements compares the statements in force.
func (d *drift) compareStatements(want *policies.RoutingPolicy) {
	now := d.state.InForce()
	d.compareGeneration(policies.ImportPolicy, now.Import, want.Import)
	d.compareGeneration(policies.ExportPolicy, now.Export, want.Export)
	for _, name := range d.state.idleExports() {
		d.addDrift(Object{StatementObject, name}, "acts on no tag that any route has")
	}
	if tag, is := d.state.unhandledTag(); is {
		d.addDrift(Object{Policy, policies.ExportPolicy},
			"has no statement about the tag %s, which routes have: it reaches members", tag)
	}
}

func (d *drift) compareGeneration(policy string, now, want []policies.Statement) {
	inForce := make(map[string]policies.Statement)
	for _, st := range now {
		inForce[st.Name] = st
	}
	same := 0
	for _, st := range want {
		got, there := inForce[st.Name]
		switch {
		case !there:
			d.addDrift(Object{StatementObject, st.Name}, "is missing")
		case !sameStatement(got, st):
			d.addDrift(Object{StatementObject, st.Name}, "has been changed")
		default:
			same++
		}
	}
	wanted := statementNames(want)
	for _, st := range now {
		if !slices.Contains(wanted, st.Name) {
			d.addDrift(Object{StatementObject, st.Name}, "is not wanted")
		}
	}
	if same == len(want) && same == len(inForce) && !slices.Equal(statementNames(now), wanted) {
		d.addDrift(Object{Policy, policy}, "has its statements in another order")
	}
}

// compareSets compares all sets of ours.
func (d *drift) compareSets(want *policies.RoutingPolicy) {
	wanted, right := make(map[Object]bool), d.state.findEqualSets(want)
	for _, s := range want.Sets {
		set := ObjectOf(s)
		wanted[set] = true
		switch {
		case !d.state.hasSet(set):
			d.addDrift(set, "is missing")
		case !right[set]:
			d.addDrift(set, "has other elements")
		}
	}
	for _, set := range d.state.Sets.sortedObjects() {
		if !wanted[set] {
			d.addDrift(set, "is not wanted")
		}
	}
}

// findLeftovers adds the leftovers of changes that were cut off or are in progress.
func (d *drift) findLeftovers() {
	s := d.state
	for _, name := range sortedKeys(s.Gates) {
		if s.isGateUsed(name) {
			d.addDrift(Object{NeighborSet, name}, "a change stands half-way, its gate is %s", s.Gates[name])
			continue
		}
		d.addDrift(Object{NeighborSet, name}, "is a gate that nothing refers to")
	}
	for _, name := range sortedKeys(s.Statements) {
		if !slices.Contains(s.Import, name) && !slices.Contains(s.Export, name) {
			d.addDrift(Object{StatementObject, name}, "is in no policy")
		}
	}
	for _, holder := range s.Holders {
		d.addDrift(Object{Policy, policies.Prefix + "lock/" + holder}, "%s holds the lock", holder)
	}
}

// Status is the state of a target, in the words of the status command.
type Status uint8

const (
	InSync  Status = iota
	Drifts         // differs from what it should be
	Pending        // a change waits for a confirmation; takes precedence
	Unknown        // a change stands half-way
)

// String returns the word that programs read.
func (s Status) String() string {
	switch s {
	case InSync:
		return "in-sync"
	case Drifts:
		return "drift"
	case Pending:
		return "pending"
	case Unknown:
		return "unknown"
	default:
		panic(fmt.Sprintf("plan: no status %d", uint8(s)))
	}
}

// Status sums up what Drift has found. pending: an apply waits for its confirmation.
func (s *State) Status(found []Drifted, pending bool) Status {
	half, err := Recover(s)
	switch {
	case err != nil || half.Side != Whole:
		return Unknown
	case pending:
		return Pending
	case len(found) > 0:
		return Drifts
	default:
		return InSync
	}
}
