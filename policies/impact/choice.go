package impact

import (
	"cmp"
	"slices"

	"depeer/filters"
	"depeer/policies/eval"
)

// The choice between paths, as gobgpd 3.37 makes it (internal/pkg/table, destination.go;
// TestChoice holds it against the daemon): local preference, length of the AS path,
// ORIGIN, MED between paths that begin with one AS, be it of a set, or that are both
// empty, the older, the lower address of the announcer. All members of a route server
// are eBGP, and no router IDs are compared. What an exchange changes of that in
// [global.route-selection-options] is not known here, nor which paths are stale (RFC 9494).
//
// As MEDs of different ASes are not compared, three paths can each be better than the
// next one:
//
//	a  AS 1, MED 9, the oldest   b  AS 2, younger   c  AS 1, MED 5, the youngest
//	a before b (age), b before c (age), c before a (MED)
//
// gobgpd sorts each path in as it comes, so here they are sorted in by age as well. Two
// of one second, and paths that a soft reset brings anew, may stand otherwise there.

// candidate is a path as one policy leaves it.
type candidate struct {
	entry
	at        int // among the paths of its prefix
	localPref uint32
	length    uint32
	med       uint32
	treated   string // by what; "" for not at all
}

// candidate returns a path as the statement that decided about it leaves it.
func (t *table) candidate(at int, e entry, v eval.Verdict, by *eval.Evaluator) candidate {
	a := t.attrs(&e)
	c := candidate{entry: e, at: at, localPref: a.localPref, length: uint32(a.path.Length()), med: a.med}
	if !v.Treated() || by == nil {
		return c
	}
	c.treated = by.Effect(v)
	s, _ := by.Statement(v)
	if s.Actions.LocalPref != 0 {
		c.localPref = s.Actions.LocalPref
	}
	if s.Actions.MED != nil {
		c.med = *s.Actions.MED
	}
	if _, sequence := a.path.Neighbor(); sequence {
		c.length += uint32(s.Actions.Prepend)
	}
	return c
}

// prefer is negative where a is chosen over b.
func (t *table) prefer(a, b candidate) int {
	x, y := t.attrs(&a.entry), t.attrs(&b.entry)
	if order := cmp.Or(cmp.Compare(b.localPref, a.localPref), cmp.Compare(a.length, b.length), cmp.Compare(x.origin, y.origin)); order != 0 {
		return order
	}
	if a.med != b.med && (a.length == 0 || x.path.First() != 0 && x.path.First() == y.path.First()) {
		return cmp.Compare(a.med, b.med)
	}
	return cmp.Or(cmp.Compare(a.since, b.since), t.peers[a.peer].Address.Compare(t.peers[b.peer].Address))
}

// order returns what a policy leaves of the paths to one prefix, the best first.
func (t *table) order(paths []entry, by *eval.Evaluator, verdict func(*entry) eval.Verdict) []candidate {
	var order []candidate
	for i := range paths {
		if v := verdict(&paths[i]); !v.Refused() {
			order = append(order, t.candidate(i, paths[i], v, by))
		}
	}
	if len(order) > 2 {
		slices.SortStableFunc(order, func(a, b candidate) int { return cmp.Compare(a.since, b.since) })
	}
	slices.SortStableFunc(order, t.prefer)
	return order
}

// receiver is a member as somebody who is sent routes.
type receiver struct {
	peer uint32
	asn  filters.ASN
	// secondary: it has secondary-route. gobgpd 3.37 then looks for its ASN in no path,
	// and sends it the best that is not its own; the member drops one through its ASN, and
	// is left with nothing.
	secondary bool
}

// nobodySpecial is a receiver to whom all paths are offered.
var nobodySpecial = receiver{peer: ^uint32(0)}

// offered says whether gobgpd offers a path to a receiver at all: not its own, and
// none through its ASN.
func (t *table) offered(r receiver, c *candidate) bool {
	return c.peer != r.peer && (r.secondary || !t.through(r, c))
}

// through says whether the receiver's ASN is in a path.
func (t *table) through(r receiver, c *candidate) bool {
	return t.attrs(&c.entry).path.Contains(r.asn)
}

// chosen returns the best of those in order that are offered to r, or nil.
func (t *table) chosen(r receiver, order []candidate) *candidate {
	for i := range order {
		if t.offered(r, &order[i]) {
			return &order[i]
		}
	}
	return nil
}

// uses says whether r takes what was chosen for it.
func (t *table) uses(r receiver, chosen *candidate) bool {
	return chosen != nil && !(r.secondary && t.through(r, chosen))
}
