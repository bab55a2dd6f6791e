package apply

import (
	"slices"

	"depeer/filters"
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
	already bool                        // some are treated already, or announced so
	long    []length.Route              // of those that are not refused: too long to be sent

	present  int // in the table
	bare     int // of these, without a trace of any treatment
	tagsSeen [][]policies.LargeCommunity
	longSeen []length.Route
}

// expect adds a route that the client announces, to which v happens.
func (x *expected) expect(e *eval.Evaluator, v eval.Verdict, r *policies.Route) {
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
	}
}

// see notes a path in the table.
func (x *expected) see(e *eval.Evaluator, r *policies.Route) {
	x.present++
	x.tagsSeen = append(x.tagsSeen, tagsIn(r))
	if !slices.ContainsFunc(x.changed, func(t trace) bool { return t.left(e, r) }) {
		x.bare++
	}
}

// overruled returns how many paths in the table were treated, and have nothing of it.
func (x *expected) overruled() int { return max(0, x.bare-x.passed) }

// tagging counts the paths in the table with tags as they should be, and those without
// any that should have some. odd: one has tags that it should not have.
func (x *expected) tagging() (right, without int, odd bool) {
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

// wrong says what is wrong, or "". alone: no policy of the operator's could have
// changed what ours gave. there: a path was in the table before.
func (x *expected) wrong(alone, there bool) string {
	_, without, odd := x.tagging()
	switch {
	case x.present > x.passed+len(x.changed):
		return "is refused by the new policy, and is in the table"
	case alone && x.overruled() > 0:
		return "is treated by the new policy, and has nothing of it in the table"
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

// trace is what a treatment leaves to be seen on a path.
type trace struct {
	verdict  eval.Verdict
	repeated uint8 // how often the leftmost AS should stand there in a row
	shows    shows
}

// shows are the attributes that the policy leaves otherwise than they were announced.
type shows uint8

const (
	localPref shows = 1 << iota
	med
	prepend
	communities
	largeCommunities
)

func traceOf(e *eval.Evaluator, v eval.Verdict, r *policies.Route) trace {
	out, _ := e.Apply(*r)
	t := trace{verdict: v, repeated: repeated(out.Path)}
	for bit, differs := range map[shows]bool{
		localPref:        out.LocalPref != r.LocalPref,
		med:              out.MED != nil && (r.MED == nil || *r.MED != *out.MED),
		prepend:          t.repeated != repeated(r.Path),
		communities:      more(out.Communities, r.Communities),
		largeCommunities: more(out.LargeCommunities, r.LargeCommunities),
	} {
		if differs {
			t.shows |= bit
		}
	}
	return t
}

// left says whether anything of the treatment is on a path of the table: the
// operator's policies come after ours, and may have changed the rest. (The conditions
// that we have look at nothing that our actions change.)
func (t trace) left(e *eval.Evaluator, r *policies.Route) bool {
	statement, _ := e.Statement(t.verdict)
	a := statement.Actions
	has := func(bit shows) bool { return t.shows&bit != 0 }
	return t.shows == 0 ||
		has(localPref) && r.LocalPref == a.LocalPref ||
		has(med) && r.MED != nil && *r.MED == *a.MED ||
		has(prepend) && repeated(r.Path) >= t.repeated ||
		has(communities) && containsAny(r.Communities, a.Communities) ||
		has(largeCommunities) && containsAny(r.LargeCommunities, a.AddLargeCommunities)
}

// repeated counts how often the leftmost AS stands there in a row, up to 255.
func repeated(path []filters.ASN) uint8 {
	n := 0
	for n < len(path) && n < 255 && path[n] == path[0] {
		n++
	}
	return uint8(n)
}

func containsAny[E comparable](list, any []E) bool {
	return slices.ContainsFunc(any, func(e E) bool { return slices.Contains(list, e) })
}

// more says whether list has something that than has not.
func more[E comparable](list, than []E) bool {
	return slices.ContainsFunc(list, func(e E) bool { return !slices.Contains(than, e) })
}
