package plantest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// State reads what the route server holds. What was sent and is late takes effect
// first: that it can is why a State is read again before anything is believed.
func (m *Model) State(context.Context) (*plan.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range m.late {
		m.doCall(c) // what is refused is refused unseen
	}
	m.late, m.later = m.later, nil
	o := m.objects.cloneObjects()
	s := &plan.State{
		Server:     m.server,
		Sets:       o.Sets,
		Gates:      make(map[string]plan.GateState),
		Statements: o.Statements,
		Import:     slices.Clone(o.Policies[policies.ImportPolicy]),
		Export:     slices.Clone(o.Policies[policies.ExportPolicy]),
		Applied:    o.Marks,
		Sessions:   uniqueNotes(o.Sessions),
		Accepting:  make(map[string]bool),
		Theirs:     make(map[plan.Object]string),
	}
	for _, c := range m.clients {
		d := c.Client
		d.Import.Policies, d.Export.Policies = slices.Clone(c.Import.Policies), slices.Clone(c.Export.Policies)
		d.Accepted = uint64(len(c.tableOf()))
		s.Clients = append(s.Clients, d)
	}
	for name, elements := range o.Gates {
		s.Gates[name] = stateOf(elements)
	}
	for name, policy := range o.Operators {
		s.Theirs[plan.Object{Kind: plan.Policy, Name: name}] = fmt.Sprint(policy)
		if policy.Decision == plan.Accept {
			s.Accepting[name] = true
		}
	}
	if o.Holder != "" {
		s.Holders = []string{o.Holder}
	}
	s.Conflicts = findConflicts(s)
	return s, nil
}

// stateOf reads a gate's elements, of which some may be there twice.
func stateOf(elements []netip.Prefix) plan.GateState {
	unique := slices.Compact(slices.SortedFunc(slices.Values(elements), netip.Prefix.Compare))
	same := func(want []netip.Prefix) bool {
		return slices.Equal(unique, slices.SortedFunc(slices.Values(want), netip.Prefix.Compare))
	}
	switch {
	case same(nobody):
		return plan.Closed
	case same(slices.Concat(nobody, all)):
		return plan.Open
	default:
		return plan.Modified
	}
}

// findConflicts finds what does not have the name of its contents: sets, and generations
// in our policies.
func findConflicts(s *plan.State) []plan.Conflict {
	var out []plan.Conflict
	add := func(k plan.Kind, name string, genuine bool) {
		if !genuine {
			out = append(out, plan.Conflict{Object: plan.Object{Kind: k, Name: name}, Why: "not what its name says"})
		}
	}
	for _, set := range slices.SortedFunc(maps.Keys(s.Sets), compareObjects) {
		add(set.Kind, set.Name, policies.Set{Name: set.Name, Elements: s.Sets[set]}.Genuine())
	}
	generations := make(map[string][]policies.Statement)
	for _, name := range slices.Concat(s.Import, s.Export) {
		generation, _, _ := strings.Cut(strings.TrimPrefix(name, policies.Prefix), "/")
		generations[generation] = append(generations[generation], s.Statements[name].Statement)
	}
	for _, generation := range sortedKeys(generations) {
		add(plan.StatementObject, policies.Prefix+generation, policies.GenuineStatements(generations[generation]))
	}
	return out
}

func compareObjects(a, b plan.Object) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name))
}

// uniqueNotes returns notes in an order of their own, each once.
func uniqueNotes(notes []session.Note) []session.Note {
	var out []session.Note
	for _, n := range notes {
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	slices.SortFunc(out, func(a, b session.Note) int {
		return cmp.Or(a.Member.Compare(b.Member), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Message, b.Message))
	})
	return out
}
