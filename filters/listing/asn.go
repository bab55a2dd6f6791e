package listing

import (
	"slices"

	"depeer/filters"
	"depeer/filters/strict"
)

// asMatch is one AS match while it is read.
type asMatch struct {
	filters.ASMatch
	asn, except, wide strict.Node
}

var asFields = []strict.Field[asMatch]{
	{Key: "asn", Required: true, Read: func(m *asMatch, n strict.Node) { m.asn = n; m.ASN, _ = readASN(n) }},
	{Key: "match", Read: func(m *asMatch, n strict.Node) { m.Where = readWhere(n) }},
	{Key: "except", Read: func(m *asMatch, n strict.Node) { m.except = n; m.Except = readASNList(n) }},
	{Key: "wide", Read: func(m *asMatch, n strict.Node) { m.wide = n; m.Wide, _ = n.Bool() }},
}

func readASNs(p *provider, n strict.Node) {
	nodes, ok := n.List()
	if !ok {
		p.matches++ // meant, whatever it is: one complaint is enough
	}
	if len(nodes) == 0 {
		return
	}
	p.matches += len(nodes)
	p.ASNs = make([]filters.ASMatch, len(nodes))
	for i, n := range nodes {
		m := &p.ASNs[i]
		if n.IsMap() {
			*m, n = readASMatch(n)
		} else {
			m.ASN, _ = readASN(n)
		}
		m.Source = n.Position()
		if why := m.ASN.Reserved(); why != "" {
			p.reserved = append(p.reserved, reserved{n, "AS" + m.ASN.String(), why})
		}
	}
}

// readASMatch reads a match that is more than an ASN. It also returns the node of the ASN.
func readASMatch(n strict.Node) (filters.ASMatch, strict.Node) {
	m := asMatch{asn: n}
	strict.Map(n, asFields, &m)
	m.checkKeys()
	return m.ASMatch, m.asn
}

// checkKeys checks what depends on more than one key.
func (m *asMatch) checkKeys() {
	if m.Where != filters.Path {
		for _, given := range []struct {
			key string
			strict.Node
		}{{"except", m.except}, {"wide", m.wide}} {
			if given.IsValid() {
				given.Errorf("path-only", "match: path", "%s goes with match: path only", given.key)
			}
		}
	}
	slices.Sort(m.Except)
	m.Except = slices.Compact(m.Except)
	if slices.Contains(m.Except, m.ASN) && m.ASN != 0 {
		m.except.Errorf("except-itself", "", "AS%s is its own exception: nothing would match", m.ASN)
	}
}

func readWhere(n strict.Node) filters.Where {
	s, ok := n.Scalar()
	if !ok {
		return filters.Origin
	}
	for _, w := range []filters.Where{filters.Origin, filters.Neighbor, filters.Path} {
		if s == w.String() {
			return w
		}
	}
	n.Errorf("match", "origin, neighbor or path", "%q is no place in an AS path", s)
	return filters.Path // which except and wide may go with: one complaint is enough
}

// readASN reads an ASN that a network can have. It returns 0 for any other.
func readASN(n strict.Node) (filters.ASN, bool) {
	a, ok := strict.Value(n, filters.ParseASN)
	if !ok {
		return 0, false
	}
	if why := a.Forbidden(); why != "" {
		n.Errorf("forbidden-asn", "", "no network has AS%s: %s", a, why)
		return 0, false
	}
	return a, true
}

// readASNList reads a list of ASNs that are not matched: nil if there are none.
func readASNList(n strict.Node) []filters.ASN {
	nodes, _ := n.List()
	var all []filters.ASN
	for _, n := range nodes {
		if a, ok := readASN(n); ok {
			all = append(all, a)
		}
	}
	return all
}
