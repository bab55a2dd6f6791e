package plantest

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
)

func (m *Model) addSet(c plan.Call) error {
	o := &m.objects
	if m.hasSet(plan.Object{Kind: c.Kind, Name: c.Name}) {
		m.made = nil
	}
	set := plan.Object{Kind: c.Kind, Name: c.Name}
	elements := c.Elements
	if elements == nil {
		panic("plantest: " + c.String() + " without elements")
	}
	if held, there := o.Sets[set]; there {
		elements = held.With(elements)
	}
	if entries, are := elements.(policies.Prefixes); are {
		for _, e := range entries {
			if entries[0].Prefix.Addr().Is4() != e.Prefix.Addr().Is4() {
				return errors.New("can't append different family")
			}
		}
	}
	o.Sets[set] = elements
	return nil
}

func (m *Model) deleteSet(c plan.Call) error {
	o := &m.objects
	if c.Kind == plan.CommunitySet && c.Name == plan.MarkSet && len(o.Marks) != 0 {
		o.Marks = nil
		return nil
	}
	if !m.hasSet(plan.Object{Kind: c.Kind, Name: c.Name}) {
		return fmt.Errorf("not found defined-set: %s", c.Name)
	}
	for _, s := range o.Statements {
		for _, set := range s.Conditions.All() {
			if set.Set == c.Name {
				return fmt.Errorf("can't delete. defined-set %s is in use", c.Name)
			}
		}
	}
	m.made = nil
	delete(o.Sets, plan.Object{Kind: c.Kind, Name: c.Name})
	return nil
}

// hasSet says whether there is a set.
func (m *Model) hasSet(set plan.Object) (there bool) {
	if _, there = m.objects.Sets[set]; !there && set.Kind == plan.NeighborSet {
		_, there = m.objects.Gates[set.Name]
	}
	return there
}

func (m *Model) holdStatement(c plan.Call) error {
	if !m.hasSet(plan.Object{Kind: plan.NeighborSet, Name: c.Gate.Set}) {
		return fmt.Errorf("not found neighbor set %s", c.Gate.Set)
	}
	s := m.objects.Statements[c.Name] // or one without conditions and actions: an orphan
	if s.Gate.Set != "" || s.Conditions.NeighborSet.Set != "" {
		return errors.New("condition 1 is already set")
	}
	s.Name, s.Gate = c.Name, c.Gate
	m.objects.Statements[c.Name] = s
	return nil
}

// releaseStatement takes the condition off whatever gate the call names: gobgpd looks at
// the type only.
func (m *Model) releaseStatement(c plan.Call) error {
	s, there := m.objects.Statements[c.Name]
	switch {
	case !there:
		return fmt.Errorf("not found statement: %s", c.Name)
	case s.Gate.Set == "":
		return errors.New("condition 1 is not set")
	}
	s.Gate = plan.Gate{}
	m.objects.Statements[c.Name] = s
	return nil
}

func (m *Model) addStatements(c plan.Call) error {
	for _, s := range c.Add {
		asked := []plan.Object{{Kind: plan.NeighborSet, Name: s.Gate.Set}}
		for kind, c := range s.Conditions.All() {
			asked = append(asked, plan.Object{Kind: plan.KindOf(kind), Name: c.Set})
		}
		for _, set := range asked {
			if set.Name != "" && !m.hasSet(set) {
				return fmt.Errorf("not found %s", set)
			}
		}
	}
	list := slices.Clone(m.objects.Policies[c.Policy])
	for _, s := range c.Add {
		if _, taken := m.objects.Statements[s.Name]; taken {
			return fmt.Errorf("statement %s already defined", s.Name)
		}
		m.objects.Statements[s.Name] = s
		list = append(list, s.Name)
	}
	m.objects.Policies[c.Policy] = list
	return nil
}

func (m *Model) takeStatements(c plan.Call) error {
	list, defined := m.objects.Policies[c.Policy]
	if !defined {
		return fmt.Errorf("not found policy: %s", c.Policy)
	}
	m.objects.Policies[c.Policy] = slices.DeleteFunc(slices.Clone(list),
		func(name string) bool { return slices.Contains(c.Take, name) })
	return nil
}

func (m *Model) deleteStatement(c plan.Call) error {
	if _, there := m.objects.Statements[c.Name]; !there {
		return fmt.Errorf("not found statement: %s", c.Name)
	}
	for list := range maps.Values(m.objects.Policies) {
		if slices.Contains(list, c.Name) {
			return fmt.Errorf("can't delete. statement %s is in use", c.Name)
		}
	}
	m.made = nil
	delete(m.objects.Statements, c.Name)
	return nil
}
