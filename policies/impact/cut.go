package impact

import (
	"slices"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// The paths of a session that is shut down are lost to the other members, even if policies
// pass them: they count as refused. The session is reset before, like any other, if policies
// change the effect on one of its paths; a session that is opened is not.

// shutdowns is which sessions are shut, by the peers' numbers.
type shutdowns struct {
	any         bool
	before, now []bool
	by          []found // the match for which each of them is shut
	// hidden: of a path to the prefix that was looked at last, policies make something
	// else, which does not show.
	hidden bool
}

func newCut(a *assessment) *shutdowns {
	n := len(a.sessions)
	c := &shutdowns{before: make([]bool, n), now: make([]bool, n), by: make([]found, n)}
	for i := range a.sessions {
		peer := a.sessions[i].Peer
		c.before[i] = a.Old != nil && shutBy(a.Old, peer)
		c.now[i] = shutBy(a.New, peer)
		c.any = c.any || c.before[i] || c.now[i]
		c.by[i] = a.index.findShutdown(peer.ASN, a.Treatments)
	}
	return c
}

// shutBy says whether p keeps a session shut.
func shutBy(p *policies.RoutingPolicy, peer rib.Peer) bool {
	return slices.ContainsFunc(p.Sessions, func(shut policies.Session) bool {
		return shut.ASN == peer.ASN && (!shut.Address.IsValid() || shut.Address == peer.Address)
	})
}

// findShutdown returns the first match of a member's ASN whose treatment shuts sessions.
func (x *index) findShutdown(member filters.ASN, treatments []policies.Treatment) found {
	for _, r := range x.asns[member] {
		name := x.listed[r.provider].Treatment
		if slices.ContainsFunc(treatments, func(t policies.Treatment) bool {
			return t.Name == name &&
				t.Session == policies.Shut
		}) {
			return found{r, true}
		}
	}
	return noMatch
}

// viewPaths looks at the paths of a slot, as table.viewPaths does, with those refused whose sessions
// are shut.
func (a *assessment) viewPaths(slot uint32, at *view) {
	if !a.cut.any {
		a.table.viewPaths(slot, at)
		return
	}
	at.paths = at.paths[:0] // nothing is alike that was changed here
	a.table.viewPaths(slot, at)
	a.cut.hidden = false
	for i := range at.paths {
		e := &at.paths[i]
		if !a.cut.isShut(e) {
			continue
		}
		if a.oldEffect(e) != a.newEffect(e) || e.scrubbed {
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

// isShut says whether a path's session is shut, or was.
func (c *shutdowns) isShut(e *entry) bool { return c.before[e.peer] || c.now[e.peer] }
