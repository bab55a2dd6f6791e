package build

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// mustLeaveScratch panics if a treatment adds a mark or a tag, or does not add its reason.
func (b *builder) mustLeaveScratch(treatments []policies.Treatment) {
	for _, t := range treatments {
		if t.Reason != (policies.LargeCommunity{}) && !slices.Contains(t.LargeCommunities, t.Reason) {
			panic(fmt.Sprintf("build: treatment %q does not add its reason %s", t.Name, t.Reason))
		}
		if slices.ContainsFunc(t.LargeCommunities, policies.Marks(b.asn).Matches) {
			panic(fmt.Sprintf("build: treatment %q adds one of the large communities %s, which are scratch", t.Name,
				policies.Marks(b.asn)))
		}
		if slices.ContainsFunc(t.LargeCommunities, policies.LargeCommunity.IsTag) {
			panic(fmt.Sprintf("build: treatment %q adds one of the large communities of tags", t.Name))
		}
	}
}

// addScratch adds the statement clean at the end if any statement adds a mark. It adds the statement
// scrub at the start if any statement asks for marks or tags, or if treatments have reasons. Both
// have a condition, so that gobgpd does not copy routes without such communities.
func (b *builder) addScratch() {
	take := func(label string, off []policies.LargeCommunityPattern) policies.Statement {
		return policies.Statement{Name: label,
			Conditions: policies.Conditions{LargeCommunitySet: policies.Condition{Set: b.addSet("marks",
				policies.LargeCommunities(off).Sorted())}},
			Actions: policies.Actions{DropLargeCommunities: off}}
	}
	marks := []policies.LargeCommunityPattern{policies.Marks(b.asn)}
	if b.marked {
		b.policy.Import = append(b.policy.Import, take("clean", marks))
	}
	var off []policies.LargeCommunityPattern
	if b.looked || b.tagged {
		off = append(off, marks...)
	}
	if b.tagged {
		off = append(off, policies.TagSpace(b.asn))
	}
	if off = append(off, b.reasons...); len(off) > 0 {
		b.policy.Import = slices.Insert(b.policy.Import, 0, take("scrub", off))
	}
}

// reasonSpaces returns the patterns of all reason communities that treatments could add.
func reasonSpaces(treatments []policies.Treatment) []policies.LargeCommunityPattern {
	var out []policies.LargeCommunityPattern
	for _, t := range treatments {
		space := policies.LargeCommunityPattern{LargeCommunity: t.Reason, AnyLocal2: true}
		space.Local2 = 0
		if t.Reason != (policies.LargeCommunity{}) && !slices.Contains(out, space) {
			out = append(out, space)
		}
	}
	slices.SortFunc(out, func(a, b policies.LargeCommunityPattern) int {
		return a.Compare(b.LargeCommunity)
	})
	return out
}
