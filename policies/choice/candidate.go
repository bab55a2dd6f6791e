package choice

import (
	"cmp"

	"depeer/policies/rib"
)

// candidate is a path as import leaves it.
type candidate struct {
	rib.Preference
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
func (f *Foresight) candidate(p *rib.Path) (*candidate, bool) {
	r, ok := f.new.Apply(p.Route)
	if !ok {
		return nil, false
	}
	c := &candidate{Preference: p.Preference(), towards: make([]outcome, len(f.choosers))}
	c.LocalPref = cmp.Or(r.LocalPref, rib.DefaultLocalPref)
	c.Length += uint32(len(r.Path) - len(p.Path))
	if r.MED != nil {
		c.MED = *r.MED
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

// count adds what a chooser is sent of the paths to one prefix. With secondary-route gobgpd
// 3.37 offers a member paths through its own ASN, too, which the member does not take.
func (x *Expected) count(m Member, chooser int, paths []*candidate) {
	rib.ByPreference(paths, func(c *candidate) *rib.Preference { return &c.Preference })
	best := true // none was offered yet
	for _, p := range paths {
		became, loop := p.towards[chooser]&^looped, p.towards[chooser]&looped != 0
		switch {
		case p.Peer == m.Address || loop && !m.SecondaryRoute: // not offered
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
