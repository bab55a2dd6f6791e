package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"depeer/filters"
	"depeer/policies"
)

// What a plan file says is looked at when it is read, all of it: what comes later, in the middle
// of a change, relies on it.

// checkSound says whether the policies of p are such as a route server can be given, and judged by:
// all names are ours, and all sets that statements refer to are there and not empty.
func (p *Plan) checkSound() error {
	if p.Change.Old == nil || p.Change.New == nil {
		return errors.New("without the policy before or after")
	}
	if err := soundPolicy(p.Change.New); err != nil {
		return fmt.Errorf("new: %w", err)
	}
	if err := soundElements(p.Change.Old); err != nil {
		return fmt.Errorf("old: %w", err)
	}
	if !p.Change.Unsure { // else another hand has made some of it, and Judged leaves that out
		if err := soundPolicy(p.Change.Old); err != nil {
			return fmt.Errorf("old: %w", err)
		}
	}
	if p.Then == nil {
		return nil
	}
	if !p.Clear {
		return errors.New("something comes then, and nothing is cleared first")
	}
	if err := soundPolicy(p.Then); err != nil {
		return fmt.Errorf("then: %w", err)
	}
	return nil
}

// isOurObject says whether a name is one of our sets or statements, and no gate or note.
func isOurObject(name string) bool {
	return strings.HasPrefix(name, policies.Prefix) && !strings.HasPrefix(name, GatePrefix) && name != MarkSet &&
		name != SessionSet
}

// soundElements says whether the elements of sets can be written.
func soundElements(p *policies.RoutingPolicy) error {
	for _, set := range p.Sets {
		if set.Elements == nil {
			return fmt.Errorf("%s has no elements", set.Name)
		}
		for e := range set.Elements.All() {
			if err := soundElement(e); err != nil {
				return fmt.Errorf("%s: %w", set.Name, err)
			}
		}
	}
	return nil
}

// soundElement says whether one element can be written.
func soundElement(e any) error {
	switch e := e.(type) {
	case filters.Entry:
		if !e.Prefix.IsValid() {
			return errors.New("no prefix")
		}
	case netip.Addr:
		if !e.IsValid() {
			return errors.New("no address")
		}
	case policies.ASPathPattern:
		if e.Where > filters.Path {
			return errors.New("it looks nowhere in a path")
		}
	case policies.LargeCommunityPattern:
		if e.AnyLocal2 && e.Local2 != 0 {
			return errors.New("a number that it does not look at")
		}
	}
	return nil
}

// soundPolicy says whether all of p is as we make it.
func soundPolicy(p *policies.RoutingPolicy) error {
	if err := soundElements(p); err != nil {
		return err
	}
	there := make(map[Object]bool)
	for _, set := range addSets(p) {
		o := Object{set.Kind, set.Name}
		if !isOurObject(set.Name) || there[o] || set.elements() == 0 {
			return fmt.Errorf("%s %q is none of ours: a name, and what is in it", set.Kind, set.Name)
		}
		there[o] = true
	}
	named := make(map[string]bool)
	for i, st := range slices.Concat(p.Import, p.Export) {
		switch {
		case !isOurObject(st.Name) || named[st.Name]:
			return fmt.Errorf("statement %q is none of ours", st.Name)
		case i < len(p.Import) && st.Conditions.NeighborSet.Set != "":
			return fmt.Errorf("import statement %q asks for a neighbor", st.Name)
		case i >= len(p.Import) && !st.OnTags():
			return fmt.Errorf("export statement %q is not about tags", st.Name)
		}
		for o := range setsOf([]policies.Statement{st}) {
			if !there[o] {
				return fmt.Errorf("statement %q refers to %s %q, which is not there", st.Name, o.Kind, o.Name)
			}
		}
		named[st.Name] = true
	}
	return nil
}

// elements counts what is in the set of an AddSet.
func (c Call) elements() int {
	if c.Elements == nil {
		return 0
	}
	return c.Elements.Len()
}

// checkPlaces says whether the assignments of c give our policy a place in a list, or take it
// away, and what puts them back does the reverse: the operator's policies stay, in their order.
func (c *Change) checkPlaces() error {
	restored := make(map[Object]Call)
	for _, call := range c.Restore {
		o := placeOf(call)
		if _, twice := restored[o]; twice {
			return fmt.Errorf("restore: %s: it is there twice", call)
		}
		restored[o] = call
	}
	assigned := make(map[Object]bool)
	for _, call := range c.Calls() {
		if call.Verb != Assign {
			continue
		}
		o := placeOf(call)
		if assigned[o] {
			return fmt.Errorf("%s: it is there twice", call)
		}
		assigned[o] = true
		if back, known := restored[o]; known && !sameButOurs(call.Policies, back.Policies) {
			return fmt.Errorf("%s: the operator's policies were %v", call, back.Policies)
		}
	}
	for o, call := range restored {
		if !assigned[o] {
			return fmt.Errorf("restore: %s: nothing has changed it", call)
		}
	}
	return nil
}

// placeOf returns whose list, of which direction, an assignment is.
func placeOf(call Call) Object {
	kind := ExportAssignment
	if call.Import {
		kind = ImportAssignment
	}
	return Object{kind, call.Client.String()}
}

// sameButOurs compares two lists without our policies.
func sameButOurs(a, b []string) bool {
	theirs := func(list []string) []string { return slices.DeleteFunc(slices.Clone(list), isOurs) }
	return slices.Equal(theirs(a), theirs(b))
}
