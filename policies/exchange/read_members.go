package exchange

import (
	"net/netip"

	"depeer/filters"
	"depeer/filters/strict"
	"depeer/policies"
)

// memberReader is one member in the making.
type memberReader struct {
	Member
	r     *reader
	taken seenValues[netip.Addr] // addresses of all members
}

var memberFields = []strict.Field[memberReader]{
	{Key: "asn", Required: true, Read: func(m *memberReader, n strict.Node) { m.ASN, _ = readASN(n) }},
	{Key: "name", Read: func(m *memberReader, n strict.Node) { readText(n, &m.Name) }},
	{Key: "addresses", Required: true, Read: readAddresses},
	{Key: "choices", Read: readChoices},
	{Key: "wide", Read: func(m *memberReader, n strict.Node) { m.Wide, _ = n.Bool() }},
}

func readMembers(r *reader, n strict.Node) {
	taken := make(seenValues[netip.Addr])
	readEach(n, func(n strict.Node) {
		m := memberReader{r: r, taken: taken}
		m.Source = n.Position()
		if strict.Map(n, memberFields, &m) {
			r.ex.Members = append(r.ex.Members, m.Member)
		}
	})
}

func readAddresses(m *memberReader, n strict.Node) {
	readSome(n, "addresses", func(n strict.Node) {
		if a, ok := strict.Value(n, parseAddr); ok && m.taken.addNew(n, a, a.String()) {
			m.Addresses = append(m.Addresses, a)
		}
	})
}

func readChoices(m *memberReader, n strict.Node) {
	pairs, _ := n.Pairs()
	for _, p := range pairs {
		list, named := strict.Value(p.Key, filters.ParseSlug)
		policy, known := readWord(p.Value, policies.Refuse, policies.Deprefer, policies.Tag)
		if named && known {
			c := Choice{list, policy, p.Key.Position()}
			m.Choices = append(m.Choices, c)
			m.r.checkChoice(p.Key, c)
		}
	}
}
