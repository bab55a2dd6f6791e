package filters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"depeer/filters/diag"
)

// asMatch is an AS match with the severity of its treatment.
type asMatch struct {
	*ASMatch
	severity int
}

// compare orders by everything that is matched; equal matches are duplicates.
func (m asMatch) compare(n asMatch) int {
	return cmp.Or(cmp.Compare(m.ASN, n.ASN), cmp.Compare(m.Where, n.Where), slices.Compare(m.Except, n.Except))
}

// compileASNs fills the AS matches of all filters.
func (c *compiler) compileASNs() {
	matches := c.uniqueASNs()
	for len(matches) > 0 {
		n := 1
		for n < len(matches) && matches[n].ASN == matches[0].ASN {
			n++
		}
		for _, m := range withoutShadowed(matches[:n]) {
			f := &c.filters[m.severity]
			if len(m.Except) == 0 {
				f.ASNs = append(f.ASNs, ASMatch{ASN: m.ASN, Where: m.Where, Wide: m.Wide, Source: m.Source})
			} else {
				f.Groups = append(f.Groups, Group{[]ASN{m.ASN}, m.Except})
			}
		}
		matches = matches[n:]
	}
	for i := range c.filters {
		c.filters[i].Groups = mergeGroups(c.filters[i].Groups)
	}
}

// uniqueASNs returns the matches in force, sorted and without protected ASNs. Each match appears
// once, with its most severe treatment.
func (c *compiler) uniqueASNs() []asMatch {
	protected := make(map[ASN]diag.Position, len(c.rules.Protect.ASNs))
	for _, p := range c.rules.Protect.ASNs {
		if _, known := protected[p.ASN]; !known {
			protected[p.ASN] = p.Source
		}
	}
	var all []asMatch
	for i, listed := range c.out.Listed {
		if c.severity[i] < 0 {
			continue
		}
		for j := range listed.Provider.ASNs {
			m := &listed.Provider.ASNs[j]
			if by, ok := protected[m.ASN]; ok {
				c.diags.Warnf(m.Source, "listing-protected-asn", "", "AS%s is not matched: protected at %s", m.ASN, by)
				continue
			}
			all = append(all, asMatch{m, c.severity[i]})
		}
	}
	slices.SortStableFunc(all, asMatch.compare)

	unique := all[:0]
	for len(all) > 0 {
		same, severest := 1, all[0]
		for same < len(all) && all[0].compare(all[same]) == 0 {
			if all[same].severity < severest.severity {
				severest = all[same]
			}
			same++
		}
		for _, m := range all[:same] {
			if m.ASMatch != severest.ASMatch {
				c.warnTwice("listing-duplicate-asn", m, m.Source, severest.Source, m.severity, severest.severity)
			}
		}
		unique, all = append(unique, severest), all[same:]
	}
	return unique
}

// withoutShadowed drops redundant matches of one ASN: where a match without exceptions looks
// anywhere in the path, it makes the other matches of the ASN redundant unless their treatment is
// more severe.
func withoutShadowed(matches []asMatch) []asMatch {
	i := slices.IndexFunc(matches, func(m asMatch) bool { return m.Where == Path && len(m.Except) == 0 })
	if i < 0 {
		return matches
	}
	path := matches[i]
	return slices.DeleteFunc(matches, func(m asMatch) bool {
		return m.ASMatch != path.ASMatch && path.severity <= m.severity
	})
}

// mergeGroups joins the groups that have the same exceptions. The input is sorted by ASN.
func mergeGroups(groups []Group) []Group {
	slices.SortStableFunc(groups, func(a, b Group) int { return slices.Compare(a.Except, b.Except) })
	var out []Group
	for _, g := range groups {
		if n := len(out); n > 0 && slices.Equal(out[n-1].Except, g.Except) {
			out[n-1].ASNs = append(out[n-1].ASNs, g.ASNs...)
		} else {
			out = append(out, g)
		}
	}
	return out
}

// String returns the ASN, where in the path it is looked for (unless that is the origin), and the
// exceptions.
func (m ASMatch) String() string {
	if way := m.Way(); way != Origin.String() {
		return "AS" + m.ASN.String() + " " + way
	}
	return "AS" + m.ASN.String()
}

// Way returns where the ASN is looked for, and what is spared.
func (m ASMatch) Way() string {
	var b strings.Builder
	b.WriteString(m.Where.String())
	before := " except"
	for _, a := range m.Except {
		fmt.Fprintf(&b, "%s AS%s", before, a)
		before = ","
	}
	return b.String()
}
