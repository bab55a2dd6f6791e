package impact

import (
	"net/netip"

	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/rib"
)

// Ordered is a sorted table of prefixes.
type Ordered struct{ table *table }

func NewOrdered(all []netip.Prefix) Ordered {
	t := newTable()
	for _, p := range all {
		path := rib.Path{Route: policies.Route{Prefix: p}}
		t.addPath(&path, 0, eval.Verdict{}, eval.Verdict{}, false, untagged)
	}
	t.sortPrefixes()
	return Ordered{t}
}

// All returns them as they stand.
func (p Ordered) All() (out []netip.Prefix) {
	for slot := range uint32(p.table.prefixes.len()) {
		out = append(out, p.table.prefixAt(slot))
	}
	return out
}

// Around returns those around one, as they are found.
func (p Ordered) Around(q netip.Prefix) (out []netip.Prefix) {
	for slot := range p.table.slotsAround(keyOf(q)) {
		out = append(out, p.table.prefixAt(slot))
	}
	return out
}

// Inside returns those inside one, and itself.
func (p Ordered) Inside(q netip.Prefix) (out []netip.Prefix) {
	for slot, to := p.table.slotsInside(keyOf(q)); slot < to; slot++ {
		out = append(out, p.table.prefixAt(slot))
	}
	return out
}

// Held returns what each session is left with under the new policy: who announces the
// path that it gets to a prefix, and uses.
func Held(q Question, routes rib.Source) (map[rib.Peer]map[netip.Prefix]netip.Addr, error) {
	a := newAssessment(q)
	for p, err := range routes {
		if err != nil {
			return nil, err
		}
		a.addPath(p)
	}
	a.startCount()
	out := make(map[rib.Peer]map[netip.Prefix]netip.Addr)
	for _, s := range a.sessions {
		out[s.Peer] = make(map[netip.Prefix]netip.Addr)
	}
	for slot := range uint32(a.table.prefixes.len()) {
		prefix := a.table.prefixAt(slot)
		var at view
		a.viewPaths(slot, &at)
		order := new(ranking).rankPaths(a.table, at.paths, a.new, newVerdict)
		for n, s := range a.sessions {
			r := a.receiverOf(uint32(n))
			if c := a.table.bestFor(r, order); s.isSent(a.table.prefixes.at(slot).family()) && a.table.usesPath(r, c) {
				out[s.Peer][prefix] = a.table.peers[c.peer].Address
			}
		}
	}
	return out, nil
}
