package policies

import (
	"encoding/json"
	"slices"
)

// Stored is a policy in the form that plans and histories hold: a list for each kind of set.
// Versions before there was one type for all kinds wrote it, and read it. It shares the
// policy's memory.
type Stored struct {
	PrefixSets         []storedPrefixSet
	NeighborSets       []storedNeighborSet `json:",omitempty"`
	ASPathSets         []storedASPathSet
	LargeCommunitySets []storedLargeCommunitySet
	Import             []Statement
	Export             []Statement
	Sessions           []Session `json:",omitempty"`
}

type (
	storedPrefixSet struct {
		Name    string
		Entries Prefixes
	}
	storedNeighborSet struct {
		Name      string
		Addresses Neighbors
	}
	storedASPathSet struct {
		Name     string
		Patterns ASPaths
	}
	storedLargeCommunitySet struct {
		Name     string
		Patterns LargeCommunities
	}
)

// Store returns the stored form of p; nil for nil.
func (p *RoutingPolicy) Store() *Stored {
	if p == nil {
		return nil
	}
	stored := &Stored{Import: p.Import, Export: p.Export, Sessions: p.Sessions}
	for _, s := range p.Sets {
		switch e := s.Elements.(type) {
		case Prefixes:
			stored.PrefixSets = append(stored.PrefixSets, storedPrefixSet{s.Name, e})
		case Neighbors:
			stored.NeighborSets = append(stored.NeighborSets, storedNeighborSet{s.Name, e})
		case ASPaths:
			stored.ASPathSets = append(stored.ASPathSets, storedASPathSet{s.Name, e})
		case LargeCommunities:
			stored.LargeCommunitySets = append(stored.LargeCommunitySets, storedLargeCommunitySet{s.Name, e})
		default:
			panic("policies: no stored form of " + s.Kind().String() + " sets")
		}
	}
	return stored
}

// Policy returns the policy of a stored form; nil for nil.
func (s *Stored) Policy() *RoutingPolicy {
	if s == nil {
		return nil
	}
	p := &RoutingPolicy{Import: s.Import, Export: s.Export, Sessions: s.Sessions}
	for _, set := range s.PrefixSets {
		p.Sets = append(p.Sets, Set{set.Name, set.Entries})
	}
	for _, set := range s.NeighborSets {
		p.Sets = append(p.Sets, Set{set.Name, set.Addresses})
	}
	for _, set := range s.ASPathSets {
		p.Sets = append(p.Sets, Set{set.Name, set.Patterns})
	}
	for _, set := range s.LargeCommunitySets {
		p.Sets = append(p.Sets, Set{set.Name, set.Patterns})
	}
	slices.SortStableFunc(p.Sets, CompareSets)
	return p
}

// MarshalJSON writes the stored form. Where a policy is long, Store it beforehand: the encoder
// copies what a method returns.
func (p RoutingPolicy) MarshalJSON() ([]byte, error) { return json.Marshal(p.Store()) }

// UnmarshalJSON reads what MarshalJSON writes.
func (p *RoutingPolicy) UnmarshalJSON(data []byte) error {
	var stored Stored
	if err := json.Unmarshal(data, &stored); err != nil {
		return err
	}
	*p = *stored.Policy()
	return nil
}
