package eval

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// largeTable gives a bit to every large community that the policy matches, adds or removes by its
// full value. For each pattern with AnyLocal2 it gives one more bit to all other communities that
// the pattern matches. Communities that the policy does not mention have no bit.
type largeTable struct {
	exact  map[policies.LargeCommunity]uint32
	others map[space]uint32
	spaces []space // of both, distinct; few, and most communities of routes are in none
	words  int
}

func newLargeTable(p *policies.RoutingPolicy) largeTable {
	t := largeTable{exact: make(map[policies.LargeCommunity]uint32), others: make(map[space]uint32)}
	for _, patterns := range policies.SetsOf[policies.LargeCommunities](p) {
		t.addPatterns(patterns)
	}
	for _, s := range p.Import {
		t.addPatterns(s.Actions.DropLargeCommunities)
		for _, c := range s.Actions.AddLargeCommunities {
			t.addPatterns([]policies.LargeCommunityPattern{{LargeCommunity: c}})
		}
	}
	t.words = t.size()/64 + 1
	return t
}

// size returns the number of bits.
func (t *largeTable) size() int { return len(t.exact) + len(t.others) }

// addPatterns gives bits to patterns that have none yet.
func (t *largeTable) addPatterns(list []policies.LargeCommunityPattern) {
	for _, p := range list {
		bit, s := uint32(t.size()), spaceOf(p.LargeCommunity)
		if _, known := t.others[s]; p.AnyLocal2 && !known {
			t.others[s] = bit
		}
		if _, known := t.exact[p.LargeCommunity]; !p.AnyLocal2 && !known {
			t.exact[p.LargeCommunity] = bit
		}
		if !slices.Contains(t.spaces, s) {
			t.spaces = append(t.spaces, s)
		}
	}
}

// space is the first two parts of large communities.
type space uint64

func spaceOf(c policies.LargeCommunity) space { return space(c.Global)<<32 | space(c.Local1) }

// setPresent sets the bits of the large communities of a route, and says whether it set any.
func (t *largeTable) setPresent(list []policies.LargeCommunity, large bits) (some bool) {
	for _, c := range list {
		if !slices.Contains(t.spaces, spaceOf(c)) {
			continue
		}
		bit, known := t.exact[c]
		if !known {
			bit, known = t.others[spaceOf(c)]
		}
		if known {
			large.set(bit)
			some = true
		}
	}
	return some
}

// addMask returns the bits of list; nil for an empty list.
func (t *largeTable) addMask(list []policies.LargeCommunity) []uint64 {
	if len(list) == 0 {
		return nil
	}
	mask := make(bits, t.words)
	for _, c := range list {
		mask.set(t.exact[c])
	}
	return mask
}

// matchMask returns the bits of everything that some pattern of list matches; nil for an empty
// list.
func (t *largeTable) matchMask(list []policies.LargeCommunityPattern) []uint64 {
	if len(list) == 0 {
		return nil
	}
	mask := make(bits, t.words)
	for _, p := range list {
		for c, bit := range t.exact {
			if p.Matches(c) {
				mask.set(bit)
			}
		}
		if p.AnyLocal2 {
			mask.set(t.others[spaceOf(p.LargeCommunity)])
		}
	}
	return mask
}

// compileCondition returns c, a condition on a set of p, as a mask of bits.
func (t *largeTable) compileCondition(p *policies.RoutingPolicy, c policies.Condition) maskCondition {
	if c.Set == "" {
		return maskCondition{}
	}
	patterns := policies.ElementsOf[policies.LargeCommunities](p, c.Set)
	if len(patterns) == 0 {
		panic(fmt.Sprintf("eval: condition on the set %s, which is empty or not there", c.Set))
	}
	return maskCondition{kindOf(c), t.matchMask(patterns)}
}
