package exchange

import (
	"fmt"

	"depeer/filters"
	"depeer/filters/diag"
)

// checkOwnASN refuses to match the ASNs of the exchange and its route servers, anywhere in
// the path.
func checkOwnASN(g *guardInput, m *filters.ASMatch) complaint {
	whose := g.own[m.ASN]
	if whose == "" {
		return complaint{}
	}
	return complaint{fmt.Sprintf("AS%s is %s", m.ASN, whose), "nothing passes this guard"}
}

// formatPlace writes the place of something, if it has one.
func formatPlace(p diag.Position) string {
	if p == (diag.Position{}) {
		return ""
	}
	return ", at " + p.String()
}

// checkPathMatch refuses to match anywhere in the path a network that carries much of the
// net. It also refuses a protected one: that has no effect, but the list's author should
// know.
func checkPathMatch(g *guardInput, m *filters.ASMatch) complaint {
	what := g.networks[m.ASN]
	if m.Where != filters.Path || m.Wide || what == "" {
		return complaint{}
	}
	return complaint{
		fmt.Sprintf("match: path on AS%s, %s: it would take all that is behind it", m.ASN, what),
		fmt.Sprintf("match: origin; or {asn: %s, match: path, wide: true}, if it is meant", m.ASN),
	}
}

// wideNetworks returns the ASNs that a path match may take only with wide: true, with what
// they are.
func (e *Exchange) wideNetworks() map[filters.ASN]string {
	what := make(map[filters.ASN]string)
	for _, n := range transitFree {
		what[n.ASN] = fmt.Sprintf("%s, a transit-free network (list of %s)", n.Name, TransitFreeDate)
	}
	for _, n := range e.TransitFree {
		what[n.ASN] = "a transit-free network" + formatPlace(n.Source)
	}
	for _, p := range e.routeServerClients() {
		if what[p.ASN] == "" {
			what[p.ASN] = "a member with a session at " + e.facts.Name
		}
	}
	for _, m := range e.Members {
		what[m.ASN] = "a member" + formatPlace(m.Source)
	}
	return what
}
