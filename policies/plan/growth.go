package plan

import (
	"fmt"
	"math/big"

	"depeer/filters"
	"depeer/policies"
)

// Guard is what one guard says of a plan: numbers, and whether they are within
// its limit.
type Guard struct {
	Code  string `json:"code"`
	Value int    `json:"value"` // in the unit of Limit
	Limit int    `json:"limit"` // what is allowed; with an override, that
	Of    int    `json:"of"`    // what the limit was made from
	OK    bool   `json:"ok"`
	Flag  string `json:"flag"` // that overrides it with an exact number
}

// String returns what a guard says, with the flag that passes it.
func (g Guard) String() string {
	text := fmt.Sprintf("%s: %d of %d entries, %d allowed", g.Code, g.Value, g.Of, g.Limit)
	if g.OK {
		return text
	}
	return fmt.Sprintf("%s: refused (--%s %d, if it is meant)", text, g.Flag, g.Value)
}

// Share is a part of a whole that may not be exceeded.
type Share interface {
	Exceeded(part, all *big.Int) bool
}

// GrowthLimits are how much a policy may change at once, against what was applied
// last.
type GrowthLimits struct {
	Growth Share
	Free   int // entries that may be added whatever Growth says
	Shrink Share
}

// Growth returns what the guards on growth and shrinkage say of a change from what
// was applied last, nil if nothing was, to want. An entry is a prefix with a range,
// or an AS pattern; one that is only treated otherwise is neither added nor taken.
func Growth(last, want *policies.RoutingPolicy, limits GrowthLimits, overrides map[string]int) []Guard {
	if last == nil {
		return nil // the absolute limits hold
	}
	before, after := elements(last), elements(want)
	added, taken := missing(after, before), missing(before, after)
	growth := Guard{Code: "guard-max-growth", Value: added, Of: len(before), Limit: max(limits.Free, largest(limits.Growth, len(before))), Flag: "allow-growth"}
	shrink := Guard{Code: "guard-max-shrink", Value: taken, Of: len(before), Limit: largest(limits.Shrink, len(before)), Flag: "allow-shrink"}
	guards := []Guard{growth, shrink}
	for i := range guards {
		g := &guards[i]
		if n, given := overrides[g.Flag]; given {
			g.Limit = n
		}
		g.OK = g.Value <= g.Limit
	}
	return guards
}

// largest returns the most that is not over a share of all.
func largest(share Share, all int) int {
	low, high := 0, all
	if !share.Exceeded(big.NewInt(int64(all)), big.NewInt(int64(all))) {
		low, high = all, 1000*all
	}
	for low < high {
		if mid := low + (high-low+1)/2; share.Exceeded(big.NewInt(int64(mid)), big.NewInt(int64(all))) {
			high = mid - 1
		} else {
			low = mid
		}
	}
	return low
}

// element is an entry or a pattern, wherever it stands.
type element struct {
	entry   filters.Entry
	pattern policies.ASPathPattern
}

func elements(p *policies.RoutingPolicy) map[element]bool {
	all := make(map[element]bool)
	for _, set := range p.PrefixSets {
		for _, e := range set.Entries {
			all[element{entry: e}] = true
		}
	}
	for _, set := range p.ASPathSets {
		for _, pattern := range set.Patterns {
			all[element{pattern: pattern}] = true
		}
	}
	return all
}

// missing counts what is in a and not in b.
func missing(a, b map[element]bool) int {
	n := 0
	for e := range a {
		if !b[e] {
			n++
		}
	}
	return n
}
