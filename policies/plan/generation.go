package plan

import (
	"maps"
	"slices"

	"depeer/policies"
)

// InForce returns the policy that is in force: the statements of "depeer" that pass
// their gates, those of "depeer-export" that belong to them, with the sets that they
// refer to, sorted by name, and the sessions that are down by our doing. Of routes, calls
// that only prepare a change, or clean up after it, do not change it.
func (s *State) InForce() *policies.RoutingPolicy {
	p := s.generation(func(st Statement) bool { return st.Gate.Passes(s.Gates) })
	p.Sessions = s.shut()
	return p
}

// generation returns the statements of "depeer" that keep says, the export statements
// that belong to them, and their sets.
func (s *State) generation(keep func(Statement) bool) *policies.RoutingPolicy {
	p := &policies.RoutingPolicy{}
	for _, name := range s.Import {
		if st := s.Statements[name]; keep(st) {
			p.Import = append(p.Import, st.Statement)
		}
	}
	for _, name := range s.exportsOf(names(p.Import)) {
		p.Export = append(p.Export, s.Statements[name].Statement)
	}
	used := setsOf(slices.Concat(p.Import, p.Export))
	for _, name := range sorted(s.PrefixSets) {
		if used[Object{PrefixSet, name}] {
			p.PrefixSets = append(p.PrefixSets, policies.PrefixSet{Name: name, Entries: s.PrefixSets[name]})
		}
	}
	for _, name := range sorted(s.NeighborSets) {
		if used[Object{NeighborSet, name}] {
			p.NeighborSets = append(p.NeighborSets, policies.NeighborSet{Name: name, Addresses: s.NeighborSets[name]})
		}
	}
	for _, name := range sorted(s.ASPathSets) {
		if used[Object{ASPathSet, name}] {
			p.ASPathSets = append(p.ASPathSets, policies.ASPathSet{Name: name, Patterns: s.ASPathSets[name]})
		}
	}
	for _, name := range sorted(s.LargeCommunitySets) {
		if used[Object{LargeCommunitySet, name}] {
			p.LargeCommunitySets = append(p.LargeCommunitySets,
				policies.LargeCommunitySet{Name: name, Patterns: s.LargeCommunitySets[name]})
		}
	}
	return p
}

// setsOf returns the sets that statements refer to.
func setsOf(statements []policies.Statement) map[Object]bool {
	used := make(map[Object]bool)
	for _, s := range statements {
		for kind, c := range map[Kind]policies.Condition{
			PrefixSet: s.Conditions.PrefixSet, NeighborSet: s.Conditions.NeighborSet, ASPathSet: s.Conditions.ASPathSet,
			LargeCommunitySet: s.Conditions.LargeCommunitySet,
		} {
			if c.Set != "" {
				used[Object{kind, c.Set}] = true
			}
		}
	}
	return used
}

// sets returns all sets of ours that the server holds, gates apart.
func (s *State) sets() map[Object]bool {
	all := make(map[Object]bool)
	for name := range s.PrefixSets {
		all[Object{PrefixSet, name}] = true
	}
	for name := range s.NeighborSets {
		all[Object{NeighborSet, name}] = true
	}
	for name := range s.ASPathSets {
		all[Object{ASPathSet, name}] = true
	}
	for name := range s.LargeCommunitySets {
		all[Object{LargeCommunitySet, name}] = true
	}
	return all
}

// names returns the names of a policy's statements, in order.
func names(statements []policies.Statement) []string {
	out := make([]string, len(statements))
	for i, s := range statements {
		out[i] = s.Name
	}
	return out
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// sortedObjects returns the keys of m by kind and name.
func sortedObjects(m map[Object]bool) []Object {
	return slices.SortedFunc(maps.Keys(m), Object.compare)
}
