package filters

import (
	"fmt"
	"slices"

	"depeer/filters/diag"
)

// origin names the source of a block: a provider in Compiled.Listed, and one of its prefixes.
type origin struct{ listed, match int32 }

// prefixCompiler compiles the prefix entries of one family.
type prefixCompiler struct {
	*compiler
	top     uint8
	holes   holes
	origins []origin // by ref of a block
	blocks  []block
}

// compilePrefixes fills the prefix entries of all filters.
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
				ipv4.addMatch(m, origin{int32(i), int32(j)})
			} else {
				ipv6.addMatch(m, origin{int32(i), int32(j)})
			}
		}
	}
	for severity, blocks := range ipv4.perTreatment() {
		c.filters[severity].Prefixes.IPv4 = normaliseBlocks(blocks, ipv4.top)
	}
	for severity, blocks := range ipv6.perTreatment() {
		c.filters[severity].Prefixes.IPv6 = withoutMapped(normaliseBlocks(blocks, ipv6.top))
	}
}

// withoutMapped drops entries inside ::ffff:0:0/96, which a hole beside that space can make. gobgpd
// 3.37 crashes when a member announces such an entry's prefix, and no such entry matches a prefix
// that is routed.
func withoutMapped(entries []Entry) []Entry {
	return slices.DeleteFunc(entries, func(e Entry) bool { return e.Prefix.Addr().Is4In6() })
}

// addMatch adds the block of a prefix match, unless it can match no announcement.
func (c *prefixCompiler) addMatch(m PrefixMatch, from origin) {
	if b, ok := newBlock(m.Prefix, m.Min, m.Max, uint32(len(c.origins))); ok {
		c.blocks, c.origins = append(c.blocks, b), append(c.origins, from)
	}
}

// perTreatment divides the blocks by severity. Each block appears once, without protected space.
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
		out[s] = c.appendUnprotected(out[s], severest)
		blocks = blocks[same:]
	}
	return out
}

// appendUnprotected appends to out what is left of b without protected space, and warns of what is
// left out.
func (c *prefixCompiler) appendUnprotected(out []block, b block) []block {
	spared := c.holes.findOverlaps(b)
	if len(spared) == 0 {
		return append(out, b)
	}
	left := spared.carveBlock(out, b)
	what := fmt.Sprintf("protected %s at %s", spared[0].toEntry(c.top).Prefix, spared[0].source)
	if more := len(spared) - 1; more > 0 {
		what += fmt.Sprintf(", and %d more", more)
	}
	m := c.findMatch(b)
	if len(left) == len(out) {
		c.diags.Warnf(m.Source, "listing-protected", "", "%s matches nothing: %s", m, what)
	} else {
		c.diags.Warnf(m.Source, "listing-protected", "", "%s is matched without %s", m, what)
	}
	return left
}

func (c *prefixCompiler) severityOf(b block) int { return c.severity[c.origins[b.ref].listed] }

// findMatch returns the prefix match that b was made of.
func (c *prefixCompiler) findMatch(b block) *PrefixMatch {
	from := c.origins[b.ref]
	return &c.out.Listed[from.listed].Provider.Prefixes[from.match]
}

// warnDuplicate warns that one of two equal entries is dropped.
func (c *prefixCompiler) warnDuplicate(dropped, kept block) {
	m, other := c.findMatch(dropped), c.findMatch(kept)
	c.warnTwice("listing-duplicate-prefix", m, m.Source, other.Source, c.severityOf(dropped), c.severityOf(kept))
}

// warnTwice warns, at the position of a dropped entry, that the same entry is also listed at
// another position.
func (c *compiler) warnTwice(code string, match fmt.Stringer, dropped, kept diag.Position, severity, keptSeverity int) {
	if severity == keptSeverity {
		c.diags.Warnf(dropped, code, "take one out", "%s is listed twice, also at %s", match, kept)
		return
	}
	c.diags.Warnf(dropped, code, "take one out",
		"%s is listed twice, also at %s: %s holds, the more severe, and not %s",
		match, kept, c.rules.Treatments[keptSeverity], c.rules.Treatments[severity])
}

// Longer is the Way of a match that covers its prefix and everything inside it.
const Longer = "longer"

// Way returns which lengths are matched: Longer, exact, or a range.
func (m PrefixMatch) Way() string {
	switch low, high := int(m.Min), int(m.Max); {
	case low == m.Prefix.Bits() && high == m.Prefix.Addr().BitLen():
		return Longer
	case low == m.Prefix.Bits() && low == high:
		return "exact"
	default:
		return fmt.Sprintf("%d..%d", low, high)
	}
}

// String returns the prefix, and the range of lengths unless the match covers the prefix and
// everything inside it.
func (m PrefixMatch) String() string {
	if way := m.Way(); way != Longer {
		return m.Prefix.String() + " " + way
	}
	return m.Prefix.String()
}
