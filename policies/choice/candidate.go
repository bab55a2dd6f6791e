package choice

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies/rib"
)

// candidate is a path as import leaves it.
type candidate struct {
	peer      netip.Addr
	localPref uint32
	length    int
	origin    rib.Origin
	neighbor  filters.ASN // the AS that it begins with; 0 for none
	med       uint32
	since     uint32

	towards []outcome // by choosers
}

// outcome is what becomes of a path towards one chooser.
type outcome uint8

const (
	plain   outcome = iota // as to everybody
	changed                // changed for it alone
	refused                // by it
	looped  outcome = 4    // beside the others: it goes through the chooser's own ASN
)

// candidate judges a path, and says whether import lets it through.
func (f *Foresight) candidate(p *rib.Path) (candidate, bool) {
	r, ok := f.new.Apply(p.Route)
	if !ok {
		return candidate{}, false
	}
	c := candidate{
		peer: p.Peer, localPref: cmp.Or(r.LocalPref, 100), length: p.ASPath.Length() + len(r.Path) - len(p.Path),
		origin: p.Origin, since: p.Since, towards: make([]outcome, len(f.choosers)),
	}
	c.neighbor, _ = p.ASPath.Neighbor()
	if r.MED != nil {
		c.med = *r.MED
	}
	for i, m := range f.choosers {
		switch f.exporter.Effect(m.Address, r) {
		case "":
		case "refuse":
			c.towards[i] = refused
		default:
			c.towards[i] = changed
		}
		if p.ASPath.Contains(m.ASN) {
			c.towards[i] |= looped
		}
	}
	return c, true
}

// prefer is negative where a is chosen over b: the order of package impact.
func prefer(a, b candidate) int {
	if order := cmp.Or(cmp.Compare(b.localPref, a.localPref), cmp.Compare(a.length, b.length), cmp.Compare(a.origin, b.origin)); order != 0 {
		return order
	}
	if a.neighbor != 0 && a.neighbor == b.neighbor && a.med != b.med {
		return cmp.Compare(a.med, b.med)
	}
	return cmp.Or(cmp.Compare(a.since, b.since), a.peer.Compare(b.peer))
}

// count adds what a chooser is sent of the paths to one prefix. With secondary-route gobgpd
// 3.37 offers a member paths through its own ASN, too, which the member does not take.
func (x *Expected) count(m Member, chooser int, paths []candidate) {
	slices.SortFunc(paths, prefer)
	best := true // none was offered yet
	for _, p := range paths {
		became, loop := p.towards[chooser]&^looped, p.towards[chooser]&looped != 0
		switch {
		case p.peer == m.Address || loop && !m.SecondaryRoute: // not offered
			continue
		case became == refused:
			if best {
				x.Refused++
			}
			best = false
			continue
		case loop: // offered, and not taken
		case !best && !m.SecondaryRoute:
			x.Withheld++
		default:
			if !best {
				x.Another++
			}
			if became == changed {
				x.Changed++
			}
		}
		return
	}
}
