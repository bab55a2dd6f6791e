package impact

import (
	"slices"

	"depeer/filters"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// The choice between paths is rib.Preference, after what policies make of them.

// candidate is a path with what one policy has changed.
type candidate struct {
	entry
	rib.Preference
	at      int    // among the paths of its prefix
	treated string // by what; "" for not at all
}

// newCandidate returns a path with the changes of the statement that decides about it.
func (t *table) newCandidate(at int, e *entry, v eval.Verdict, by *eval.Evaluator) candidate {
	a, path := t.shared.list.at(e.shared), t.pathOf(e)
	c := candidate{entry: *e, at: at, Preference: rib.Preference{
		LocalPref: a.localPref, Length: uint32(path.Length()), Origin: a.origin.origin(),
		First: path.First(), MED: a.med, Since: e.since, Peer: t.peers[e.peer].Address,
	}}
	if !v.Treated() || by == nil {
		return c
	}
	c.treated = by.Effect(v)
	s, _ := by.Statement(v)
	if s.Actions.LocalPref != 0 {
		c.LocalPref = s.Actions.LocalPref
	}
	if s.Actions.MED != nil {
		c.MED = *s.Actions.MED
	}
	if _, sequence := path.Neighbor(); sequence {
		c.Length += uint32(s.Actions.Prepend)
	}
	return c
}

// ranking is the paths to one prefix that a policy leaves, the best first.
type ranking struct {
	order      []*candidate
	candidates []candidate // room for them
}

// rankPaths ranks other paths, in the memory that the ranking has.
func (r *ranking) rankPaths(t *table, paths []entry, by *eval.Evaluator,
	verdict func(*entry) eval.Verdict) []*candidate {
	r.order, r.candidates = r.order[:0], slices.Grow(r.candidates[:0], len(paths))
	for i := range paths {
		if v := verdict(&paths[i]); !v.Refused() && !paths[i].stopped {
			r.candidates = append(r.candidates, t.newCandidate(i, &paths[i], v, by))
			r.order = append(r.order, &r.candidates[len(r.candidates)-1])
		}
	}
	rib.ByPreference(r.order, func(c *candidate) *rib.Preference { return &c.Preference })
	return r.order
}

// receiver is a member to which routes are sent.
type receiver struct {
	peer uint32
	asn  filters.ASN
	// secondary: it has secondary-route. gobgpd 3.37 then looks for its ASN in no path,
	// and sends it the best that is not its own; the member drops one through its ASN, and
	// is left with nothing.
	secondary bool
}

// ordinaryReceiver is a receiver to which all paths are offered.
var ordinaryReceiver = receiver{peer: ^uint32(0)}

// isOffered says whether gobgpd offers a path to a receiver at all: not its own, and
// none through its ASN.
func (t *table) isOffered(r receiver, c *candidate) bool {
	return c.peer != r.peer && (r.secondary || !t.passesThrough(r, c))
}

// passesThrough says whether the receiver's ASN is in a path.
func (t *table) passesThrough(r receiver, c *candidate) bool {
	return t.pathOf(&c.entry).Contains(r.asn)
}

// bestFor returns the first path in order that is offered to r, or nil.
func (t *table) bestFor(r receiver, order []*candidate) *candidate {
	for i := range order {
		if t.isOffered(r, order[i]) {
			return order[i]
		}
	}
	return nil
}

// usesPath says whether r uses the path that was chosen for it.
func (t *table) usesPath(r receiver, chosen *candidate) bool {
	return chosen != nil && !(r.secondary && t.passesThrough(r, chosen))
}
