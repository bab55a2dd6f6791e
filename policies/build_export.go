package policies

import (
	"fmt"
	"net/netip"
	"slices"
)

// export adds the statements of the export policy: see choices.go.
func (b *builder) export(p *program) {
	b.refusing(p)
	b.above(p, "above-deprefer", p.above[Deprefer], slices.Concat(p.wished(Deprefer), p.wished(Tag)))
	b.depreferring(p)
	b.above(p, "above-tag", p.above[Tag], p.wished(Tag))
	for i, g := range p.groups {
		if len(g.lists[Tag]) > 0 && p.Tag.TowardsOne().Changes() { // without an ASN of the exchange it does nothing
			b.towards(g, fmt.Sprint("tag", i+1), p.of(g.lists[Tag]), attributes(p.Tag))
		}
	}
	b.strip(p)
}

func (b *builder) refusing(p *program) {
	for i, g := range p.groups {
		if len(g.lists[Refuse]) > 0 {
			b.towards(g, fmt.Sprint("refuse", i+1), p.of(g.lists[Refuse]), Actions{Reject: true})
		}
	}
}

// depreferring adds what is done for who wishes to de-prefer. GoBGP's one action on
// large communities cannot both take the tags off and add the treatment's own.
func (b *builder) depreferring(p *program) {
	for i, g := range p.groups {
		if len(g.lists[Deprefer]) == 0 || !p.Deprefer.TowardsOne().Changes() { // as tag does, below
			continue
		}
		tags, a := p.of(g.lists[Deprefer]), attributes(p.Deprefer)
		if off := p.of(g.lists[Tag]); len(off) > 0 {
			first := a
			first.AddLargeCommunities, first.DropLargeCommunities = nil, exactly(off)
			b.towards(g, fmt.Sprint("deprefer", i+1), tags, first)
			if len(a.AddLargeCommunities) > 0 {
				b.towards(g, fmt.Sprint("deprefer-add", i+1), tags, Actions{AddLargeCommunities: a.AddLargeCommunities})
			}
			continue
		}
		b.towards(g, fmt.Sprint("deprefer", i+1), tags, a)
	}
}

// above takes the tags of lists off routes that the exchange has done enough to.
func (b *builder) above(p *program, label string, tag LargeCommunity, lists []int) {
	if tag == (LargeCommunity{}) {
		return
	}
	slices.Sort(lists)
	off := exactly(p.of(slices.Compact(lists)))
	when := Conditions{LargeCommunitySet: Condition{Set: b.largeCommunitySet("tags", exactly([]LargeCommunity{tag}))}}
	b.policy.Export = append(b.policy.Export, Statement{label, when, Actions{DropLargeCommunities: off}})
}

// strip takes off all tags of this program, and no other's: those of the next one
// are still to be acted on.
func (b *builder) strip(p *program) {
	all := slices.Clone(p.tags)
	for _, tag := range p.above {
		if tag != (LargeCommunity{}) {
			all = append(all, tag)
		}
	}
	patterns := exactly(all)
	when := Conditions{LargeCommunitySet: Condition{Set: b.largeCommunitySet("tags", patterns)}}
	b.policy.Export = append(b.policy.Export, Statement{"strip", when, Actions{DropLargeCommunities: patterns}})
}

// towards adds a statement on routes with any of tags, for a group alone.
func (b *builder) towards(g group, label string, tags []LargeCommunity, then Actions) {
	when := Conditions{
		NeighborSet:       Condition{Set: b.neighborSet(g.addresses)},
		LargeCommunitySet: Condition{Set: b.largeCommunitySet("tags", exactly(tags))},
	}
	b.policy.Export = append(b.policy.Export, Statement{label, when, then})
}

// of returns the tags of lists.
func (p *program) of(lists []int) []LargeCommunity {
	var tags []LargeCommunity
	for _, i := range lists {
		tags = append(tags, p.tags[i])
	}
	return tags
}

// attributes returns what t does towards one member.
func attributes(t Treatment) Actions {
	return t.TowardsOne().actions()
}

func (b *builder) neighborSet(addresses []netip.Addr) string {
	name := setName("choosers", "neighbor", addresses, netip.Addr.String)
	if !slices.ContainsFunc(b.policy.NeighborSets, func(s NeighborSet) bool { return s.Name == name }) {
		b.policy.NeighborSets = append(b.policy.NeighborSets, NeighborSet{name, addresses})
	}
	return name
}
