package build

import (
	"slices"

	"depeer/policies"
)

// Retired returns the built-in treatments of p that an earlier version of depeer built, and that
// Builtin no longer has. There, deprefer prepended twice and added a large community, tag of an ASN
// with 16 bits added a large community, and choices of deprefer prepended. If an exchange wrote such
// treatments out, its policy looks the same.
func Retired(p *policies.RoutingPolicy) []string {
	var out []string
	for _, s := range p.Import {
		name, a := s.Treatment(), s.Actions
		old := false
		switch name {
		case "deprefer":
			old = a.LocalPref == 50 && a.Prepend == 2 && a.MED == nil && len(a.Communities) == 0
		case "tag":
			old = a.LocalPref == 0 && a.Prepend == 0 && a.MED == nil && len(a.Communities) == 0 &&
				slices.ContainsFunc(a.AddLargeCommunities, func(c policies.LargeCommunity) bool {
					return c.Global <= 0xffff && c.Local1 == 666 && c.Local2 == 2
				})
		}
		if old && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	if slices.ContainsFunc(p.Export, func(s policies.Statement) bool { return s.Actions.Prepend == 2 }) {
		out = append(out, "a choice of deprefer")
	}
	return out
}

// LacksShort says whether an earlier version of depeer built p, one that did not exclude announcements
// of /8 and shorter from treatments that make routes longer. In such a policy a statement makes them
// longer, and no statement marks them.
func LacksShort(p *policies.RoutingPolicy) bool {
	marks := func(s policies.Statement) bool {
		return slices.ContainsFunc(s.Actions.AddLargeCommunities,
			func(c policies.LargeCommunity) bool { return c.IsScratch() && !c.IsTag() && c.Local2 == shortMark })
	}
	return slices.ContainsFunc(p.Import, func(s policies.Statement) bool { return lengthensShort(p, s) }) &&
		!slices.ContainsFunc(p.Import, marks)
}

// lengthensShort says whether s, of p, makes an IPv4 announcement of /8 or shorter longer.
func lengthensShort(p *policies.RoutingPolicy, s policies.Statement) bool {
	visible := s.Actions
	visible.AddLargeCommunities = slices.DeleteFunc(slices.Clone(visible.AddLargeCommunities),
		policies.LargeCommunity.IsScratch)
	if visible.AddedBytes() == 0 {
		return false
	}
	if entries := policies.ElementsOf[policies.Prefixes](p, s.Conditions.PrefixSet.Set); len(entries) != 0 {
		if s.Conditions.PrefixSet.Invert {
			return entries[0].Prefix.Addr().Is4() // all entries are of one family; their space does not matter
		}
		return slices.ContainsFunc(entries, isShort)
	}
	return true
}
