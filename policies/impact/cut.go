package impact

import (
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// What comes over a session that is shut is lost to the others, whatever policies say:
// its paths are counted as refused. It is reset before, like any other, if policies
// make something else of one; what comes over a session that is opened is not.

// cut is which sessions are shut, by the peers' numbers.
type cut struct {
	any         bool
	before, now []bool
	by          []found // of each that is, what has it shut
	// hidden: of a path to the prefix that was looked at last, policies make something
	// else, which does not show.
	hidden bool
}

func newCut(a *assessment) *cut {
	n := len(a.sessions)
	c := &cut{before: make([]bool, n), now: make([]bool, n), by: make([]found, n)}
	for i := range a.sessions {
		peer := a.sessions[i].Peer
		c.before[i] = a.Old != nil && shutBy(a.Old, peer)
		c.now[i] = shutBy(a.New, peer)
		c.any = c.any || c.before[i] || c.now[i]
		c.by[i] = a.index.shuts(peer.ASN, a.Treatments)
	}
	return c
}

// shutBy says whether p keeps a session shut.
func shutBy(p *policies.RoutingPolicy, peer rib.Peer) bool {
	return slices.ContainsFunc(p.Sessions, func(shut policies.Session) bool {
		return shut.ASN == peer.ASN && (!shut.Address.IsValid() || shut.Address == peer.Address)
	})
}

// shuts returns the first match of a member's ASN whose treatment shuts sessions.
func (x *index) shuts(member filters.ASN, treatments []policies.Treatment) found {
	for _, r := range x.asns[member] {
		name := x.listed[r.provider].Treatment
		if slices.ContainsFunc(treatments, func(t policies.Treatment) bool {
			return t.Name == name &&
				t.Session == policies.Shut
		}) {
			return found{r, true}
		}
	}
	return nobody
}

// look looks at the paths of a slot, as table.look does, with those refused whose sessions
// are shut.
func (a *assessment) look(slot uint32, at *view) {
	if !a.cut.any {
		a.table.look(slot, at)
		return
	}
	at.paths = at.paths[:0] // nothing is alike that was changed here
	a.table.look(slot, at)
	a.cut.hidden = false
	for i := range at.paths {
		e := &at.paths[i]
		if !a.cut.concerns(e) {
			continue
		}
		if a.was(e) != a.now(e) {
			a.cut.hidden, a.members[e.peer].Reset = true, true
		}
		if a.cut.now[e.peer] {
			e.new = eval.Cut()
		}
		if a.cut.before[e.peer] {
			e.old = eval.Cut()
		}
	}
}

// concerns says whether a path's session is shut, or was.
func (c *cut) concerns(e *entry) bool { return c.before[e.peer] || c.now[e.peer] }
