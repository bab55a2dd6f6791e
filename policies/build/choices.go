package build

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// A member's choice is for itself alone: import tags the routes that a list names,
// export acts on the tags, towards the members who have chosen. Tags are large
// communities of the route server's own. They are scrubbed from what members send,
// before anything else, and stripped from what members are sent, after everything else:
// nobody sees one.
//
// The statements of the export policy:
//
//	refuse<n>       towards the n-th group of members: a route goes nowhere that has the
//	                tag of a list which they refuse
//	above-deprefer  what the exchange itself does as much to as deprefer does, or more, is
//	                left as it is: the tags of lists come off
//	deprefer<n>     towards the n-th group: what the treatment of that name does; the tags
//	  -add<n>       of lists which they only want tagged come off
//	above-tag       as above-deprefer
//	tag<n>          towards the n-th group: what the treatment of that name does
//	strip           all tags come off
//
// A group are members who have chosen alike, so that no member is met by two statements
// of one kind: where several lists name a route, the severest choice holds, once. It
// comes on top of what the exchange does to everybody, unless that is as severe.
//
// A treatment can do less towards one member than to everybody: see Treatment.TowardsOne.
//
// The values of tags are made from who has chosen what (numberTags). gobgpd 3.37 takes a
// route back from a member only where export refuses the new path and would let the old
// one through. So a subscriber who is added, or whatever else is to happen to whom, must
// come with tags that no route has yet. Two generations of export statements stand side
// by side while routes go from the old tags to the new ones; each acts on its own tags
// only, strip included. (TestFactTagOnImportActOnExport, TestFactTheTagMustBeNew.)

// Choices is what members have chosen. The zero value is that nobody has.
type Choices struct {
	Lists   []ChosenList // that somebody may have chosen about
	Members []Chooser
	// Deprefer and Tag are the treatments that these wishes are for, each among those of
	// the policy; the zero Treatment where nobody has the wish.
	Deprefer, Tag policies.Treatment
}

// ChosenList is a list with all that it names, as one filter: what the exchange does
// about its providers does not matter here.
type ChosenList struct {
	Name     string // a slug
	Compiled *filters.Compiled
}

// Chooser is a member with all its addresses.
type Chooser struct {
	Addresses []netip.Addr
	Policies  map[string]policies.MemberPolicy // by list
}

// memberChoices is what Choices come to for one policy.
type memberChoices struct {
	Choices                           // lists by name, those only that match something for somebody
	groups  []group                   // at least one
	tags    []policies.LargeCommunity // of lists
	// above are the tags of what the exchange has done as much to as a wish would; the
	// zero value where there is none.
	above [policies.MemberPolicyCount]policies.LargeCommunity
	// short is the one of above that short announcements get, which are left out of what
	// adds bytes; the zero value where no choice adds any to one.
	short policies.LargeCommunity
}

// group are members who have chosen alike.
type group struct {
	addresses []netip.Addr                      // sorted, unique
	lists     [policies.MemberPolicyCount][]int // by wish: places in the program's lists
}

// resolveChoices finds out whom choices concern, beside the import statements of steps; nil
// if nobody.
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

// addsToShort returns the severest wish of those that somebody has, if the treatment of any
// adds bytes to what a list names of short announcements.
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

// addMember puts a member into its group, if it has chosen.
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

// treatmentFor returns the one behind a wish.
func (p *memberChoices) treatmentFor(w policies.MemberPolicy) policies.Treatment {
	if w == policies.Deprefer {
		return p.Deprefer
	}
	return p.Tag
}

// listsChosen returns the lists that somebody has the wish about.
func (p *memberChoices) listsChosen(w policies.MemberPolicy) []int {
	var all []int
	for _, g := range p.groups {
		all = append(all, g.lists[w]...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// findFulfilled returns the severest wish, of those that somebody has, that the exchange does
// to everybody with a step.
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

// raiseStep has a step tell export what it has done, where that fulfils a wish.
func (p *memberChoices) raiseStep(s *step, treatments []policies.Treatment) {
	if w, is := p.findFulfilled(*s, treatments); is {
		s.above, s.marks = p.above[w], true
	}
}
