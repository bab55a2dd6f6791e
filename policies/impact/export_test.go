package impact

import (
	"net/netip"

	"depeer/policies/rib"
)

// Held returns what each session is left with under the new policy: who announces the
// path that it gets to a prefix, and uses.
func Held(q Question, routes rib.Source) (map[rib.Peer]map[netip.Prefix]netip.Addr, error) {
	a := newAssessment(q)
	for p, err := range routes {
		if err != nil {
			return nil, err
		}
		a.see(p)
	}
	a.begin()
	out := make(map[rib.Peer]map[netip.Prefix]netip.Addr)
	for _, s := range a.sessions {
		out[s.Peer] = make(map[netip.Prefix]netip.Addr)
	}
	for slot := range uint32(a.table.prefixes.len()) {
		prefix := a.table.prefix(slot)
		var at view
		a.look(slot, &at)
		order := new(ranking).rank(a.table, at.paths, a.new, newVerdict)
		for n, s := range a.sessions {
			r := a.receiver(uint32(n))
			if c := a.table.chosen(r, order); s.sent(familyOf(prefix)) && a.table.uses(r, c) {
				out[s.Peer][prefix] = a.table.peers[c.peer].Address
			}
		}
	}
	return out, nil
}
