package impact

import (
	"cmp"

	"depeer/filters"
	"depeer/policies/eval"
)

// The choice between paths, as gobgpd 3.37 makes it (internal/pkg/table, destination.go;
// TestChoice holds it against the daemon): local preference, length of the AS path,
// ORIGIN, MED between paths of one neighbor AS, the older, the lower address of the
// announcer. All members of a route server are eBGP, and no router IDs are compared.
// What an exchange changes of that in [global.route-selection-options] is not known here.

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
	if n, ok := x.path.Neighbor(); ok {
		if m, also := y.path.Neighbor(); also && n == m && a.med != b.med {
			return cmp.Compare(a.med, b.med)
		}
	}
	return cmp.Or(cmp.Compare(a.since, b.since), t.peers[a.peer].Address.Compare(t.peers[b.peer].Address))
}

// receiver is a member as somebody who is sent routes.
type receiver struct {
	peer uint32
	asn  filters.ASN
}

// offered says whether gobgpd offers a path to a receiver at all: not its own, and
// none through its ASN.
func (t *table) offered(r receiver, c *candidate) bool {
	return c.peer != r.peer && !t.attrs(&c.entry).path.Contains(r.asn)
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
