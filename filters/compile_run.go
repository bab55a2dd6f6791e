package filters

import "depeer/filters/diag"

// Compile returns what lists match at rules.At. What it says about them is
// sorted; the Compiled is nil if there is an Error among it. No lists match nothing.
//
// What follows from a listing is, in this order: what the exchange says for its
// list, what the listing says itself, what its list says by default; a
// treatment is never guessed. Listings that have expired, that the exchange
// excepts, or that do not hold yet, match nothing.
func Compile(lists []*Listing, rules Rules) (*Compiled, diag.List) {
	c := newCompiler(rules)
	c.list(lists)
	if c.diags.Worst() < diag.Error {
		c.compilePrefixes()
		c.compileASNs()
		c.finish()
	}
	c.diags.Sort()
	if c.diags.Worst() >= diag.Error {
		return nil, c.diags
	}
	return c.out, c.diags
}

// compiler is a Compiled in the making.
type compiler struct {
	rules      Rules
	severities map[string]int     // of treatments: 0 is the most severe
	ladders    map[string]*Ladder //
	diags      diag.List
	out        *Compiled
	severity   []int    // of each of out.Listed; -1: matches nothing
	filters    []Filter // of each treatment, also those that match nothing
	ipv4, ipv6 holes
}

func newCompiler(rules Rules) *compiler {
	c := &compiler{
		rules:      rules,
		severities: make(map[string]int, len(rules.Treatments)),
		ladders:    make(map[string]*Ladder, len(rules.Ladders)),
		out:        &Compiled{At: rules.At},
		filters:    make([]Filter, len(rules.Treatments)),
	}
	for i, name := range rules.Treatments {
		c.severities[name] = i
		c.filters[i].Treatment = name
	}
	for i := range rules.Ladders {
		c.ladders[rules.Ladders[i].Name] = &rules.Ladders[i]
	}
	c.ipv4, c.ipv6 = newHoles(rules.Protect.Prefixes)
	return c
}

// finish keeps what matches something, and the protected space if it is needed:
// prefix entries have it cut out already.
func (c *compiler) finish() {
	looksAtPaths := false
	for _, f := range c.filters {
		if f.Prefixes.Len()+len(f.ASNs)+len(f.Groups) > 0 {
			c.out.Filters = append(c.out.Filters, f)
		}
		looksAtPaths = looksAtPaths || len(f.ASNs)+len(f.Groups) > 0
	}
	if looksAtPaths {
		c.out.Spared = Entries{c.ipv4.space(32), c.ipv6.space(128)}
	}
}
