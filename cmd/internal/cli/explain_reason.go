package cli

import (
	"slices"

	"depeer/cmd/internal/view"
	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
	"depeer/policies/operate/wanted"
)

// describeCommunity says what the exchange tells by a large community, of which provider today.
func describeCommunity(in *wanted.Input, c policies.LargeCommunity) view.Meaning {
	x := in.Exchange
	m := view.Meaning{Query: c.String(), Diagnostics: in.Diagnostics}
	m.Reason = x.Reasons != 0 && c.Local1 == x.Reasons && c.Global == uint32(x.ASN)
	for _, t := range x.Treatments {
		if !slices.Contains(t.LargeCommunities, c) {
			continue
		}
		told := view.Told{Treatment: t.Name, Effect: eval.EffectOf(t, c)}
		for _, l := range in.Compiled.Listed {
			if l.State == filters.InForce && l.Treatment == t.Name {
				told.Providers = append(told.Providers, view.ProviderID{List: l.Listing.Name, ID: l.Provider.ID})
			}
		}
		m.Treatments = append(m.Treatments, told)
	}
	return m
}
