package policies

import (
	"encoding/json"
	"slices"
)

// Plans and histories hold policies in this form: a list for each kind of set. Versions
// before there was one type for all kinds wrote it, and read it.
type storedPolicy struct {
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

// MarshalJSON writes a list for each kind of set.
func (p RoutingPolicy) MarshalJSON() ([]byte, error) {
	stored := storedPolicy{Import: p.Import, Export: p.Export, Sessions: p.Sessions}
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
	return json.Marshal(stored)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *RoutingPolicy) UnmarshalJSON(data []byte) error {
	var stored storedPolicy
	if err := json.Unmarshal(data, &stored); err != nil {
		return err
	}
	*p = RoutingPolicy{Import: stored.Import, Export: stored.Export, Sessions: stored.Sessions}
	for _, s := range stored.PrefixSets {
		p.Sets = append(p.Sets, Set{s.Name, s.Entries})
	}
	for _, s := range stored.NeighborSets {
		p.Sets = append(p.Sets, Set{s.Name, s.Addresses})
	}
	for _, s := range stored.ASPathSets {
		p.Sets = append(p.Sets, Set{s.Name, s.Patterns})
	}
	for _, s := range stored.LargeCommunitySets {
		p.Sets = append(p.Sets, Set{s.Name, s.Patterns})
	}
	slices.SortStableFunc(p.Sets, CompareSets)
	return nil
}
