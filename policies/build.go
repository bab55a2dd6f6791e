package policies

import (
	"cmp"
	"fmt"
	"slices"

	"depeer/filters"
)

// Build returns the policy that gives what c matches the treatment that each of
// its filters names, on a route server of asn (0: not known), where no member has
// chosen anything: see BuildWith.
func Build(c *filters.Compiled, treatments []Treatment, asn filters.ASN) *RoutingPolicy {
	return BuildWith(c, treatments, asn, Choices{})
}

// BuildWith returns the policy that gives what c matches the treatment that each of
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
//	                      shorter: marks these, and they are left out (see added.go)
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
func BuildWith(c *filters.Compiled, treatments []Treatment, asn filters.ASN, choices Choices) *RoutingPolicy {
	b := builder{asn: asn, policy: &RoutingPolicy{Sessions: sessions(c, treatments)}, reasons: reasonSpaces(treatments)}
	b.mustLeaveOurs(treatments)
	steps := arrange(b.matches(c, treatments))
	p := choices.program(steps, treatments, asn)
	for _, s := range steps {
		if p != nil {
			p.raise(&s, treatments)
		}
		if s.leaves {
			b.leaveShort(p)
		}
		b.treat(s)
	}
	if p != nil {
		if p.short != (LargeCommunity{}) {
			b.leaveShort(p)
		}
		for i, l := range p.Lists {
			b.tag(l, p.tags[i])
		}
		b.export(p)
	}
	b.scratch()
	b.sort()
	nameStatements(b.policy.Import)
	nameStatements(b.policy.Export)
	b.policy.mustBeNarrow()
	return b.policy
}

// mustLeaveOurs panics if a treatment adds what we use ourselves.
func (b *builder) mustLeaveOurs(treatments []Treatment) {
	for _, t := range treatments {
		if t.Reason != (LargeCommunity{}) && !slices.Contains(t.LargeCommunities, t.Reason) {
			panic(fmt.Sprintf("policies: treatment %q does not add its reason %s", t.Name, t.Reason))
		}
		if slices.ContainsFunc(t.LargeCommunities, Marks(b.asn).Matches) {
			panic(fmt.Sprintf("policies: treatment %q adds one of the large communities %s, which are scratch", t.Name,
				Marks(b.asn)))
		}
		if slices.ContainsFunc(t.LargeCommunities, LargeCommunity.IsTag) {
			panic(fmt.Sprintf("policies: treatment %q adds one of the large communities of tags", t.Name))
		}
	}
}

// step is a match and its part in the marking.
type step struct {
	match
	marks    bool           // leaves the mark of treated routes
	unmarked bool           // is for routes without it
	once     bool           // is for routes without what it adds
	leaves   bool           // leaves short announcements out
	above    LargeCommunity // tells export how much is done already; the zero value does not
}

// arrange finds out which matches have to mark, and which have to look. What adds
// large communities marks in any case, so that clean comes to its routes: GoBGP
// 3.37 adds them in place where the list has room, and routes of one UPDATE share
// their list, with room left by each community that the member repeated. Another
// route of the UPDATE then overwrites what was added (TestDifferential saw marks
// reach members). Taking the mark off gives the route a list of its own.
func arrange(list []match) []step {
	steps := make([]step, len(list))
	for i, m := range list {
		steps[i].match = m
		if m.treatment.Reject {
			continue
		}
		steps[i].marks = len(m.treatment.LargeCommunities) != 0
		steps[i].leaves = m.takesShort()
		for j := i + 1; j < len(list); j++ {
			if !list[j].idle() && m.meets(list[j]) {
				steps[i].marks = true
				steps[j].unmarked = true
			}
		}
	}
	return slices.DeleteFunc(steps, func(s step) bool { return s.idle() && !s.marks })
}

type builder struct {
	asn    filters.ASN
	policy *RoutingPolicy
	groups int  // of path matches with exceptions, so far
	marked bool // some statement leaves a mark
	looked bool // and some statement asks for its absence
	tagged bool // some statement leaves a tag
	short  bool // short announcements are marked

	reasons []LargeCommunityPattern // what members must not give
}

// treat adds the statements of one step. The communities of a treatment come off before they
// are added: GoBGP adds what is there already a second time. A route comes in with them where
// a filtered listing of gobgpd 3.37 has written it back (TestFactFilteredListingWritesBack),
// and would grow with each listing until it ends the daemon (TestLookingGlassForADay). Large
// communities and prepends do grow so; no built-in treatment has any.
func (b *builder) treat(s step) {
	var absent []LargeCommunity
	if s.unmarked {
		absent = append(absent, treated(b.asn))
	}
	if s.once {
		absent = append(absent, s.treatment.LargeCommunities...)
	}
	if s.leaves {
		absent = append(absent, short(b.asn))
	}
	if s.group != 0 {
		b.except(s.match)
		absent = append(absent, excepted(b.asn, s.group))
	}
	var when Conditions
	owner := s.treatment.Name
	if s.entries != nil {
		when.PrefixSet.Set = b.prefixSet(owner, s.family, s.entries)
	}
	if s.spared != nil {
		when.PrefixSet = Condition{Set: b.prefixSet("spared", s.family, s.spared), Invert: true}
	}
	if s.asns != nil {
		when.ASPathSet.Set = b.asPathSet(owner, s.asns)
	}
	if absent != nil {
		b.looked = true
		when.LargeCommunitySet = Condition{Set: b.largeCommunitySet("marks", exactly(absent)), Invert: true}
	}
	if !s.treatment.Reject && len(s.treatment.Communities) > 0 {
		b.add(s.label+"-renew", when, Actions{DropCommunities: s.treatment.Communities})
	}
	b.add(s.label, when, b.actions(s))
}

// actions returns what the statement of s does.
func (b *builder) actions(s step) Actions {
	t := s.treatment
	if t.Reject {
		return Actions{Reject: true}
	}
	a := t.actions()
	if s.above != (LargeCommunity{}) {
		a.AddLargeCommunities = append(slices.Clone(a.AddLargeCommunities), s.above)
	}
	if s.marks {
		a.AddLargeCommunities = append(slices.Clone(a.AddLargeCommunities), treated(b.asn))
		b.marked = true
	}
	return a
}

// leaveShort adds the statement that marks short announcements, once. Export learns from it
// that enough is done to them, where members' choices (p; nil: there are none) would add
// anything: they can be refused, and nothing else.
func (b *builder) leaveShort(p *program) {
	if b.short {
		return
	}
	b.short, b.marked = true, true
	then := Actions{AddLargeCommunities: []LargeCommunity{short(b.asn)}}
	if p != nil && p.short != (LargeCommunity{}) {
		then.AddLargeCommunities = append(then.AddLargeCommunities, p.short)
	}
	b.add("short", Conditions{PrefixSet: Condition{Set: b.prefixSet("short", ipv4, shortPrefixes)}}, then)
}

// except adds the statement that marks what the exceptions of a group hold for,
// once for both families.
func (b *builder) except(m match) {
	label := fmt.Sprintf("%s-except%d", m.treatment.Name, m.group)
	if slices.ContainsFunc(b.policy.Import, func(s Statement) bool { return s.Name == label }) {
		return
	}
	when := Conditions{ASPathSet: Condition{Set: b.asPathSet(m.treatment.Name, m.except)}}
	b.add(label, when, Actions{AddLargeCommunities: []LargeCommunity{excepted(b.asn, m.group)}})
	b.marked = true
}

// scratch puts clean last if there are marks, and scrub first if they decide
// anything, or tags do, or if there are reasons. Both have a condition, so that routes
// without are not copied.
func (b *builder) scratch() {
	take := func(label string, off []LargeCommunityPattern) Statement {
		return Statement{label, Conditions{LargeCommunitySet: Condition{Set: b.largeCommunitySet("marks", off)}},
			Actions{DropLargeCommunities: off}}
	}
	marks := []LargeCommunityPattern{Marks(b.asn)}
	if b.marked {
		b.policy.Import = append(b.policy.Import, take("clean", marks))
	}
	var off []LargeCommunityPattern
	if b.looked || b.tagged {
		off = append(off, marks...)
	}
	if b.tagged {
		off = append(off, TagSpace(b.asn))
	}
	if off = append(off, b.reasons...); len(off) > 0 {
		b.policy.Import = slices.Insert(b.policy.Import, 0, take("scrub", off))
	}
}

// reasonSpaces returns what matches all reasons that treatments could tell.
func reasonSpaces(treatments []Treatment) []LargeCommunityPattern {
	var out []LargeCommunityPattern
	for _, t := range treatments {
		space := LargeCommunityPattern{LargeCommunity: LargeCommunity{t.Reason.Global, t.Reason.Local1, 0},
			AnyLocal2: true}
		if t.Reason != (LargeCommunity{}) && !slices.Contains(out, space) {
			out = append(out, space)
		}
	}
	slices.SortFunc(out, LargeCommunityPattern.comparePattern)
	return out
}

func (b *builder) add(label string, when Conditions, then Actions) {
	b.policy.Import = append(b.policy.Import, Statement{label, when, then})
}

// The three below, and neighborSet, add a set, unless it is there already, and return its name.

func (b *builder) prefixSet(owner string, f family, entries []filters.Entry) string {
	name := setName(owner, "prefix"+f.suffix(), entries, entryLine)
	if !slices.ContainsFunc(b.policy.PrefixSets, func(s PrefixSet) bool { return s.Name == name }) {
		b.policy.PrefixSets = append(b.policy.PrefixSets, PrefixSet{name, entries})
	}
	return name
}

func (b *builder) asPathSet(owner string, patterns []ASPathPattern) string {
	name := setName(owner, "as-path", patterns, ASPathPattern.String)
	if !slices.ContainsFunc(b.policy.ASPathSets, func(s ASPathSet) bool { return s.Name == name }) {
		b.policy.ASPathSets = append(b.policy.ASPathSets, ASPathSet{name, patterns})
	}
	return name
}

func (b *builder) largeCommunitySet(owner string, patterns []LargeCommunityPattern) string {
	patterns = inOrder(patterns, LargeCommunityPattern.comparePattern)
	name := setName(owner, "large-community", patterns, LargeCommunityPattern.String)
	if !slices.ContainsFunc(b.policy.LargeCommunitySets, func(s LargeCommunitySet) bool { return s.Name == name }) {
		b.policy.LargeCommunitySets = append(b.policy.LargeCommunitySets, LargeCommunitySet{name, patterns})
	}
	return name
}

// sort puts sets in the order of their names: it does not depend on statements.
func (b *builder) sort() {
	slices.SortFunc(b.policy.PrefixSets, func(x, y PrefixSet) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(b.policy.NeighborSets, func(x, y NeighborSet) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(b.policy.ASPathSets, func(x, y ASPathSet) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(b.policy.LargeCommunitySets,
		func(x, y LargeCommunitySet) int { return cmp.Compare(x.Name, y.Name) })
}
