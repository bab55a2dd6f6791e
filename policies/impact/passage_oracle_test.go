package impact_test

import (
	"net/netip"
	"slices"

	"pgregory.net/rapid"

	"depeer/policies/impact"
	"depeer/policies/rib"
)

// operator is what the operator's own policies refuse, and what of it was asked.
type operator struct {
	stops map[pathKey]bool
	asked map[pathKey]bool
	asks  bool // some session may be refused routes
}

type pathKey struct {
	prefix netip.Prefix
	peer   netip.Addr
	id     uint32
}

func keyOf(p *rib.Path) pathKey { return pathKey{p.Prefix, p.Peer, p.ID} }

// anOperator has policies that may refuse routes of some sessions, and refuse some of their
// paths; or none.
func anOperator(t *rapid.T, q *impact.Question, paths []*rib.Path) *operator {
	o := &operator{make(map[pathKey]bool), make(map[pathKey]bool), false}
	if rapid.Bool().Draw(t, "no operator") {
		return o
	}
	for i := range q.Members {
		if m := &q.Members[i]; rapid.IntRange(0, 3).Draw(t, "refusers") > 0 {
			m.Refusers, o.asks = []string{"in"}, true
			for _, p := range paths {
				if p.Peer == m.Address && rapid.IntRange(0, 2).Draw(t, "stopped") == 0 {
					o.stops[keyOf(p)] = true
				}
			}
		}
	}
	q.Passages = func(asked []*rib.Path) ([]rib.Passage, error) {
		var out []rib.Passage
		for _, p := range asked {
			i := slices.IndexFunc(paths, func(o *rib.Path) bool { return keyOf(o) == keyOf(p) })
			if i < 0 || paths[i].Since != p.Since || paths[i].PeerASN != p.PeerASN ||
				!slices.Equal(paths[i].ASPath, p.ASPath) || o.asked[keyOf(p)] {
				t.Fatalf("asked for %+v, which is not announced, or twice", p)
			}
			o.asked[keyOf(p)] = true
			out = append(out, map[bool]rib.Passage{true: rib.Stopped, false: rib.Passed}[o.stops[keyOf(p)]])
		}
		return out, nil
	}
	return o
}

// stopped says whether the operator's policies refuse a path. Of one that the policy in force
// refuses that is not known.
func (o *oracle) stopped(p *rib.Path) bool {
	return o.operator != nil && o.operator.stops[keyOf(p)] && o.wasJudged(p) != "refuse" &&
		(!o.onlyAsked || o.operator.asked[keyOf(p)])
}

// asked is the oracle that takes paths which were not asked for as such that pass.
func (o *oracle) asked() *oracle {
	only := *o
	only.onlyAsked = true
	return &only
}

// notKnown says whether it is not known of a path if the operator's policies refuse it.
func (o *oracle) notKnown(p *rib.Path) bool {
	return o.mayStop(p) && o.was(p) == "refuse"
}

// mayStop says whether the operator's policies may refuse a path, and are asked about others.
func (o *oracle) mayStop(p *rib.Path) bool {
	return o.operator != nil && o.operator.asks && len(o.session(p.Announcer()).Refusers) > 0
}
