package build

import (
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Policy returns the policy for a route server of asn (0: not known) on which no member has made a
// choice: see PolicyWithChoices.
func Policy(c *filters.Compiled, treatments []policies.Treatment, asn filters.ASN) *policies.RoutingPolicy {
	return PolicyWithChoices(c, treatments, asn, Choices{})
}

// PolicyWithChoices returns the policy for a route server of asn (0: not known). Each filter of c
// names the treatment of the routes that it matches. The first filter that matches a route treats
// it, and no other one does. AS paths match no route in protected space, and prefix entries have that
// space cut out. choices are what members have chosen for themselves.
//
// treatments are those that filters may name, most severe first. The order matters for choices: they
// add only to less severe treatments. (The filters of c are in order already.) Where a treatment shuts
// sessions down, Sessions has an entry for each ASN that providers in force list.
//
// The statements of the import policy:
//
//	scrub                 removes marks, tags and reasons that members have sent
//	short                 before the first statement that changes attributes of IPv4 prefixes of
//	                      /8 and shorter: marks these, which excludes them (see policies.LongestShort)
//	<treatment>-prefix4   one for each way in which a filter matches. It refuses the
//	  -prefix6            route, or changes its attributes. It adds the mark of treated
//	  -as-path[4,6]       routes if a later statement could match the route again. That
//	  -group<n>[4,6]      statement asks for the absence of the mark
//	  (-except<n>)        before a group: marks the routes that its exceptions match
//	choice-<list>-...     tags the routes of a list that members have made choices for, unless
//	                      the exchange refuses them
//	clean                 removes marks
//
// A refusal needs no mark, because it ends the policy. A policy of refusals alone has no marks and no
// clean, and it has a scrub only if treatments have reasons. A treatment that changes nothing has a
// statement only if that keeps a less severe treatment from a route. The export policy has statements
// if some member's choice matches something: see choices.go.
//
// The same arguments give the same result.
func PolicyWithChoices(c *filters.Compiled, treatments []policies.Treatment, asn filters.ASN,
	choices Choices) *policies.RoutingPolicy {
	b := builder{asn: asn, policy: &policies.RoutingPolicy{Sessions: findSessions(c, treatments)},
		reasons: reasonSpaces(treatments)}
	b.mustLeaveScratch(treatments)
	steps := arrangeSteps(b.listMatches(c, treatments))
	p := choices.resolveChoices(steps, treatments, asn)
	for _, s := range steps {
		if p != nil {
			p.raiseStep(&s, treatments)
		}
		if s.leaves {
			b.addLeavingShort(p)
		}
		b.addStep(s)
	}
	if p != nil {
		if p.short != (policies.LargeCommunity{}) {
			b.addLeavingShort(p)
		}
		for i, l := range p.Lists {
			b.addTagging(l, p.tags[i])
		}
		b.addExport(p)
	}
	b.addScratch()
	b.sortSets()
	policies.NameStatements(b.policy.Import)
	policies.NameStatements(b.policy.Export)
	mustBeNarrow(b.policy)
	return b.policy
}

// builder is a policy while it is built.
type builder struct {
	asn    filters.ASN
	policy *policies.RoutingPolicy
	groups int  // number of groups of path matches with exceptions, so far
	marked bool // a statement adds a mark
	looked bool // a statement asks for the absence of a mark
	tagged bool // a statement adds a tag
	short  bool // a statement marks short announcements

	reasons []policies.LargeCommunityPattern // reason communities, which scrub removes from members' routes
}

// addImport adds a statement at the end of the import policy.
func (b *builder) addImport(label string, when policies.Conditions, then policies.Actions) {
	b.policy.Import = append(b.policy.Import, policies.Statement{Name: label, Conditions: when, Actions: then})
}

// addSet adds a set of elements, unless the policy has it already, and returns its name. owner is a
// treatment, or another word for what the set is for.
func (b *builder) addSet(owner string, elements policies.Elements) string {
	set := policies.NewSet(owner, elements)
	if !slices.ContainsFunc(b.policy.Sets, func(s policies.Set) bool { return s.Name == set.Name }) {
		b.policy.Sets = append(b.policy.Sets, set)
	}
	return set.Name
}

// sortSets sorts the sets in an order that does not depend on statements.
func (b *builder) sortSets() { slices.SortFunc(b.policy.Sets, policies.CompareSets) }
