package eval

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// largeTable gives a bit to every large community that the policy looks at, adds
// or takes off by its full value, and for each pattern with AnyLocal2 one more to
// all others that it matches. What the policy does not mention has none.
type largeTable struct {
	exact  map[policies.LargeCommunity]uint32
	others map[space]uint32
	spaces []space // of both, distinct; few, and most communities of routes are in none
	words  int
}

func newLargeTable(p *policies.RoutingPolicy) largeTable {
	t := largeTable{exact: make(map[policies.LargeCommunity]uint32), others: make(map[space]uint32)}
	for _, patterns := range policies.SetsOf[policies.LargeCommunities](p) {
		t.mention(patterns)
	}
	for _, s := range p.Import {
		t.mention(s.Actions.DropLargeCommunities)
		for _, c := range s.Actions.AddLargeCommunities {
			t.mention([]policies.LargeCommunityPattern{{LargeCommunity: c}})
		}
	}
	t.words = t.size()/64 + 1
	return t
}

// size is the number of bits.
func (t *largeTable) size() int { return len(t.exact) + len(t.others) }

// mention gives bits to patterns that have none yet.
func (t *largeTable) mention(list []policies.LargeCommunityPattern) {
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

// present sets the bits of the large communities of a route, and says whether it
// has set any.
func (t *largeTable) present(list []policies.LargeCommunity, large bits) (some bool) {
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

// adding returns the bits of list; nil for none.
func (t *largeTable) adding(list []policies.LargeCommunity) []uint64 {
	if len(list) == 0 {
		return nil
	}
	mask := make(bits, t.words)
	for _, c := range list {
		mask.set(t.exact[c])
	}
	return mask
}

// matching returns the bits of all that some pattern of list matches; nil for none.
func (t *largeTable) matching(list []policies.LargeCommunityPattern) []uint64 {
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

// condition returns c, which is on a set of p, in terms of bits.
func (t *largeTable) condition(p *policies.RoutingPolicy, c policies.Condition) maskCondition {
	if c.Set == "" {
		return maskCondition{}
	}
	patterns := policies.ElementsOf[policies.LargeCommunities](p, c.Set)
	if len(patterns) == 0 {
		panic(fmt.Sprintf("eval: condition on the set %s, which is empty or not there", c.Set))
	}
	return maskCondition{kindOf(c), t.matching(patterns)}
}
