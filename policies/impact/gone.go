package impact

import (
	"slices"

	"depeer/filters"
	"depeer/policies/counted"
)

// That something is not announced any more is said only of what the plan in force has
// counted. It has counted refused routes, by provider; which of several ASNs of a provider
// they were of, it does not know.

// newGonePrefix and newGoneASN return an entry that is not announced.
func (c *collected) newGonePrefix(l *filters.Listed, m *filters.PrefixMatch) Gone {
	g := Gone{Provider: l.Provider.ID, List: l.Listing.Name, Entry: m.String()}
	for _, s := range c.countedBefore(l) {
		for _, p := range s.Prefixes {
			if m.Prefix.Bits() <= p.Bits() && m.Prefix.Contains(p.Addr()) {
				g.Last = c.CountedOn
			}
		}
	}
	return g
}

func (c *collected) newGoneASN(l *filters.Listed, m *filters.ASMatch) Gone {
	g := Gone{Provider: l.Provider.ID, List: l.Listing.Name, Entry: m.String()}
	alone := len(l.Provider.ASNs) == 1 && len(l.Provider.Prefixes) == 0
	if alone && slices.ContainsFunc(c.countedBefore(l), func(s counted.Session) bool { return s.Routes > 0 }) {
		g.Last = c.CountedOn
	}
	return g
}

// countedBefore returns what the plan in force has counted of a provider, whose entries are
// the same.
func (c *collected) countedBefore(l *filters.Listed) []counted.Session {
	if c.Counted == nil {
		return nil
	}
	for i := range c.Counted.Providers {
		p := &c.Counted.Providers[i]
		if p.List != l.Listing.Name || p.ID != l.Provider.ID {
			continue
		}
		listed := func(a counted.ASN) bool {
			return slices.ContainsFunc(l.Provider.ASNs,
				func(m filters.ASMatch) bool { return m.ASN == a.ASN && m.Where == a.Where })
		}
		if len(p.ASNs) > 0 && !slices.ContainsFunc(p.ASNs, func(a counted.ASN) bool { return !listed(a) }) ||
			len(p.ASNs) == 0 {
			return p.Sessions
		}
	}
	return nil
}
