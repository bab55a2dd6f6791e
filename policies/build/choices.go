package build

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// A member's choice is for itself alone. Import tags the routes that a list names. Export acts on
// the tags towards the members that have chosen. Tags are large communities of the route server's
// own. Import scrubs them from what members send, before anything else. Export strips them from what
// members are sent, after everything else. No member sees one.
//
// The statements of the export policy:
//
//	refuse<n>       towards the n-th group of members: refuses routes with the tag of a list that
//	                the group refuses
//	above-deprefer  removes the tags of lists from routes that the exchange treats at least as
//	                severely as deprefer does
//	deprefer<n>     towards the n-th group: applies the treatment deprefer, and removes the tags
//	  -add<n>       of lists that the group only wants tagged
//	above-tag       like above-deprefer, for the treatment tag
//	tag<n>          towards the n-th group: applies the treatment tag
//	strip           removes all tags
//
// A group is the members with equal choices, so that no member meets two statements of one kind.
// Where several lists name a route, the severest choice is applied, once. It is applied in addition
// to what the exchange does for everybody, unless that is at least as severe.
//
// A treatment can do less towards one member than for everybody: see Treatment.TowardsOne.
//
// The values of tags depend on all choices (numberTags). gobgpd 3.37 withdraws a route from a member
// only if export refuses the new path and would pass the old one. So any change of choices needs tags
// that no route has yet. Two generations of export statements stand side by side while routes go
// from the old tags to the new ones. Each generation acts on its own tags only, strip included.
// (TestFactTagOnImportActOnExport, TestFactTheTagMustBeNew.)

// Choices is what members have chosen. In the zero value no member has chosen anything.
type Choices struct {
	Lists   []ChosenList // for which members can have made choices
	Members []Chooser
	// Deprefer and Tag are the treatments for these member policies, each one of the policy's
	// treatments. The zero Treatment: no member has chosen it.
	Deprefer, Tag policies.Treatment
}

// ChosenList is a list with everything that it names, whatever the exchange does to its providers.
type ChosenList struct {
	Name     string // a slug
	Compiled *filters.Compiled
}

// Chooser is a member with all its addresses.
type Chooser struct {
	Addresses []netip.Addr
	Policies  map[string]policies.MemberPolicy // by list
}

// memberChoices is Choices, resolved for one policy.
type memberChoices struct {
	Choices                           // lists sorted by name; only those that match a route for a member
	groups  []group                   // at least one
	tags    []policies.LargeCommunity // of lists
	// above are the tags of routes that the exchange treats at least as severely as a member
	// policy would. Zero: no route needs one.
	above [policies.MemberPolicyCount]policies.LargeCommunity
	// short is the one of above that short announcements get, because they are excluded from
	// treatments that add bytes. Zero: no choice adds bytes to one.
	short policies.LargeCommunity
}

// group is the members with equal choices.
type group struct {
	addresses []netip.Addr                      // sorted, unique
	lists     [policies.MemberPolicyCount][]int // by member policy: indexes into Lists
}

// resolveChoices groups the members that have chosen, and gives their lists tags. steps are the import
// statements of the policy. It returns nil if no choice matches anything.
func (c Choices) resolveChoices(steps []step, treatments []policies.Treatment, asn filters.ASN) *memberChoices {
	p := &memberChoices{Choices: c}
	p.Lists = slices.DeleteFunc(slices.Clone(c.Lists), func(l ChosenList) bool {
		return len(l.Compiled.Filters) == 0 || !slices.ContainsFunc(c.Members, func(m Chooser) bool {
			_, chosen := m.Policies[l.Name]
			return chosen && len(m.Addresses) > 0
		})
	})
	if len(p.Lists) == 0 {
		return nil
	}
	slices.SortFunc(p.Lists, func(a, b ChosenList) int { return cmp.Compare(a.Name, b.Name) })
	for _, m := range c.Members {
		p.addMember(m)
	}
	for _, s := range steps {
		if w, is := p.findFulfilled(s, treatments); is {
			p.above[w] = markOf(asn, 0)
		}
	}
	w, leaves := p.addsToShort()
	if leaves {
		p.above[w] = markOf(asn, 0)
	}
	p.numberTags(asn)
	if leaves {
		p.short = p.above[w]
	}
	return p
}

// addsToShort returns the severest member policy in use, besides refuse, and whether the treatment of
// any of them adds bytes to short announcements that a list names.
func (p *memberChoices) addsToShort() (severest policies.MemberPolicy, adds bool) {
	for _, w := range []policies.MemberPolicy{policies.Tag, policies.Deprefer} {
		lists := p.listsChosen(w)
		if len(lists) == 0 {
			continue
		}
		severest = w
		adds = adds || p.treatmentFor(w).TowardsOne().Changes() &&
			slices.ContainsFunc(lists, func(i int) bool { return namesShort(p.Lists[i].Compiled) })
	}
	return severest, adds
}

// namesShort says whether anything in c matches IPv4 announcements of /8 or shorter.
func namesShort(c *filters.Compiled) bool {
	return slices.ContainsFunc(c.Filters, func(f filters.Filter) bool {
		return len(f.ASNs)+len(f.Groups) > 0 || slices.ContainsFunc(f.Prefixes.IPv4, isShort)
	})
}

// addMember adds a member to its group, if it has made a choice.
func (p *memberChoices) addMember(m Chooser) {
	var g group
	chosen := false
	for i, l := range p.Lists {
		if w, has := m.Policies[l.Name]; has {
			g.lists[w], chosen = append(g.lists[w], i), true
		}
	}
	if !chosen || len(m.Addresses) == 0 {
		return
	}
	i := slices.IndexFunc(p.groups, func(other group) bool {
		return slices.EqualFunc(g.lists[:], other.lists[:], slices.Equal[[]int])
	})
	if i < 0 {
		i = len(p.groups)
		p.groups = append(p.groups, g)
	}
	all := append(p.groups[i].addresses, m.Addresses...)
	slices.SortFunc(all, netip.Addr.Compare)
	p.groups[i].addresses = slices.Compact(all)
}

// treatmentFor returns the treatment for a member policy.
func (p *memberChoices) treatmentFor(w policies.MemberPolicy) policies.Treatment {
	if w == policies.Deprefer {
		return p.Deprefer
	}
	return p.Tag
}

// listsChosen returns the lists for which some member has chosen the policy.
func (p *memberChoices) listsChosen(w policies.MemberPolicy) []int {
	var all []int
	for _, g := range p.groups {
		all = append(all, g.lists[w]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// findFulfilled returns the severest member policy in use that the exchange fulfils for everybody with
// a step.
func (p *memberChoices) findFulfilled(s step, treatments []policies.Treatment) (policies.MemberPolicy, bool) {
	place := func(t policies.Treatment) int {
		return slices.IndexFunc(treatments, func(o policies.Treatment) bool { return o.Name == t.Name })
	}
	if s.treatment.Reject || s.isIdle() {
		return 0, false
	}
	for _, w := range []policies.MemberPolicy{policies.Deprefer, policies.Tag} {
		if len(p.listsChosen(w)) > 0 && place(s.treatment) <= place(p.treatmentFor(w)) {
			return w, true
		}
	}
	return 0, false
}

// raiseStep makes a step add the tag of above, if the step fulfils a member policy.
func (p *memberChoices) raiseStep(s *step, treatments []policies.Treatment) {
	if w, is := p.findFulfilled(*s, treatments); is {
		s.above, s.marks = p.above[w], true
	}
}
