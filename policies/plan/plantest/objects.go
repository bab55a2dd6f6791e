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
	if m.has(plan.Object{Kind: c.Kind, Name: c.Name}) {
		m.made = nil
	}
	switch c.Kind {
	case plan.PrefixSet:
		entries := slices.Concat(o.PrefixSets[c.Name], c.Entries)
		for _, e := range entries {
			if entries[0].Prefix.Addr().Is4() != e.Prefix.Addr().Is4() {
				return errors.New("can't append different family")
			}
		}
		o.PrefixSets[c.Name] = entries
	case plan.NeighborSet:
		o.NeighborSets[c.Name] = slices.Concat(o.NeighborSets[c.Name], c.Neighbors)
	case plan.ASPathSet:
		o.ASPathSets[c.Name] = slices.Concat(o.ASPathSets[c.Name], c.Paths)
	case plan.LargeCommunitySet:
		o.LargeCommunitySets[c.Name] = slices.Concat(o.LargeCommunitySets[c.Name], c.Larges)
	default:
		panic("plantest: no call adds a " + c.Kind.String())
	}
	return nil
}

func (m *Model) deleteSet(c plan.Call) error {
	o := &m.objects
	if c.Kind == plan.CommunitySet && c.Name == plan.MarkSet && len(o.Marks) != 0 {
		o.Marks = nil
		return nil
	}
	if !m.has(plan.Object{Kind: c.Kind, Name: c.Name}) {
		return fmt.Errorf("not found defined-set: %s", c.Name)
	}
	for _, s := range o.Statements {
		for _, set := range []policies.Condition{s.Conditions.PrefixSet, s.Conditions.NeighborSet,
			s.Conditions.ASPathSet, s.Conditions.LargeCommunitySet} {
			if set.Set == c.Name {
				return fmt.Errorf("can't delete. defined-set %s is in use", c.Name)
			}
		}
	}
	m.made = nil
	switch c.Kind {
	case plan.PrefixSet:
		delete(o.PrefixSets, c.Name)
	case plan.NeighborSet:
		delete(o.NeighborSets, c.Name)
	case plan.ASPathSet:
		delete(o.ASPathSets, c.Name)
	case plan.LargeCommunitySet:
		delete(o.LargeCommunitySets, c.Name)
	default:
		panic("plantest: no call deletes a " + c.Kind.String())
	}
	return nil
}

// has says whether there is a set.
func (m *Model) has(set plan.Object) (there bool) {
	switch set.Kind {
	case plan.PrefixSet:
		_, there = m.objects.PrefixSets[set.Name]
	case plan.ASPathSet:
		_, there = m.objects.ASPathSets[set.Name]
	case plan.LargeCommunitySet:
		_, there = m.objects.LargeCommunitySets[set.Name]
	case plan.NeighborSet:
		if _, there = m.objects.Gates[set.Name]; !there {
			_, there = m.objects.NeighborSets[set.Name]
		}
	}
	return there
}

func (m *Model) hold(c plan.Call) error {
	if !m.has(plan.Object{Kind: plan.NeighborSet, Name: c.Gate.Set}) {
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

// release takes the condition off whatever gate the call names: gobgpd looks at
// the type only.
func (m *Model) release(c plan.Call) error {
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
		for _, set := range []plan.Object{
			{Kind: plan.PrefixSet, Name: s.Conditions.PrefixSet.Set},
			{Kind: plan.ASPathSet, Name: s.Conditions.ASPathSet.Set},
			{Kind: plan.LargeCommunitySet, Name: s.Conditions.LargeCommunitySet.Set},
			{Kind: plan.NeighborSet, Name: s.Conditions.NeighborSet.Set}, {Kind: plan.NeighborSet, Name: s.Gate.Set},
		} {
			if set.Name != "" && !m.has(set) {
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
