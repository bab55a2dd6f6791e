package plan

import (
	"maps"
	"slices"

	"depeer/policies"
)

// InForce returns the policy that is in force, with sets sorted by name: the statements of
// "depeer" that pass their gates, the statements of "depeer-export" that belong to them, the sets
// that both refer to, and the sessions that we have shut down. Calls that prepare a change, or
// clean up after it, change nothing of what InForce returns about routes.
func (s *State) InForce() *policies.RoutingPolicy {
	p := s.selectGeneration(func(st Statement) bool { return st.Gate.Passes(s.Gates) })
	p.Sessions = s.sessionState().OursDown()
	return p
}

// selectGeneration returns the statements of "depeer" for which keep is true, the export statements that
// belong to them, and the sets of both.
func (s *State) selectGeneration(keep func(Statement) bool) *policies.RoutingPolicy {
	p := &policies.RoutingPolicy{}
	for _, name := range s.Import {
		if st := s.Statements[name]; keep(st) {
			p.Import = append(p.Import, st.Statement)
		}
	}
	for _, name := range s.exportsOf(statementNames(p.Import)) {
		p.Export = append(p.Export, s.Statements[name].Statement)
	}
	used := setsOf(slices.Concat(p.Import, p.Export))
	for _, set := range s.Sets.sortedObjects() {
		if used[set] {
			p.Sets = append(p.Sets, policies.Set{Name: set.Name, Elements: s.Sets[set]})
		}
	}
	return p
}

// setsOf returns the sets that statements refer to.
func setsOf(statements []policies.Statement) map[Object]bool {
	used := make(map[Object]bool)
	for _, s := range statements {
		for kind, c := range s.Conditions.All() {
			if c.Set != "" {
				used[Object{KindOf(kind), c.Set}] = true
			}
		}
	}
	return used
}

// sortedObjects returns the sets of the server, by kind and name.
func (s Sets) sortedObjects() []Object { return slices.SortedFunc(maps.Keys(s), Object.compare) }

// hasSet says whether the server holds a set of ours.
func (s *State) hasSet(set Object) bool {
	_, there := s.Sets[set]
	return there
}

// statementNames returns the names of a policy's statements, in order.
func statementNames(statements []policies.Statement) []string {
	out := make([]string, len(statements))
	for i, s := range statements {
		out[i] = s.Name
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sortedObjects returns the keys of m by kind and name.
func sortedObjects(m map[Object]bool) []Object {
	return slices.SortedFunc(maps.Keys(m), Object.compare)
}
