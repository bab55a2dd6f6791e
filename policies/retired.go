package policies

import "slices"

// Retired returns the built-in treatments that p has as an earlier version of this program
// built them, and that Builtin does not have any more: deprefer prepended twice and added a large
// community, tag of an ASN with 16 bits added one. Choices of deprefer prepended, too. A
// policy of treatments that an exchange wrote out like these looks the same.
func Retired(p *RoutingPolicy) []string {
	var out []string
	for _, s := range p.Import {
		name, a := s.Treatment(), s.Actions
		old := false
		switch name {
		case "deprefer":
			old = a.LocalPref == 50 && a.Prepend == 2 && a.MED == nil && len(a.Communities) == 0
		case "tag":
			old = a.LocalPref == 0 && a.Prepend == 0 && a.MED == nil && len(a.Communities) == 0 &&
				slices.ContainsFunc(a.AddLargeCommunities, func(c LargeCommunity) bool {
					return c.Global <= 0xffff && c.Local1 == 666 && c.Local2 == 2
				})
		}
		if old && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if slices.ContainsFunc(p.Export, func(s Statement) bool { return s.Actions.Prepend == 2 }) {
		out = append(out, "a choice of deprefer")
	}
	return out
}
