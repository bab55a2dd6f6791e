package build

import (
	"fmt"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Policy returns the policy that gives what c matches the treatment that each of
// its filters names, on a route server of asn (0: not known), where no member has
// chosen anything: see PolicyWithChoices.
func Policy(c *filters.Compiled, treatments []policies.Treatment, asn filters.ASN) *policies.RoutingPolicy {
	return PolicyWithChoices(c, treatments, asn, Choices{})
}

// PolicyWithChoices returns the policy that gives what c matches the treatment that each of
// its filters names, on a route server of asn (0: not known), and what members have
// chosen for themselves. A route is treated once, by the first filter that matches it;
// routes in protected space are matched by prefix only, and prefix entries have that
// space cut out.
//
// treatments are those that filters may name, most severe first: for choices, which
// come on top of what is less severe only. (c has put its filters in order.) Where one
// says that sessions are shut, Sessions has an entry for each ASN that providers in
// force list.
//
// The statements of the import policy:
//
//	scrub                 marks, tags and reasons that members have sent come off
//	short                 before the first that changes attributes of IPv4 prefixes of /8 and
//	                      shorter: marks these, and they are left out (see policies.LongestShort)
//	<treatment>-prefix4   one for each way in which a filter matches. It refuses,
//	  -prefix6            or changes attributes, and marks the route as treated
//	  -as-path[4,6]       where a later statement might match it again; that
//	  -group<n>[4,6]      one asks for the absence of the mark
//	  (-except<n>)        before a group: marks what its exceptions hold for
//	choice-<list>-...     tags what a list names that members have chosen about, and
//	                      nobody refuses for all
//	clean                 marks come off
//
// A refusal needs no mark, as nothing comes after it: with refusals alone there are
// no marks, no clean, and no scrub unless treatments tell a reason. A treatment that changes nothing keeps less
// severe ones off, and is not there otherwise. The export policy is there where
// somebody's choice matches something: see choices.go.
//
// The result is the same for the same arguments.
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

// mustLeaveScratch panics if a treatment adds what we use ourselves.
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

// step is a match and its part in the marking.
type step struct {
	match
	marks    bool                    // leaves the mark of treated routes
	unmarked bool                    // is for routes without it
	once     bool                    // is for routes without what it adds
	leaves   bool                    // leaves short announcements out
	above    policies.LargeCommunity // tells export how much is done already; the zero value does not
}

// arrangeSteps finds out which matches have to mark, and which have to look. What adds
// large communities marks in any case, so that clean comes to its routes: GoBGP
// 3.37 adds them in place where the list has room, and routes of one UPDATE share
// their list, with room left by each community that the member repeated. Another
// route of the UPDATE then overwrites what was added (TestDifferential saw marks
// reach members). Taking the mark off gives the route a list of its own.
func arrangeSteps(list []match) []step {
	steps := make([]step, len(list))
	for i, m := range list {
		steps[i].match = m
		if m.treatment.Reject {
			continue
		}
		steps[i].marks = len(m.treatment.LargeCommunities) != 0
		steps[i].leaves = m.takesShort()
		for j := i + 1; j < len(list); j++ {
			if !list[j].isIdle() && m.canMeet(list[j]) {
				steps[i].marks = true
				steps[j].unmarked = true
			}
		}
	}
	return slices.DeleteFunc(steps, func(s step) bool { return s.isIdle() && !s.marks })
}

type builder struct {
	asn    filters.ASN
	policy *policies.RoutingPolicy
	groups int  // of path matches with exceptions, so far
	marked bool // some statement leaves a mark
	looked bool // and some statement asks for its absence
	tagged bool // some statement leaves a tag
	short  bool // short announcements are marked

	reasons []policies.LargeCommunityPattern // what members must not give
}

// addStep adds the statements of one step. The communities of a treatment come off before they
// are added: GoBGP adds what is there already a second time. A route comes in with them where
// a filtered listing of gobgpd 3.37 has written it back (TestFactFilteredListingWritesBack),
// and would grow with each listing until it ends the daemon (TestLookingGlassForADay). Large
// communities and prepends do grow so; no built-in treatment has any.
func (b *builder) addStep(s step) {
	var absent []policies.LargeCommunity
	if s.unmarked {
		absent = append(absent, treatedMark(b.asn))
	}
	if s.once {
		absent = append(absent, s.treatment.LargeCommunities...)
	}
	if s.leaves {
		absent = append(absent, leftOutMark(b.asn))
	}
	if s.group != 0 {
		b.addException(s.match)
		absent = append(absent, exceptedMark(b.asn, s.group))
	}
	var when policies.Conditions
	owner := s.treatment.Name
	if s.entries != nil {
		when.PrefixSet.Set = b.addSet(owner, policies.Prefixes(s.entries))
	}
	if s.protected != nil {
		when.PrefixSet = policies.Condition{Set: b.addSet("spared", policies.Prefixes(s.protected)), Invert: true}
	}
	if s.asns != nil {
		when.ASPathSet.Set = b.addSet(owner, policies.ASPaths(s.asns))
	}
	if absent != nil {
		b.looked = true
		when.LargeCommunitySet = policies.Condition{Set: b.addSet("marks",
			policies.LargeCommunities(policies.Exactly(absent)).Sorted()),
			Invert: true}
	}
	if !s.treatment.Reject && len(s.treatment.Communities) > 0 {
		b.addImport(s.label+"-renew", when, policies.Actions{DropCommunities: s.treatment.Communities})
	}
	b.addImport(s.label, when, b.actionsOf(s))
}

// actionsOf returns what the statement of s does.
func (b *builder) actionsOf(s step) policies.Actions {
	t := s.treatment
	if t.Reject {
		return policies.Actions{Reject: true}
	}
	a := t.Actions()
	if s.above != (policies.LargeCommunity{}) {
		a.AddLargeCommunities = append(slices.Clone(a.AddLargeCommunities), s.above)
	}
	if s.marks {
		a.AddLargeCommunities = append(slices.Clone(a.AddLargeCommunities), treatedMark(b.asn))
		b.marked = true
	}
	return a
}

// addLeavingShort adds the statement that marks short announcements, once. Export learns from it
// that enough is done to them, where members' choices (p; nil: there are none) would add
// anything: they can be refused, and nothing else.
func (b *builder) addLeavingShort(p *memberChoices) {
	if b.short {
		return
	}
	b.short, b.marked = true, true
	then := policies.Actions{AddLargeCommunities: []policies.LargeCommunity{leftOutMark(b.asn)}}
	if p != nil && p.short != (policies.LargeCommunity{}) {
		then.AddLargeCommunities = append(then.AddLargeCommunities, p.short)
	}
	b.addImport("short", policies.Conditions{PrefixSet: policies.Condition{Set: b.addSet("short",
		policies.Prefixes(shortPrefixes))}}, then)
}

// addException adds the statement that marks what the exceptions of a group hold for,
// once for both families.
func (b *builder) addException(m match) {
	label := fmt.Sprintf("%s-except%d", m.treatment.Name, m.group)
	if slices.ContainsFunc(b.policy.Import, func(s policies.Statement) bool { return s.Name == label }) {
		return
	}
	when := policies.Conditions{ASPathSet: policies.Condition{Set: b.addSet(m.treatment.Name,
		policies.ASPaths(m.except))}}
	b.addImport(label, when, policies.Actions{AddLargeCommunities: []policies.LargeCommunity{exceptedMark(b.asn,
		m.group)}})
	b.marked = true
}

// addScratch puts clean last if there are marks, and scrub first if they decide
// anything, or tags do, or if there are reasons. Both have a condition, so that routes
// without are not copied.
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

// reasonSpaces returns what matches all reasons that treatments could tell.
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

func (b *builder) addImport(label string, when policies.Conditions, then policies.Actions) {
	b.policy.Import = append(b.policy.Import, policies.Statement{Name: label, Conditions: when, Actions: then})
}

// addSet adds the set of elements, unless it is there already, and returns its name. What it is
// for, owner, is a treatment or another word.
func (b *builder) addSet(owner string, elements policies.Elements) string {
	set := policies.NewSet(owner, elements)
	if !slices.ContainsFunc(b.policy.Sets, func(s policies.Set) bool { return s.Name == set.Name }) {
		b.policy.Sets = append(b.policy.Sets, set)
	}
	return set.Name
}

// sortSets puts sets in an order that does not depend on statements.
func (b *builder) sortSets() { slices.SortFunc(b.policy.Sets, policies.CompareSets) }
