package policies

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"

	"depeer/filters"
)

// tagSpace is the second part of all tags.
const tagSpace = markSpace + 1

// TagSpace returns what matches all large communities that a policy for the route
// server of asn (0: not known) tells its own export by. They never reach a member, so no
// treatment may add one.
func TagSpace(asn filters.ASN) LargeCommunityPattern {
	return LargeCommunityPattern{LargeCommunity: tagOf(asn, 0), AnyLocal2: true}
}

func tagOf(asn filters.ASN, value uint32) LargeCommunity {
	c := mark(asn, value)
	c.Local1 = tagSpace
	return c
}

// IsTag says whether c is in the space of tags, of whatever AS. No treatment adds one.
func (c LargeCommunity) IsTag() bool { return c.Local1 == tagSpace }

// Tags returns the tags that the import policy gives to routes, sorted; none where
// nobody has chosen anything.
func (p *RoutingPolicy) Tags() []LargeCommunity {
	var tags []LargeCommunity
	for _, s := range p.Import {
		for _, c := range s.Actions.AddLargeCommunities {
			if c.IsTag() {
				tags = append(tags, c)
			}
		}
	}
	slices.SortFunc(tags, LargeCommunity.Compare)
	return slices.Compact(tags)
}

// number gives the tags of a program their values: 32 bits of a hash of all that
// its export statements do, to whom, and by which lists. Those of two programs that
// differ have none in common, but for a chance of one in 10^7 with twenty tags in each,
// which plan.ChoiceObstacles looks out for.
func (p *program) number(asn filters.ASN) {
	p.give(func(i int) LargeCommunity { return tagOf(asn, uint32(i)) })
	trial := builder{asn: asn, policy: &RoutingPolicy{}}
	trial.export(p)
	generation := digest(func(w io.Writer) {
		for _, l := range p.Lists {
			fmt.Fprintln(w, l.Name)
		}
		for _, s := range trial.policy.Export {
			fmt.Fprintln(w, s.Name, s.Conditions.text(), s.Actions.text())
		}
	})
	given := map[uint32]bool{0: true}
	p.give(func(i int) LargeCommunity {
		var value uint32
		for n := 0; given[value]; n++ {
			sum := sha256.Sum256(fmt.Appendf(nil, "%s %d %d", generation, i, n))
			value = binary.BigEndian.Uint32(sum[:])
		}
		given[value] = true
		return tagOf(asn, value)
	})
}

// give gives each tag of a program the value for its number.
func (p *program) give(value func(i int) LargeCommunity) {
	p.tags = make([]LargeCommunity, len(p.Lists))
	for i := range p.tags {
		p.tags[i] = value(i + 1)
	}
	for w := range p.above {
		if p.above[w] != (LargeCommunity{}) {
			p.above[w] = value(len(p.Lists) + 1 + w)
		}
	}
}

// tag adds the import statements that tag what a list names. A route is tagged once.
// The mark has clean come to it: see arrange.
func (b *builder) tag(l ChosenList, tag LargeCommunity) {
	t := Treatment{Name: "choice-" + l.Name, LargeCommunities: []LargeCommunity{tag}}
	var before []match
	for _, f := range l.Compiled.Filters {
		for _, m := range b.matchesOf(f, t, l.Compiled.Spared) {
			again := slices.ContainsFunc(before, m.meets)
			b.treat(step{match: m, marks: true, once: again})
			before = append(before, m)
		}
	}
	b.tagged = true
}
