package build

import (
	"fmt"
	"slices"

	"depeer/policies"
)

// step is a match, and how its statement uses marks.
type step struct {
	match
	marks    bool                    // adds the mark of treated routes
	unmarked bool                    // applies to routes without that mark
	once     bool                    // applies to routes without the large communities that it adds
	leaves   bool                    // excludes short announcements
	above    policies.LargeCommunity // the tag that tells export how severely the route is treated; zero: none
}

// arrangeSteps decides which matches leave the mark, and which ask for its absence.
//
// A treatment that adds large communities always leaves the mark, so that clean changes its
// routes. GoBGP 3.37 appends communities in place where the list has room. Routes of one UPDATE
// share their list, and each community that a member repeats leaves room in it: another route of
// the UPDATE then overwrites what was added. TestDifferential saw marks reach members. Removing the
// mark gives a route a list of its own.
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

// addStep adds the statements of one step.
//
// A first statement removes the communities of the treatment before the second adds them, because
// GoBGP adds a community again that is there already. A filtered listing of gobgpd 3.37 writes
// treated routes back into the Adj-RIB-In (TestFactFilteredListingWritesBack): such a route would
// grow with each listing until it ends the daemon (TestLookingGlassForADay). Large communities and
// prepends still grow in this way. No built-in treatment has any.
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

// actionsOf returns the actions of the statement of a step.
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

// addException adds the statement that marks routes with an excepted ASN in their path. Both
// families of a group share it.
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
