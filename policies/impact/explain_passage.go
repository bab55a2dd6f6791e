package impact

import (
	"slices"

	"depeer/policies/eval"
	"depeer/policies/rib"
)

// verdictBefore says what the policy in force makes of a path, where that is looked at.
func (x *explainer) verdictBefore(p *rib.Path) eval.Verdict {
	if s := x.sessionOf(p.Announcer()); x.old == nil || s == nil || !s.Anchored {
		return eval.Verdict{}
	}
	return x.old.Verdict(&p.Route)
}

// sessionOf returns a session of the route server, or nil.
func (x *explainer) sessionOf(p rib.Peer) *Session {
	i := slices.IndexFunc(x.Members, func(s Session) bool { return s.Peer == p })
	if i < 0 {
		return nil
	}
	return &x.Members[i]
}

// noteQuestion notes a path that the operator's policies may refuse, to be asked for.
func (x *explainer) noteQuestion(p *rib.Path, a *Announcement) {
	s := x.sessionOf(p.Announcer())
	if x.Passages == nil || s == nil || !s.mayRefuse() {
		return
	}
	if a.NotKnown = x.verdictBefore(p).Refused(); a.NotKnown {
		return
	}
	a.RefusedBy = s.Refusers // those that may
	x.asked, x.places = append(x.asked, p.Clone()), append(x.places, len(x.out.AnnouncedBy))
}

// askPassages asks which paths the operator's policies refuse: of those that are announced, and of
// those to less specific prefixes.
func (x *explainer) askPassages() error {
	x.around.sortPrefixes()
	if !x.needsPassages() {
		return nil
	}
	for len(x.asked) > 0 {
		n := min(len(x.asked), passagesPerCall)
		found, err := x.Passages(x.asked[:n])
		if err != nil {
			return err
		}
		for i := range found {
			if found[i] != rib.Stopped {
				x.out.AnnouncedBy[x.places[i]].RefusedBy = nil
			}
		}
		x.asked, x.places = x.asked[n:], x.places[n:]
	}
	return x.around.askPassages(x.Passages, func(yield func(uint32) bool) {
		for slot := range uint32(x.around.prefixes.len()) {
			if !yield(slot) {
				return
			}
		}
	}, func(e *entry) bool {
		s := x.sessionOf(x.around.peers[e.peer])
		return s != nil && s.mayRefuse() && !e.old.Refused()
	})
}
