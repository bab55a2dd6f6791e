package apply

import (
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/length"
)

// expected is what the table should say of one client's paths to one prefix, and
// what it says. There are several where the client sends more than one (add-path):
// which is which cannot be told, so they are counted.
type expected struct {
	viewer  int
	refused int
	passed  int
	changed []trace
	tags    [][]policies.LargeCommunity // of those that are not refused
	tagged  bool                        // some have tags, or may have had
	chosen  bool                        // the policy gives tags: those of the space are not a member's own
	already bool                        // some are treated already, or announced so
	long    []length.Route              // of those that are not refused: too long to be sent

	plain []policies.Route // of those that pass
	// uncertain are paths of which it is not known what the policy makes: see judge.variants.
	uncertain int

	present  int // in the table
	partial  int // of these, without all that some treatment gives
	seenWith [attributes]int
	tagsSeen [][]policies.LargeCommunity
	longSeen []length.Route
}

// addRoute adds a route that the client announces, to which v happens.
func (x *expected) addRoute(e *eval.Evaluator, v eval.Verdict, r *policies.Route) {
	if !v.Refused() {
		x.tags = append(x.tags, e.Tags(r))
	}
	switch {
	case v.Refused():
		x.refused++
	case v.Treated():
		x.changed = append(x.changed, traceOf(e, v, r))
	default:
		x.passed++
		x.plain = append(x.plain, *r)
	}
}

// seePath notes a path in the table.
func (x *expected) seePath(r *policies.Route) {
	x.present++
	x.tagsSeen = append(x.tagsSeen, tagsIn(r))
	if !slices.ContainsFunc(x.changed, func(t trace) bool { return t.treatmentLeft(r) == t.shows }) {
		x.partial++
	}
	for i := range x.seenWith {
		if x.hasPart(r, Attribute(i)) {
			x.seenWith[i]++
		}
	}
}

// hasPart says whether a path has what some treatment gives of one attribute.
func (x *expected) hasPart(r *policies.Route, a Attribute) bool {
	return slices.ContainsFunc(x.changed,
		func(t trace) bool { return t.shows.hasAttribute(a) && t.treatmentLeft(r).hasAttribute(a) })
}

// countOverruled returns how many paths in the table were treated, and have not all of it.
func (x *expected) countOverruled() int { return max(0, x.partial-x.passed) }

// countTagging counts the paths in the table with tags as they should be, and those without
// any that should have some. odd: one has tags that it should not have.
func (x *expected) countTagging() (right, without int, odd bool) {
	want := slices.Clone(x.tags)
	for _, seen := range x.tagsSeen {
		i := slices.IndexFunc(want, func(tags []policies.LargeCommunity) bool { return slices.Equal(tags, seen) })
		switch {
		case i >= 0 && len(seen) > 0:
			right++
			fallthrough
		case i >= 0:
			want = slices.Delete(want, i, i+1)
		case len(seen) == 0:
			without++
		default:
			odd = true
		}
	}
	return right, without, odd
}

// describeWrong says what is wrong, or "". alone: no policy of the operator's could have
// changed what ours gave. there: a path was in the table before.
func (x *expected) describeWrong(alone, there bool) string {
	_, without, odd := x.countTagging()
	switch {
	case x.present > x.passed+len(x.changed):
		return "is refused by the new policy, and is in the table"
	case alone && x.countOverruled() > 0 && x.seenWith == [attributes]int{}:
		return "is treated by the new policy, and has nothing of it in the table"
	case alone && x.countOverruled() > 0:
		return "is treated by the new policy, and has not all of it in the table"
	case odd:
		return "has tags in the table that are not those of the new policy"
	case alone && without > 0:
		return "is tagged by the new policy, and has no tag in the table"
	case there && x.present == 0 && x.refused+len(x.changed) == 0:
		return "is not treated, and is no longer in the table"
	default:
		return ""
	}
}
