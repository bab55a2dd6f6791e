package apply

import (
	"fmt"
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
)

// The operator's policies behind ours can change one attribute of a treatment and leave another. So
// each attribute is proven by itself: one that is there proves nothing about another.

// Attribute is an attribute that treatments set or add to.
type Attribute uint8

const (
	LocalPref Attribute = iota
	MED
	Prepend
	Communities
	LargeCommunities

	attributes = iota // their number
)

var attributeNames = [attributes]string{"local-pref", "med", "prepend", "communities", "large-communities"}

// String returns the word that programs read.
func (a Attribute) String() string {
	if int(a) >= len(attributeNames) {
		panic(fmt.Sprintf("apply: no attribute %d", uint8(a)))
	}
	return attributeNames[a]
}

// AttributeProof counts the paths to which treatments give an attribute, by what the route server's
// table says of it.
type AttributeProof struct {
	Proven    int // in the table, and not announced so
	Overruled int // not in the table: the operator's policies behind ours have changed it
	Unproven  int // the path is not in the table, is too long to be sent, or was announced so
}

// AttributeProofs are those of all attributes.
type AttributeProofs [attributes]AttributeProof

// addExpected counts what the table says of the paths to one prefix. lost is the number of paths that
// are too long to be sent. With several paths it cannot tell which is which, and compares numbers.
func (p *AttributeProofs) addExpected(x *expected, lost int) {
	absent := max(0, len(x.changed)+x.passed-x.present)
	for i := range p {
		a := Attribute(i)
		want, given := 0, 0
		for _, t := range x.changed {
			if t.shows.hasAttribute(a) {
				want++
			}
			if t.gives.hasAttribute(a) {
				given++
			}
		}
		seen := x.seenWith[i]
		for j := range x.plain {
			if x.hasPart(&x.plain[j], a) {
				seen--
			}
		}
		proven := min(want, max(0, seen))
		unproven := min(want-proven, absent)
		overruled := want - proven - unproven
		proven -= min(proven, lost)
		if x.already {
			proven, overruled = 0, 0
		}
		p[i].Proven += proven
		p[i].Overruled += overruled
		p[i].Unproven += given - proven - overruled
	}
}

// shows is a set of attributes, one bit for each.
type shows uint8

func (s shows) hasAttribute(a Attribute) bool { return s&(1<<a) != 0 }

// trace is what a treatment leaves visible on a path.
type trace struct {
	gives shows // what the treatment gives
	shows shows // the part of it that the path was not announced with

	localPref   uint32
	med         uint32
	leftmost    filters.ASN
	repeated    int // how often the leftmost AS should stand in a row
	communities []policies.Community
	large       []policies.LargeCommunity
}

// traceOf returns the trace of the treatment of v on a route.
func traceOf(e *eval.Evaluator, v eval.Verdict, r *policies.Route) trace {
	out, _ := e.Apply(*r)
	statement, _ := e.Statement(v)
	actions := statement.Actions
	t := trace{
		localPref:   out.LocalPref,
		communities: withoutElements(out.Communities, r.Communities),
		large: slices.DeleteFunc(withoutElements(out.LargeCommunities, r.LargeCommunities),
			policies.LargeCommunity.IsScratch),
	}
	if out.MED != nil {
		t.med = *out.MED
	}
	if len(out.Path) > 0 {
		t.leftmost = out.Path[0]
		t.repeated = longestRun(out.Path, t.leftmost)
	}
	givesLarge := slices.ContainsFunc(actions.AddLargeCommunities,
		func(c policies.LargeCommunity) bool { return !c.IsScratch() })
	for a, is := range [attributes]struct{ given, differs bool }{
		LocalPref:        {actions.LocalPref != 0, out.LocalPref != r.LocalPref},
		MED:              {actions.MED != nil, out.MED != nil && (r.MED == nil || *r.MED != *out.MED)},
		Prepend:          {actions.Prepend != 0, t.repeated > longestRun(r.Path, t.leftmost)},
		Communities:      {len(actions.Communities) > 0, len(t.communities) > 0},
		LargeCommunities: {givesLarge, len(t.large) > 0},
	} {
		if is.given {
			t.gives |= 1 << a
		}
		if is.differs {
			t.shows |= 1 << a
			t.gives |= 1 << a
		}
	}
	return t
}

// treatmentLeft returns the attributes of the treatment that a path in the table has.
func (t *trace) treatmentLeft(r *policies.Route) shows {
	var left shows
	for a, is := range [attributes]bool{
		LocalPref:        r.LocalPref == t.localPref,
		MED:              r.MED != nil && *r.MED == t.med,
		Prepend:          longestRun(r.Path, t.leftmost) >= t.repeated,
		Communities:      len(withoutElements(t.communities, r.Communities)) == 0,
		LargeCommunities: len(withoutElements(t.large, r.LargeCommunities)) == 0,
	} {
		if is {
			left |= 1 << a
		}
	}
	return left & t.shows
}

// longestRun returns the length of the longest run of an AS in a path.
func longestRun(path []filters.ASN, asn filters.ASN) int {
	longest, n := 0, 0
	for _, a := range path {
		n++
		if a != asn {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// withoutElements returns the elements of list that are not in others.
func withoutElements[E comparable](list, others []E) []E {
	return slices.DeleteFunc(slices.Clone(list), func(e E) bool { return slices.Contains(others, e) })
}
