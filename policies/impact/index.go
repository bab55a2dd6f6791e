package impact

import (
	"net/netip"

	"github.com/gaissmai/bart"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/rib"
)

// index finds the listings that a path belongs to. It knows what is in force only:
// protected ASNs are in no filter, and nothing is listed of protected space.
type index struct {
	listed   []filters.Listed
	severity []int // of each provider: the rank of its treatment; -1: not in force

	prefixes  bart.Table[[]ref]
	protected bart.Table[struct{}]
	asns      map[filters.ASN][]ref
	some      filters.ASNSieve     // of asns
	origins   map[filters.ASN]bool // that some provider lists, in force or not, wherever it looks
	known     []bool               // providers that list ASNs: it is known where they are
	placed    []bool               // providers that list prefixes
}

// ref is one match of one provider.
type ref struct{ provider, match int32 }

// isBefore says whether r is listed before o.
func (r ref) isBefore(o ref) bool {
	return r.provider < o.provider || r.provider == o.provider && r.match < o.match
}

func newIndex(c *filters.Compiled, protected filters.Protection) *index {
	x := &index{listed: c.Listed, asns: make(map[filters.ASN][]ref), origins: make(map[filters.ASN]bool)}
	for _, p := range protected.Prefixes {
		x.protected.Insert(p.Prefix, struct{}{})
	}
	rank, matched := make(map[string]int), make(map[filters.ASN]bool)
	for i, f := range c.Filters {
		rank[f.Treatment] = i
		for _, m := range f.ASNs {
			matched[m.ASN] = true
		}
		for _, g := range f.Groups {
			for _, asn := range g.ASNs {
				matched[asn] = true
			}
		}
	}
	for i := range c.Listed {
		l := &c.Listed[i]
		inForce := l.State == filters.InForce
		r, decides := rank[l.Treatment]
		switch {
		case !inForce:
			r = -1
		case !decides: // more severe treatments have all that it matches; it is listed all the same
			r = len(c.Filters)
		}
		x.severity = append(x.severity, r)
		x.known = append(x.known, len(l.Provider.ASNs) > 0)
		x.placed = append(x.placed, len(l.Provider.Prefixes) > 0)
		for j, m := range l.Provider.ASNs {
			x.origins[m.ASN] = true
			if inForce && matched[m.ASN] {
				x.asns[m.ASN] = append(x.asns[m.ASN], ref{int32(i), int32(j)})
				x.some.Add(m.ASN)
			}
		}
		if inForce {
			x.addPrefixes(int32(i), l.Provider)
		}
	}
	return x
}

func (x *index) addPrefixes(provider int32, p *filters.Provider) {
	for j := range p.Prefixes {
		x.prefixes.Modify(p.Prefixes[j].Prefix, func(refs []ref, _ bool) ([]ref, bool) {
			return append(refs, ref{provider, int32(j)}), false
		})
	}
}

// prefixMatch returns the prefix match that r stands for.
func (x *index) prefixMatch(r ref) *filters.PrefixMatch {
	return &x.listed[r.provider].Provider.Prefixes[r.match]
}

// asMatch returns the AS match that r stands for.
func (x *index) asMatch(r ref) *filters.ASMatch { return &x.listed[r.provider].Provider.ASNs[r.match] }

// isProtected says whether p lies in protected space.
func (x *index) isProtected(p netip.Prefix) bool {
	_, protected := x.protected.LookupPrefix(p)
	return protected
}

// eachCovering gives the prefix matches that an announcement of p meets, the most
// specific first.
func (x *index) eachCovering(p netip.Prefix, each func(ref)) {
	if x.prefixes.Size() == 0 {
		return
	}
	if _, any := x.prefixes.LookupPrefix(p); !any || x.isProtected(p) {
		return // nearly all: looking for all supernets takes longer
	}
	bits := uint8(p.Bits())
	for _, refs := range x.prefixes.Supernets(p) {
		for _, r := range refs {
			if m := x.prefixMatch(r); m.Min <= bits && bits <= m.Max {
				each(r)
			}
		}
	}
}

// eachAlong gives the AS matches that a path meets.
func (x *index) eachAlong(path []filters.ASN, each func(ref)) {
	for i, asn := range path {
		if !x.some.May(asn) {
			continue
		}
		for _, r := range x.asns[asn] {
			m := x.asMatch(r)
			switch m.Where {
			case filters.Origin:
				if i != len(path)-1 {
					continue
				}
			case filters.Neighbor:
				if i != 0 {
					continue
				}
			case filters.Path:
				if containsAny(path, m.Except) {
					continue
				}
			}
			each(r)
		}
	}
}

// someIn says whether one of a set may be in a path.
func someIn(path rib.ASPath, set *filters.ASNSieve) bool {
	for asn := range path.ASNs {
		if set.May(asn) {
			return true
		}
	}
	return false
}

func containsAny(path, any []filters.ASN) bool {
	for _, asn := range any {
		for _, a := range path {
			if a == asn {
				return true
			}
		}
	}
	return false
}

// found is the match that a path belongs to.
type found struct {
	ref
	byASN bool
}

// noMatch stands for no match.
var noMatch = found{ref: ref{-1, -1}}

// findMatch returns the match that decides about a path: of the most severe treatment, by
// prefix rather than by ASN, and the most specific one, or else the first listed.
func (x *index) findMatch(r *policies.Route) found {
	if x.isProtected(r.Prefix) {
		return noMatch
	}
	best, severity := noMatch, 0
	better := func(r ref, byASN bool) {
		s := x.severity[r.provider]
		switch {
		case s < 0 || best != noMatch && s > severity:
		case best == noMatch || s < severity || byASN && best.byASN && r.isBefore(best.ref):
			best, severity = found{r, byASN}, s
		}
	}
	x.eachCovering(r.Prefix, func(r ref) { better(r, false) })
	x.eachAlong(r.Path, func(r ref) { better(r, true) })
	return best
}
