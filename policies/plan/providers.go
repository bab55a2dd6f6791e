package plan

import (
	"cmp"
	"fmt"
	"slices"

	"depeer/filters"
)

// ProviderRef is a provider as a plan treats it. The plan keeps it, so that the next plan can say what
// changes.
type ProviderRef struct {
	List      string   `json:"list"`
	ID        string   `json:"id"`
	Treatment string   `json:"treatment"` // "" if not in force
	Why       string   `json:"why,omitempty"`
	Matches   []string `json:"matches"` // as listed: AS64999, 198.51.100.0/22
	// Ways are how each of Matches is matched: origin, exact. Plans of older versions have
	// none: it is not known there.
	Ways   []string `json:"ways,omitempty"`
	Ladder string   `json:"ladder,omitempty"`
	// NextFrom is the day from which another treatment is in force, as the lists are
	// now; "" if there is none. Next is that treatment, "" where it expires.
	Next     string `json:"next,omitempty"`
	NextFrom string `json:"next_from,omitempty"`
}

// Providers returns references to all providers of c, by list and id.
func Providers(c *filters.Compiled) []ProviderRef {
	refs := make([]ProviderRef, 0, len(c.Listed))
	for _, l := range c.Listed {
		r := ProviderRef{List: l.Listing.Name, ID: l.Provider.ID, Treatment: l.Treatment, Ladder: l.Ladder,
			Next: l.Next, NextFrom: l.NextFrom.String()}
		switch {
		case l.State == filters.InForce && l.Ladder != "":
			days := int(l.Provider.Listed.Age(c.At).Hours() / 24)
			r.Why = fmt.Sprintf("listed %d %s", days, pluralOf(days, "day"))
		case l.State == filters.InForce:
		case l.State == filters.Expired:
			r.Why = "expired " + l.Provider.Expires.String()
		default:
			r.Why = l.State.String()
		}
		for _, m := range l.Provider.ASNs {
			r.Matches, r.Ways = append(r.Matches, "AS"+m.ASN.String()), append(r.Ways, m.Way())
		}
		for _, m := range l.Provider.Prefixes {
			r.Matches, r.Ways = append(r.Matches, m.Prefix.String()), append(r.Ways, m.Way())
		}
		refs = append(refs, r)
	}
	slices.SortFunc(refs, ProviderRef.compare)
	return refs
}

// Entries are the matches, each with its way where that is not the usual one:
// AS26780 path, 41.1.0.0/16 exact.
func (r ProviderRef) Entries() []string {
	out := slices.Clone(r.Matches)
	for i, way := range r.Ways {
		if way != filters.Origin.String() && way != filters.Longer {
			out[i] += " " + way
		}
	}
	return out
}

func (r ProviderRef) compare(o ProviderRef) int {
	return cmp.Or(cmp.Compare(r.List, o.List), cmp.Compare(r.ID, o.ID))
}

// ProviderChange is the change of one provider. Old is zero for a new provider, and New for one that is
// gone.
type ProviderChange struct{ Old, New ProviderRef }

// Verb returns "+", "~" or "-": treated now, treated otherwise, treated no more.
func (c ProviderChange) Verb() string {
	switch {
	case c.Old.Treatment == "":
		return "+"
	case c.New.Treatment == "":
		return "-"
	default:
		return "~"
	}
}

// Changed returns how entries differ that both have: AS26780 origin -> path.
func (c ProviderChange) Changed() []string {
	if len(c.Old.Ways) == 0 {
		return nil
	}
	type entry struct {
		match string
		way   string
	}
	had, ways := make(map[entry]bool), make(map[string]string)
	for i, m := range c.Old.Matches {
		had[entry{m, c.Old.Ways[i]}], ways[m] = true, c.Old.Ways[i]
	}
	var out []string
	for i, m := range c.New.Matches {
		if was, listed := ways[m]; listed && !had[entry{m, c.New.Ways[i]}] {
			out = append(out, fmt.Sprintf("%s %s -> %s", m, was, c.New.Ways[i]))
		}
	}
	return out
}

// differs says whether something else is listed, or done about it.
func (c ProviderChange) differs() bool {
	switch {
	case c.Old.Treatment != c.New.Treatment:
		return true
	case c.New.Treatment == "":
		return false
	default:
		return !slices.Equal(c.Old.Matches, c.New.Matches) || len(c.Old.Ways) > 0 &&
			!slices.Equal(c.Old.Ways, c.New.Ways)
	}
}

// ProviderChanges returns the differences between two plans' providers, both in the order of Providers.
func ProviderChanges(old, new []ProviderRef) []ProviderChange {
	var out []ProviderChange
	for len(old) > 0 || len(new) > 0 {
		var c ProviderChange
		order := -1
		switch {
		case len(old) == 0:
			order = 1
		case len(new) > 0:
			order = old[0].compare(new[0])
		}
		if order <= 0 {
			c.Old, old = old[0], old[1:]
		}
		if order >= 0 {
			c.New, new = new[0], new[1:]
		}
		if c.differs() {
			out = append(out, c)
		}
	}
	return out
}

// NextStep is the next change of one provider's treatment, if the lists stay as they are.
type NextStep struct {
	List   string `json:"list"`
	ID     string `json:"id"`
	From   string `json:"from"`   // a day, UTC
	Before string `json:"before"` // treatment up to then; "" for none
	After  string `json:"after"`  // "": it expires
}

// NextSteps returns the next step of each provider that has one, by day.
func NextSteps(refs []ProviderRef) []NextStep {
	steps := []NextStep{}
	for _, r := range refs {
		if r.NextFrom != "" {
			steps = append(steps, NextStep{r.List, r.ID, r.NextFrom, r.Treatment, r.Next})
		}
	}
	slices.SortStableFunc(steps, func(a, b NextStep) int { return cmp.Compare(a.From, b.From) })
	return steps
}
