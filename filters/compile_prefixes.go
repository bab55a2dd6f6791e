package filters

import (
	"fmt"
	"slices"

	"depeer/filters/diag"
)

// origin is where a block comes from: a provider of Compiled.Listed, and one of its prefixes.
type origin struct{ listed, match int32 }

// prefixCompiler compiles the prefix entries of one family.
type prefixCompiler struct {
	*compiler
	top     uint8
	holes   holes
	origins []origin // by ref of a block
	blocks  []block
}

// compilePrefixes fills in the prefix entries of all filters.
func (c *compiler) compilePrefixes() {
	ipv4 := prefixCompiler{compiler: c, top: 32, holes: c.ipv4}
	ipv6 := prefixCompiler{compiler: c, top: 128, holes: c.ipv6}
	n := 0
	for i := range c.out.Listed {
		if c.severity[i] >= 0 {
			n += len(c.out.Listed[i].Provider.Prefixes)
		}
	}
	ipv4.blocks, ipv4.origins = make([]block, 0, n), make([]origin, 0, n)
	for i := range c.out.Listed {
		if c.severity[i] < 0 {
			continue
		}
		for j, m := range c.out.Listed[i].Provider.Prefixes {
			if m.Prefix.Addr().Is4() {
				ipv4.add(m, origin{int32(i), int32(j)})
			} else {
				ipv6.add(m, origin{int32(i), int32(j)})
			}
		}
	}
	for severity, blocks := range ipv4.perTreatment() {
		c.filters[severity].Prefixes.IPv4 = normalise(blocks, ipv4.top)
	}
	for severity, blocks := range ipv6.perTreatment() {
		c.filters[severity].Prefixes.IPv6 = withoutMapped(normalise(blocks, ipv6.top))
	}
}

// withoutMapped drops entries inside ::ffff:0:0/96, which a hole beside that space can
// make: gobgpd 3.37 crashes when a member announces such an entry's prefix. They
// match nothing that routes anything.
func withoutMapped(entries []Entry) []Entry {
	return slices.DeleteFunc(entries, func(e Entry) bool { return e.Prefix.Addr().Is4In6() })
}

func (c *prefixCompiler) add(m PrefixMatch, from origin) {
	if b, ok := newBlock(m.Prefix, m.Min, m.Max, uint32(len(c.origins))); ok {
		c.blocks, c.origins = append(c.blocks, b), append(c.origins, from)
	}
}

// perTreatment parts the blocks by severity, each once, without protected space.
func (c *prefixCompiler) perTreatment() [][]block {
	out := make([][]block, len(c.filters))
	blocks := sortBlocks(c.blocks)
	for len(blocks) > 0 {
		same, severest := 1, blocks[0]
		for same < len(blocks) && compareBlocks(blocks[0], blocks[same]) == 0 {
			if c.severityOf(blocks[same]) < c.severityOf(severest) {
				severest = blocks[same]
			}
			same++
		}
		for _, b := range blocks[:same] {
			if b.ref != severest.ref {
				c.warnDuplicate(b, severest)
			}
		}
		s := c.severityOf(severest)
		out[s] = c.spare(out[s], severest)
		blocks = blocks[same:]
	}
	return out
}

// spare appends what protected space leaves of b.
func (c *prefixCompiler) spare(out []block, b block) []block {
	spared := c.holes.meeting(b)
	if len(spared) == 0 {
		return append(out, b)
	}
	left := spared.carve(out, b)
	what := fmt.Sprintf("protected %s at %s", spared[0].entry(c.top).Prefix, spared[0].source)
	if more := len(spared) - 1; more > 0 {
		what += fmt.Sprintf(", and %d more", more)
	}
	m := c.match(b)
	if len(left) == len(out) {
		c.diags.Warnf(m.Source, "listing-protected", "", "%s matches nothing: %s", m, what)
	} else {
		c.diags.Warnf(m.Source, "listing-protected", "", "%s is matched without %s", m, what)
	}
	return left
}

func (c *prefixCompiler) severityOf(b block) int { return c.severity[c.origins[b.ref].listed] }

func (c *prefixCompiler) match(b block) *PrefixMatch {
	from := c.origins[b.ref]
	return &c.out.Listed[from.listed].Provider.Prefixes[from.match]
}

// warnDuplicate says that of two equal entries one is dropped.
func (c *prefixCompiler) warnDuplicate(dropped, kept block) {
	m, other := c.match(dropped), c.match(kept)
	c.warnTwice("listing-duplicate-prefix", m, m.Source, other.Source, c.severityOf(dropped), c.severityOf(kept))
}

// warnTwice says, where it is dropped, that something is listed at another
// place, too.
func (c *compiler) warnTwice(code string, match fmt.Stringer, dropped, kept diag.Position, severity, keptSeverity int) {
	if severity == keptSeverity {
		c.diags.Warnf(dropped, code, "take one out", "%s is listed twice, also at %s", match, kept)
		return
	}
	c.diags.Warnf(dropped, code, "take one out",
		"%s is listed twice, also at %s: %s holds, the more severe, and not %s",
		match, kept, c.rules.Treatments[keptSeverity], c.rules.Treatments[severity])
}

// String returns the prefix and, where it is not all inside that is matched, the
// range of lengths.
func (m PrefixMatch) String() string {
	p, low, high := m.Prefix, int(m.Min), int(m.Max)
	switch {
	case low == p.Bits() && high == p.Addr().BitLen():
		return p.String()
	case low == p.Bits() && low == high:
		return p.String() + " exact"
	default:
		return fmt.Sprintf("%s %d..%d", p, low, high)
	}
}
