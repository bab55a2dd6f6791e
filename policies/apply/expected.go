package apply

import (
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/length"
)

// expected is what the table should hold of one client's paths to one prefix, and what it holds. A client
// can send several paths (add-path). Which is which cannot be told, so that numbers are compared.
type expected struct {
	viewer  int
	refused int
	passed  int
	changed []trace
	tags    [][]policies.LargeCommunity // of paths that are not refused
	tagged  bool                        // some path has tags, or may have had some
	chosen  bool                        // the policy gives tags: those of the space are not a member's own
	already bool                        // some path is treated already, or announced so
	long    []length.Route              // paths that are not refused, and too long to be sent

	plain []policies.Route // that pass untreated
	// uncertain counts paths whose verdict is not known: see comparison.isUncertain.
	uncertain int

	present  int // in the table
	partial  int // in the table, and no treatment's trace is complete on it
	seenWith [attributes]int
	tagsSeen [][]policies.LargeCommunity
	longSeen []length.Route
}

// addRoute adds a route that the client announces, with its verdict.
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

// hasPart says whether a path has an attribute as some treatment sets it.
func (x *expected) hasPart(r *policies.Route, a Attribute) bool {
	return slices.ContainsFunc(x.changed,
		func(t trace) bool { return t.shows.hasAttribute(a) && t.treatmentLeft(r).hasAttribute(a) })
}

// countOverruled returns the number of treated paths in the table that lack a part of their treatment.
func (x *expected) countOverruled() int { return max(0, x.partial-x.passed) }

// countTagging counts the paths in the table with the right tags, and those that should have tags and
// have none. odd: a path has tags that it should not have.
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

// describeWrong says what is wrong; "" if nothing is. alone: the client has no policy of the operator's
// that could have changed what ours did. there: a path was in the table before the reset.
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
