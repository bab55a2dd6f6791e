package listing

import (
	"net/netip"

	"depeer/filters"
	"depeer/filters/strict"
)

// prefixMatch is one prefix match while it is read. Its lengths are read after the prefix, because
// keys come in any order.
type prefixMatch struct {
	filters.PrefixMatch
	prefix, exact, ge, le strict.Node
}

var prefixFields = []strict.Field[prefixMatch]{
	{Key: "prefix", Required: true, Read: func(m *prefixMatch, n strict.Node) {
		m.prefix = n
		m.Prefix, _ = strict.Value(n, filters.ParsePrefix)
	}},
	{Key: "match", Read: readExact},
	{Key: "ge", Read: func(m *prefixMatch, n strict.Node) { m.ge = n }},
	{Key: "le", Read: func(m *prefixMatch, n strict.Node) { m.le = n }},
	{Key: "wide", Read: func(m *prefixMatch, n strict.Node) { m.Wide, _ = n.Bool() }},
}

func readPrefixes(p *provider, n strict.Node) {
	nodes, ok := n.List()
	if !ok {
		p.matches++ // meant, whatever it is: one complaint is enough
	}
	if len(nodes) == 0 {
		return
	}
	p.matches += len(nodes)
	p.Prefixes = make([]filters.PrefixMatch, len(nodes))
	for i, n := range nodes {
		m := &p.Prefixes[i]
		if n.IsMap() {
			*m, n = readPrefixMatch(n)
		} else if prefix, ok := strict.Value(n, filters.ParsePrefix); ok {
			*m = matchInside(prefix)
		}
		m.Source = n.Position()
		if why := filters.ReservedPrefix(m.Prefix); why != "" {
			p.reserved = append(p.reserved, reserved{n, m.Prefix.String(), why})
		}
	}
}

// matchInside returns the match of a prefix and everything more specific.
func matchInside(p netip.Prefix) filters.PrefixMatch {
	return filters.PrefixMatch{Prefix: p, Min: uint8(p.Bits()), Max: uint8(p.Addr().BitLen())}
}

// readPrefixMatch reads a match that is more than a prefix. It also returns the node of the prefix.
func readPrefixMatch(n strict.Node) (filters.PrefixMatch, strict.Node) {
	m := prefixMatch{prefix: n}
	strict.Map(n, prefixFields, &m)
	if m.Prefix.IsValid() {
		m.readLengths()
	}
	return m.PrefixMatch, m.prefix
}

func readExact(m *prefixMatch, n strict.Node) {
	m.exact = n
	if s, ok := n.Scalar(); ok && s != "exact" {
		n.Errorf("match", "exact; leave it out to match more specifics, too", "%q is no way to match a prefix", s)
	}
}

// readLengths reads which lengths match.
func (m *prefixMatch) readLengths() {
	all := matchInside(m.Prefix)
	m.Min, m.Max = all.Min, all.Max
	if m.exact.IsValid() {
		m.Max = m.Min
		for _, given := range []struct {
			key string
			strict.Node
		}{{"ge", m.ge}, {"le", m.le}} {
			if given.IsValid() {
				given.Errorf("exact-range", "one of the two", "match: exact and %s exclude one another", given.key)
			}
		}
		return
	}
	shortest, longest := uint64(all.Min), uint64(all.Max)
	if m.ge.IsValid() {
		if v, ok := m.ge.Uint(shortest, longest); ok {
			m.Min = uint8(v)
		}
	}
	if m.le.IsValid() {
		if v, ok := m.le.Uint(shortest, longest); ok {
			m.Max = uint8(v)
		}
	}
	if m.Min > m.Max {
		m.le.Errorf("empty-range", "", "ge %d is over le %d", m.Min, m.Max)
	}
}
