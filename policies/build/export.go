package build

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// addExport adds the statements of the export policy: see choices.go.
func (b *builder) addExport(p *memberChoices) {
	b.addRefusals(p)
	b.addAbove(p, "above-deprefer", p.above[policies.Deprefer],
		slices.Concat(p.listsChosen(policies.Deprefer), p.listsChosen(policies.Tag)))
	b.addDepreferences(p)
	b.addAbove(p, "above-tag", p.above[policies.Tag], p.listsChosen(policies.Tag))
	for i, g := range p.groups {
		// without the exchange's ASN, tag changes nothing
		if len(g.lists[policies.Tag]) > 0 && p.Tag.TowardsOne().Changes() {
			b.addTowards(g, fmt.Sprint("tag", i+1), p.tagsOf(g.lists[policies.Tag]), p.Tag.TowardsOne().Actions())
		}
	}
	b.addStrip(p)
}

// addRefusals adds the statements refuse<n>.
func (b *builder) addRefusals(p *memberChoices) {
	for i, g := range p.groups {
		if len(g.lists[policies.Refuse]) > 0 {
			b.addTowards(g, fmt.Sprint("refuse", i+1), p.tagsOf(g.lists[policies.Refuse]),
				policies.Actions{Reject: true})
		}
	}
}

// addDepreferences adds the statements deprefer<n>. GoBGP has one action on large communities in a
// statement: it cannot both remove the tags and add those of the treatment.
func (b *builder) addDepreferences(p *memberChoices) {
	for i, g := range p.groups {
		if len(g.lists[policies.Deprefer]) == 0 || !p.Deprefer.TowardsOne().Changes() { // as for tag
			continue
		}
		tags, a := p.tagsOf(g.lists[policies.Deprefer]), p.Deprefer.TowardsOne().Actions()
		if off := p.tagsOf(g.lists[policies.Tag]); len(off) > 0 {
			first := a
			first.AddLargeCommunities, first.DropLargeCommunities = nil, policies.Exactly(off)
			b.addTowards(g, fmt.Sprint("deprefer", i+1), tags, first)
			if len(a.AddLargeCommunities) > 0 {
				b.addTowards(g, fmt.Sprint("deprefer-add", i+1), tags,
					policies.Actions{AddLargeCommunities: a.AddLargeCommunities})
			}
			continue
		}
		b.addTowards(g, fmt.Sprint("deprefer", i+1), tags, a)
	}
}

// addAbove adds the statement that removes the tags of lists from routes with the tag: the exchange
// treats these at least as severely already.
func (b *builder) addAbove(p *memberChoices, label string, tag policies.LargeCommunity, lists []int) {
	if tag == (policies.LargeCommunity{}) {
		return
	}
	slices.Sort(lists)
	off := policies.Exactly(p.tagsOf(slices.Compact(lists)))
	when := policies.Conditions{LargeCommunitySet: policies.Condition{Set: b.addSet("tags",
		policies.LargeCommunities(policies.Exactly([]policies.LargeCommunity{tag})).Sorted())}}
	b.policy.Export = append(b.policy.Export,
		policies.Statement{Name: label, Conditions: when, Actions: policies.Actions{DropLargeCommunities: off}})
}

// addStrip adds the statement that removes all tags of this generation. It leaves those of the next
// generation, whose statements still have to act on them.
func (b *builder) addStrip(p *memberChoices) {
	all := slices.Clone(p.tags)
	for _, tag := range p.above {
		if tag != (policies.LargeCommunity{}) {
			all = append(all, tag)
		}
	}
	patterns := policies.Exactly(all)
	when := policies.Conditions{LargeCommunitySet: policies.Condition{Set: b.addSet("tags",
		policies.LargeCommunities(patterns).Sorted())}}
	b.policy.Export = append(b.policy.Export,
		policies.Statement{Name: "strip", Conditions: when, Actions: policies.Actions{DropLargeCommunities: patterns}})
}

// addTowards adds a statement about routes with any of tags, towards one group.
func (b *builder) addTowards(g group, label string, tags []policies.LargeCommunity, then policies.Actions) {
	when := policies.Conditions{
		NeighborSet: policies.Condition{Set: b.addSet("choosers", policies.Neighbors(g.addresses))},
		LargeCommunitySet: policies.Condition{Set: b.addSet("tags",
			policies.LargeCommunities(policies.Exactly(tags)).Sorted())},
	}
	b.policy.Export = append(b.policy.Export, policies.Statement{Name: label, Conditions: when, Actions: then})
}

// tagsOf returns the tags of lists.
func (p *memberChoices) tagsOf(lists []int) []policies.LargeCommunity {
	var tags []policies.LargeCommunity
	for _, i := range lists {
		tags = append(tags, p.tags[i])
	}
	return tags
}
