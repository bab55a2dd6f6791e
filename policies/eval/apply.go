package eval

import (
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Apply returns r as the policy leaves it, and false if the policy refuses it. The result shares no
// memory with r that the policy changes.
func (e *Evaluator) Apply(r policies.Route) (policies.Route, bool) {
	var trail []int
	if e.runStatements(&r, &trail).Refused() {
		return policies.Route{}, false
	}
	for _, i := range trail {
		applyActions(&r, e.policy.Import[i].Actions)
	}
	return r, true
}

// applyActions changes r, its size included, as gobgpd's modifying actions do.
func applyActions(r *policies.Route, a policies.Actions) {
	if a.LocalPref != 0 {
		r.LocalPref = a.LocalPref
		r.Size.SetLocalPref()
	}
	if a.MED != nil {
		r.MED = new(uint32)
		*r.MED = *a.MED
		r.Size.SetMED()
	}
	if a.Prepend != 0 && len(r.Path) != 0 && r.Path[0] != 0 {
		r.Path = append(slices.Repeat([]filters.ASN{r.Path[0]}, int(a.Prepend)), r.Path...)
		r.Size.Prepend(a.Prepend)
	}
	if len(a.Communities) != 0 {
		r.Communities = slices.Concat(r.Communities, a.Communities)
		r.Size.SetCommunities(len(r.Communities))
	}
	if len(a.DropCommunities) != 0 {
		r.Communities = slices.DeleteFunc(slices.Clone(r.Communities), func(c policies.Community) bool {
			return slices.Contains(a.DropCommunities, c)
		})
		r.Size.SetCommunities(len(r.Communities))
	}
	if len(a.AddLargeCommunities) != 0 {
		r.LargeCommunities = slices.Concat(r.LargeCommunities, a.AddLargeCommunities)
		r.Size.SetLargeCommunities(len(r.LargeCommunities))
	}
	if len(a.DropLargeCommunities) != 0 {
		r.LargeCommunities = slices.DeleteFunc(slices.Clone(r.LargeCommunities), func(c policies.LargeCommunity) bool {
			return slices.ContainsFunc(a.DropLargeCommunities,
				func(p policies.LargeCommunityPattern) bool { return p.Matches(c) })
		})
		r.Size.SetLargeCommunities(len(r.LargeCommunities))
	}
}
