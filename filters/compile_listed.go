package filters

import (
	"cmp"
	"slices"
	"strings"

	"depeer/filters/diag"
)

// decideProviders decides the state and the treatment of each provider of each list.
func (c *compiler) decideProviders(lists []*Listing) {
	n := 0
	for _, l := range lists {
		n += len(l.Providers)
	}
	c.out.Listed, c.severity = make([]Listed, 0, n), make([]int, 0, n)

	first := make(map[string]*Listing, len(lists))
	for _, l := range lists {
		if other := first[l.Name]; other != nil {
			c.diags.Errorf(l.Source, "listing-duplicate-list", "a name of its own for each list",
				"list %q is given twice, first at %s", l.Name, other.Source)
			continue
		}
		first[l.Name] = l
		c.isKnown(l.Source, c.rules.Lists[l.Name])
		c.isKnown(l.At(l.Places.Treatment), l.Treatment)
		if len(l.Providers) == 0 {
			c.diags.Warnf(l.Source, "listing-empty", "", "list %q has no providers, and matches nothing", l.Name)
		}
		exceptions := c.findExceptions(l)
		c.untreated, c.undated = nil, nil
		for i := range l.Providers {
			p := &l.Providers[i]
			listed := Listed{Listing: l, Provider: p}
			severity := c.decideProvider(&listed, exceptions[p.ID])
			c.out.Listed, c.severity = append(c.out.Listed, listed), append(c.severity, severity)
		}
		c.reportUntreated(l)
		c.reportUndated(l)
	}
}

// inBulk is how many complaints of one kind about a list are made one by one. More of them have one
// reason, which is the list's, and are one complaint.
const inBulk = 3

// reportUntreated reports the providers of a list that nothing says the treatment of.
func (c *compiler) reportUntreated(l *Listing) {
	if len(c.untreated) > inBulk {
		c.diags.Errorf(l.Source, "listing-no-treatment", "defaults: {treatment: "+c.severestTreatment()+"}",
			"nothing says how %d of the %d providers of list %q are to be treated, %s the first", len(c.untreated),
			len(l.Providers), l.Name, c.untreated[0].ID)
		return
	}
	for _, p := range c.untreated {
		c.diags.Errorf(p.Source, "listing-no-treatment", "treatment: "+c.severestTreatment(),
			"nothing says how %s is to be treated", p.ID)
	}
}

// undated is a provider that is treated by a ladder, and does not say since when it is listed.
type undated struct {
	*Provider
	ladder string
}

// reportUndated reports the providers of a list whose step on a ladder is not known.
func (c *compiler) reportUndated(l *Listing) {
	if len(c.undated) > inBulk {
		c.diags.Errorf(l.Source, "listing-ladder-no-date", "listed: YYYY-MM-DD for each, or a treatment that is no ladder",
			"%d of the %d providers of list %q are to be treated by a ladder, and do not say since when they are "+
				"listed, %s the first", len(c.undated), len(l.Providers), l.Name, c.undated[0].ID)
		return
	}
	for _, p := range c.undated {
		c.diags.Errorf(p.At(p.Places.Treatment), "listing-ladder-no-date", "listed: YYYY-MM-DD",
			"%s is to be treated by ladder %q, and does not say since when it is listed", p.ID, p.ladder)
	}
}

// decideProvider fills in the state and the treatment of a provider, given the exceptions in force.
// It returns the severity of the treatment, or -1 where nothing is to be matched.
func (c *compiler) decideProvider(listed *Listed, exceptions []*Exception) int {
	l, p := listed.Listing, listed.Provider
	general := c.rules.Lists[l.Name]
	name := cmp.Or(general, p.Treatment, l.Treatment)
	switch {
	case name == "":
		c.untreated = append(c.untreated, p)
		return -1
	case general == "" && p.Treatment != "" && !c.isKnown(p.At(p.Places.Treatment), name):
		return -1
	}
	ladder := c.ladders[name]
	if ladder != nil && p.Listed.IsZero() {
		c.undated = append(c.undated, undated{p, name})
		return -1
	}

	f := lifecycle{provider: p, treatment: name, ladder: ladder, exceptions: exceptions}
	listed.State, listed.Treatment, listed.Exception = f.stateAt(c.rules.At)
	listed.NextFrom, listed.Next = f.nextChange(c.rules.At)
	if ladder != nil {
		listed.Ladder = ladder.Name
	}
	c.warnOfDays(listed)
	severity, known := c.severities[listed.Treatment]
	if !known {
		return -1
	}
	return severity
}

// warnOfDays warns of an expiry or a review that is past, and of a listing in the future.
func (c *compiler) warnOfDays(listed *Listed) {
	p := listed.Provider
	switch {
	case listed.State == Expired:
		c.diags.Warnf(p.At(p.Places.Expires), "listing-expired", "take it out, or set a later day",
			"%s expired on %s, and matches nothing", p.ID, p.Expires)
		return
	case p.Review.Past(c.rules.At):
		c.diags.Warnf(p.At(p.Places.Review), "listing-review", "review it, and set a later day",
			"%s was to be reviewed by %s", p.ID, p.Review)
	}
	if listed.State == Waiting && c.rules.At.Before(p.Listed.Start()) {
		c.diags.Warnf(p.At(p.Places.Listed), "listing-future", "",
			"%s is listed from %s on, and matches nothing before", p.ID, p.Listed)
	}
}

// isKnown says whether name is a treatment, or a ladder whose steps are treatments. It reports a
// name that is neither. An empty name is not known, and is not reported.
func (c *compiler) isKnown(p diag.Position, name string) bool {
	if name == "" {
		return false
	}
	if _, ok := c.severities[name]; ok {
		return true
	}
	ladder := c.ladders[name]
	if ladder == nil {
		c.reportUnknown(p, "no treatment or ladder is called %q", name)
		return false
	}
	for _, step := range ladder.Steps {
		if _, ok := c.severities[step.Treatment]; !ok {
			c.reportUnknown(p, "ladder %q has a step %q, which is no treatment", name, step.Treatment)
			return false
		}
	}
	return true
}

// reportUnknown reports a treatment or ladder that does not exist, with a hint that lists those
// that do.
func (c *compiler) reportUnknown(p diag.Position, format string, args ...any) {
	known := slices.Clone(c.rules.Treatments)
	for _, l := range c.rules.Ladders {
		known = append(known, l.Name)
	}
	hint := ""
	if len(known) > 0 {
		hint = "one of " + strings.Join(known, ", ")
	}
	c.diags.Errorf(p, "listing-unknown-treatment", hint, format, args...)
}

// severestTreatment returns a treatment to suggest to a user who named none.
func (c *compiler) severestTreatment() string {
	if len(c.rules.Treatments) == 0 {
		return "depeer"
	}
	return c.rules.Treatments[0]
}

// findExceptions returns the exchange's exceptions from l that are in force, by provider. It warns
// of the others.
func (c *compiler) findExceptions(l *Listing) map[string][]*Exception {
	var of []*Exception
	for i := range c.rules.Except {
		if e := &c.rules.Except[i]; e.List == l.Name {
			of = append(of, e)
		}
	}
	if len(of) == 0 {
		return nil
	}
	providers := make(map[string]bool, len(l.Providers))
	for i := range l.Providers {
		providers[l.Providers[i].ID] = true
	}
	hold := make(map[string][]*Exception, len(of))
	for _, e := range of {
		switch {
		case !providers[e.Provider]:
			c.diags.Warnf(e.Source, "exchange-exception-unused", "take it out",
				"list %q has no provider %q to except", l.Name, e.Provider)
		case e.Until.Past(c.rules.At):
			c.diags.Warnf(e.Source, "exchange-exception-past", "take it out, or set a later day",
				"the exception of %s ended on %s", e.Provider, e.Until)
		default:
			hold[e.Provider] = append(hold[e.Provider], e)
		}
	}
	return hold
}
