package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// Summary is what a change does to the daemon's objects, for people and programs. A generation has new names
// for all its objects. Equal objects with different names are no change here. Lists are sorted, and never nil.
type Summary struct {
	Sets       []SetChange       `json:"sets"`
	Statements []StatementChange `json:"statements"`
	Sessions   []SessionChange   `json:"sessions"`
	Resets     []netip.Addr      `json:"resets"` // for whoever knows the routes to fill in
}

// SetChange is the elements that are added to a set and removed from it. A new set has only added ones, and
// a deleted set only removed ones.
type SetChange struct {
	Name   string   `json:"name"` // of the new set; of the old one if it goes
	Type   string   `json:"type"` // gobgpd's word
	Add    []string `json:"add"`
	Remove []string `json:"remove"`
}

// StatementChange is a statement that is added or removed.
type StatementChange struct {
	Name   string `json:"name"`
	Change string `json:"change"` // add or remove
}

// SessionChange is a session that is shut down or opened.
type SessionChange struct {
	Address netip.Addr  `json:"address"`
	Change  string      `json:"change"` // shut or open
	ASN     filters.ASN `json:"asn"`
	Message string      `json:"message,omitempty"` // that the member is told
	Routes  uint64      `json:"routes"`            // that it announces, for whoever knows to fill in
}

// Summary returns what c changes.
func (c *Change) Summary() Summary {
	s := Summary{Sets: []SetChange{}, Statements: []StatementChange{}, Sessions: []SessionChange{},
		Resets: []netip.Addr{}}
	s.Sets = append(s.Sets, setChanges(setTexts(c.Old, c.New), setTexts(c.New, c.Old))...)
	s.Statements = append(s.Statements, statementChanges(slices.Concat(c.Old.Import, c.Old.Export),
		slices.Concat(c.New.Import, c.New.Export))...)
	s.Sessions = append(s.Sessions, c.SessionChanges()...)
	return s
}

// String is one line: "2 sets: +3 -1 entries; statements unchanged".
func (s Summary) String() string {
	added, removed := 0, 0
	for _, set := range s.Sets {
		added += len(set.Add)
		removed += len(set.Remove)
	}
	sets := "sets unchanged"
	if len(s.Sets) > 0 {
		sets = fmt.Sprintf("%d %s: +%d -%d entries", len(s.Sets), pluralOf(len(s.Sets), "set"), added, removed)
	}
	come := 0
	for _, st := range s.Statements {
		if st.Change == "add" {
			come++
		}
	}
	text := sets + "; statements unchanged"
	if len(s.Statements) > 0 {
		text = fmt.Sprintf("%s; statements: +%d -%d", sets, come, len(s.Statements)-come)
	}
	if shut := s.Shut(); len(s.Sessions) > 0 {
		text += fmt.Sprintf("; sessions: %d shut, %d opened", shut, len(s.Sessions)-shut)
	}
	return text
}

// Shut counts the sessions that are shut.
func (s Summary) Shut() int {
	n := 0
	for _, session := range s.Sessions {
		if session.Change == "shut" {
			n++
		}
	}
	return n
}

// SessionChanges returns which sessions c shuts and opens.
func (c *Change) SessionChanges() []SessionChange {
	var out []SessionChange
	for _, call := range c.Finish {
		change := SessionChange{Address: call.Client, Message: call.Message}
		switch call.Verb {
		case ShutSession:
			change.Change = "shut"
		case OpenSession:
			change.Change = "open"
		default:
			continue
		}
		for _, session := range slices.Concat(c.New.Sessions, c.Old.Sessions) {
			if session.Address == call.Client {
				change.ASN = session.ASN
			}
		}
		out = append(out, change)
	}
	return out
}

func pluralOf(n int, word string) string {
	if n == 1 {
		return word
	}
	return word + "s"
}

// setText is a set with its elements as text.
type setText struct {
	Object
	elements []string
}

// setTexts returns the sets of p that other has not. A name stands for all that is in a
// set: what both have is the same.
func setTexts(p, other *policies.RoutingPolicy) []setText {
	had := make(map[Object]bool)
	for _, set := range other.Sets {
		had[ObjectOf(set)] = true
	}
	var out []setText
	for _, set := range p.Sets {
		if had[ObjectOf(set)] {
			continue
		}
		t := setText{ObjectOf(set), slices.Collect(set.Elements.Lines())}
		out = append(out, t)
	}
	return out
}

// roleOf returns a name of ours without the digest at its end: what a set is for.
func roleOf(name string) string { return name[:max(0, strings.LastIndexByte(name, '/'))] }

// setChanges pairs the sets of two generations that have one role, and compares
// them. Where several sets have a role, they are not told apart: they come and go.
func setChanges(old, new []setText) []SetChange {
	byRole := func(sets []setText) map[Object][]setText {
		out := make(map[Object][]setText)
		for _, s := range sets {
			out[Object{s.Kind, roleOf(s.Name)}] = append(out[Object{s.Kind, roleOf(s.Name)}], s)
		}
		return out
	}
	gone, come := byRole(old), byRole(new)
	var out []SetChange
	for role, sets := range come {
		if was := gone[role]; len(was) == 1 && len(sets) == 1 {
			out = append(out, compareSets(was[0], sets[0]))
			delete(gone, role)
			continue
		}
		for _, s := range sets {
			out = append(out, compareSets(setText{}, s))
		}
	}
	for _, sets := range gone {
		for _, s := range sets {
			change := compareSets(s, setText{Object: s.Object})
			out = append(out, change)
		}
	}
	slices.SortFunc(out, func(a, b SetChange) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type),
			cmp.Compare(a.Name, b.Name))
	})
	return out
}

func compareSets(old, new setText) SetChange {
	return SetChange{Name: new.Name, Type: new.Kind.String(), Add: withoutElements(new.elements, old.elements),
		Remove: withoutElements(old.elements, new.elements)}
}

// withoutElements returns the elements of a that are not in b, in a's order; never nil.
func withoutElements(a, b []string) []string {
	in := make(map[string]bool, len(b))
	for _, e := range b {
		in[e] = true
	}
	out := []string{}
	for _, e := range a {
		if !in[e] {
			out = append(out, e)
		}
	}
	return out
}

// statementChanges returns the statements that do what none of the other
// generation does.
func statementChanges(old, new []policies.Statement) []StatementChange {
	count := make(map[string]int)
	for _, st := range old {
		count[describeStatement(st)]++
	}
	var out []StatementChange
	for _, st := range new {
		if count[describeStatement(st)]--; count[describeStatement(st)] < 0 {
			out = append(out, StatementChange{st.Name, "add"})
		}
	}
	for _, st := range slices.Backward(old) {
		if count[describeStatement(st)] > 0 {
			count[describeStatement(st)]--
			out = append(out, StatementChange{st.Name, "remove"})
		}
	}
	slices.SortFunc(out, func(a, b StatementChange) int {
		return cmp.Or(cmp.Compare(a.Change, b.Change), cmp.Compare(a.Name, b.Name))
	})
	return out
}

// describeStatement returns all that a statement says, its sets by their roles.
func describeStatement(st policies.Statement) string {
	c := st.Conditions
	for _, condition := range c.All() {
		condition.Set = roleOf(condition.Set)
	}
	return fmt.Sprintf("%+v %s", c, actionsText(st.Actions))
}
