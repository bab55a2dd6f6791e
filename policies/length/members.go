package length

import (
	"slices"

	"depeer/policies"
	"depeer/policies/plan"
	"depeer/policies/rib"
)

// InForce returns the members of a route server, with our policies as its lists have them now.
func InForce(s *plan.State) []Member {
	var out []Member
	for _, c := range s.Clients {
		if !c.RouteServer {
			continue
		}
		out = append(out, Member{
			Peer: rib.Peer{Address: c.Address, ASN: c.ASN}, Up: c.Up, IPv4: c.IPv4, IPv6: c.IPv6,
			SecondaryRoute: c.SecondaryRoute,
			AddPathIPv4:    c.Agreed.AddPathIPv4, AddPathIPv6: c.Agreed.AddPathIPv6,
			Import: slices.Contains(c.Import.Policies, policies.ImportPolicy),
			Export: slices.Contains(c.Export.Policies, policies.ExportPolicy),
		})
	}
	return out
}

// AfterChange returns the members with our policies as a change will leave them: every member has
// them, except dynamic neighbors, whose lists are their peer group's.
func AfterChange(s *plan.State) []Member {
	out := InForce(s)
	for i, m := range out {
		dynamic := slices.ContainsFunc(s.Clients,
			func(c plan.Client) bool { return c.Address == m.Address && c.Dynamic })
		out[i].Import, out[i].Export = m.Import || !dynamic, m.Export || !dynamic
	}
	return out
}
