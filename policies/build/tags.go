package build

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// tagOf returns the tag with the value.
func tagOf(asn filters.ASN, value uint32) policies.LargeCommunity {
	return valueIn(policies.TagSpace(asn), value)
}

// numberTags gives the tags their values: 32 bits of a hash of all export statements, their members
// and their lists. Different choices have no tag in common, except with a chance of one in 10^7 for
// twenty tags in each. plan.ChoiceObstacles detects that case.
func (p *memberChoices) numberTags(asn filters.ASN) {
	p.giveTags(func(i int) policies.LargeCommunity { return tagOf(asn, uint32(i)) })
	trial := builder{asn: asn, policy: &policies.RoutingPolicy{}}
	trial.addExport(p)
	var lines []string
	for _, l := range p.Lists {
		lines = append(lines, l.Name)
	}
	for _, statement := range trial.policy.Export {
		lines = append(lines, statement.Text())
	}
	generation := policies.DigestLines(lines)
	given := map[uint32]bool{0: true}
	p.giveTags(func(i int) policies.LargeCommunity {
		var value uint32
		for n := 0; given[value]; n++ {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", generation, i, n))
			value = binary.BigEndian.Uint32(sum[:])
		}
		given[value] = true
		return tagOf(asn, value)
	})
}

// giveTags gives each tag the value for its number.
func (p *memberChoices) giveTags(value func(i int) policies.LargeCommunity) {
	p.tags = make([]policies.LargeCommunity, len(p.Lists))
	for i := range p.tags {
		p.tags[i] = value(i + 1)
	}
	for w := range p.above {
		if p.above[w] != (policies.LargeCommunity{}) {
			p.above[w] = value(len(p.Lists) + 1 + w)
		}
	}
}

// addTagging adds the import statements that tag the routes of a list. A route gets the tag once. The
// mark makes clean change the route: see arrangeSteps.
func (b *builder) addTagging(l ChosenList, tag policies.LargeCommunity) {
	t := policies.Treatment{Name: "choice-" + l.Name, LargeCommunities: []policies.LargeCommunity{tag}}
	var before []match
	for _, f := range l.Compiled.Filters {
		for _, m := range b.matchesOf(f, t, l.Compiled.Protected) {
			again := slices.ContainsFunc(before, m.canMeet)
			b.addStep(step{match: m, marks: true, once: again})
			before = append(before, m)
		}
	}
	b.tagged = true
}
