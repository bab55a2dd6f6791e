package filters

import "depeer/filters/diag"

// Compile returns what lists match at rules.At, with its diagnostics sorted. The Compiled is nil if
// a diagnostic is an Error. Without lists nothing is matched.
//
// A provider's treatment is the first that is set of these: the exchange's for the list, the
// provider's own, the list's default. A treatment is never guessed. A provider that has expired,
// that the exchange excepts, or that is not in force yet, matches nothing.
func Compile(lists []*Listing, rules Rules) (*Compiled, diag.List) {
	c := newCompiler(rules)
	c.decideProviders(lists)
	if c.diags.Worst() < diag.Error {
		c.compilePrefixes()
		c.compileASNs()
		c.collectResult()
	}
	c.diags.Sort()
	if c.diags.Worst() >= diag.Error {
		return nil, c.diags
	}
	return c.out, c.diags
}

// compiler builds a Compiled.
type compiler struct {
	rules      Rules
	severities map[string]int     // of treatments: 0 is the most severe
	ladders    map[string]*Ladder //
	diags      diag.List
	out        *Compiled
	severity   []int    // of each of out.Listed; -1: matches nothing
	filters    []Filter // of each treatment, also those that match nothing
	ipv4, ipv6 holes
	untreated  []*Provider // of the list at hand: what is missing is said once for all of them
	undated    []undated
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

// collectResult keeps the filters that match something. It adds the protected space only where AS
// matches need it: prefix entries have it cut out already.
func (c *compiler) collectResult() {
	looksAtPaths := false
	for _, f := range c.filters {
		if f.Prefixes.Len()+len(f.ASNs)+len(f.Groups) > 0 {
			c.out.Filters = append(c.out.Filters, f)
		}
		looksAtPaths = looksAtPaths || len(f.ASNs)+len(f.Groups) > 0
	}
	if looksAtPaths {
		c.out.Protected = Entries{c.ipv4.coveredEntries(32), c.ipv6.coveredEntries(128)}
	}
}
