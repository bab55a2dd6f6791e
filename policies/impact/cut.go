package impact

import (
	"slices"

	"depeer/policies"
	"depeer/policies/eval"
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
		c.before[i] = a.Old != nil && shutBy(a.Old, &a.sessions[i])
		c.now[i] = shutBy(a.New, &a.sessions[i])
		c.any = c.any || c.before[i] || c.now[i]
		c.by[i] = a.shuts(&a.sessions[i])
	}
	return c
}

// shutBy says whether p keeps a session shut.
func shutBy(p *policies.RoutingPolicy, s *Session) bool {
	return slices.ContainsFunc(p.Sessions, func(shut policies.Session) bool {
		return shut.ASN == s.ASN && (!shut.Address.IsValid() || shut.Address == s.Address)
	})
}

// shuts returns the first match of a session's ASN whose treatment shuts sessions.
func (a *assessment) shuts(s *Session) found {
	for _, r := range a.index.asns[s.ASN] {
		name := a.index.listed[r.provider].Treatment
		if slices.ContainsFunc(a.Treatments, func(t policies.Treatment) bool { return t.Name == name && t.Session == policies.Shut }) {
			return found{r, true}
		}
	}
	return nobody
}

// of returns the paths of a slot, as table.of does, with those refused whose sessions
// are shut.
func (a *assessment) of(slot uint32, to []entry) []entry {
	paths := a.table.of(slot, to)
	if !a.cut.any {
		return paths
	}
	a.cut.hidden = false
	for i := range paths {
		e := &paths[i]
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
	return paths
}

// concerns says whether a path's session is shut, or was.
func (c *cut) concerns(e *entry) bool { return c.before[e.peer] || c.now[e.peer] }
