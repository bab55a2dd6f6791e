package rib

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
)

// Preference holds the values by which gobgpd 3.37 chooses between the paths to one prefix
// (internal/pkg/table, destination.go; TestChoice compares it with the daemon). It compares
// in this order: local preference, length of the AS path, ORIGIN, MED, age, and the address of
// the announcer. It compares MEDs only of paths that begin with the same AS, even if that is
// in a set, or that are both empty. All members of a route server are eBGP, and it compares no
// router IDs. Preference does not know what [global.route-selection-options] changes, nor
// which paths are stale (RFC 9494).
type Preference struct {
	LocalPref uint32
	Length    uint32
	Origin    Origin
	First     filters.ASN // that the path begins with, even in a set; 0: it is empty
	MED       uint32
	Since     uint32
	Peer      netip.Addr
}

// DefaultLocalPref is the local preference of a path without one (gobgpd; RFC 4277, 12).
const DefaultLocalPref = 100

// Preference returns the preference of a path as the member announces it.
func (p *Path) Preference() Preference {
	out := Preference{
		LocalPref: cmp.Or(p.LocalPref, DefaultLocalPref), Length: uint32(p.ASPath.Length()), Origin: p.Origin,
		First: p.ASPath.First(), Since: p.Since, Peer: p.Peer,
	}
	if p.MED != nil {
		out.MED = *p.MED // an absent one is 0 to gobgpd
	}
	return out
}

// Compare is negative where p is chosen over o.
func (p *Preference) Compare(o *Preference) int {
	if order := cmp.Or(cmp.Compare(o.LocalPref, p.LocalPref), cmp.Compare(p.Length, o.Length),
		cmp.Compare(p.Origin, o.Origin)); order != 0 {
		return order
	}
	if p.MED != o.MED && (p.Length == 0 || p.First != 0 && p.First == o.First) {
		return cmp.Compare(p.MED, o.MED)
	}
	return cmp.Or(cmp.Compare(p.Since, o.Since), p.Peer.Compare(o.Peer))
}

// ByPreference sorts the paths to one prefix, the best first. As MEDs of different ASes
// are not compared, three paths can each be better than the next one:
//
//	a  AS 1, MED 9, the oldest   b  AS 2, younger   c  AS 1, MED 5, the youngest
//	a before b (age), b before c (age), c before a (MED)
//
// gobgpd inserts each path when it arrives, so ByPreference inserts them by age. gobgpd may
// order two paths of the same second otherwise, and paths that a soft reset sends again.
func ByPreference[T any](paths []*T, of func(*T) *Preference) {
	if len(paths) > 2 {
		slices.SortStableFunc(paths, func(a, b *T) int { return cmp.Compare(of(a).Since, of(b).Since) })
	}
	slices.SortStableFunc(paths, func(a, b *T) int { return of(a).Compare(of(b)) })
}
