package operate

import (
	"slices"

	"depeer/policies"
	"depeer/policies/journal"
	"depeer/policies/plan"
)

// findLoadedParts returns what our part of the file that gobgpd loaded last may have been: gobgpd has no
// call that tells it. No part: it is not known.
//
// What is in force and bears no mark came with a file: a load of policy wipes the mark
// that each change leaves over gRPC. What bears one came after the load: then history has
// the chain of changes down to the first, which found what had been loaded. A reload that
// gobgpd ignored cannot be told by either.
func (o *Operator) findLoadedParts(store *journal.Store, t Target, state *plan.State) []*policies.RoutingPolicy {
	inForce := state.InForce()
	if len(state.Applied) == 0 && len(inForce.Import)+len(inForce.Export) > 0 {
		return []*policies.RoutingPolicy{inForce}
	}
	first := findFirstLoaded(store, t.Address, state.Applied)
	switch {
	case len(state.Applied) > 0 && first == nil:
		return nil
	case len(state.Applied) > 0:
		return []*policies.RoutingPolicy{first}
	case first == nil: // nothing is in force, and nothing ever was, as far as is known
		return []*policies.RoutingPolicy{inForce}
	default: // cleared, and perhaps loaded again since
		return []*policies.RoutingPolicy{first, inForce}
	}
}

// findFirstLoaded follows the chain of changes from the one with a mark in marks, or, without
// any, from a clear that was the last, down to the one that found no mark, and returns what
// that one found in force.
func findFirstLoaded(store *journal.Store, address string, marks []string) *policies.RoutingPolicy {
	next, seen := marks, len(marks) > 0
	for record, err := range store.Backward(address) {
		if err != nil {
			return nil
		}
		if record.Unread != nil {
			return nil
		}
		p, err := record.Plan()
		if err != nil {
			return nil
		}
		switch {
		case !record.Finished():
			continue
		case !seen && !p.Clear:
			return nil
		case seen && !slices.Contains(next, p.ID):
			continue
		}
		before := p.Follows()
		if before == "" {
			return p.Change.Old
		}
		next, seen = []string{before}, true
	}
	return nil
}
