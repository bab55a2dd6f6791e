package policies

import (
	"iter"
	"net/netip"

	"depeer/filters"
)

// widest is how many bits shorter than its announcements an entry may be to be told apart into
// them: more than 65,536 of one entry are counted as one.
const widest = 16

// shortestPrefixes yields the shortest prefixes that an entry is of; itself where these are too
// many.
func shortestPrefixes(e filters.Entry) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		bits, short := e.Prefix.Bits(), int(e.Min)
		if short <= bits || short-bits > widest {
			yield(e.Prefix)
			return
		}
		for i := range uint32(1) << (short - bits) {
			address := e.Prefix.Addr().AsSlice()
			for bit := short - 1; bit >= bits; bit-- {
				address[bit/8] |= byte(i&1) << (7 - bit%8)
				i >>= 1
			}
			a, _ := netip.AddrFromSlice(address)
			if !yield(netip.PrefixFrom(a, short)) {
				return
			}
		}
	}
}

// Element is one entry or pattern by which a policy finds what it treats.
type Element struct {
	What  string // the entry, or the pattern, whole
	Match string // as lists say it: AS64999, 198.51.100.0/22
	// Refused: what it finds is refused.
	Refused bool
}

// Matched returns the elements by which a policy of build.Policy's finds what it treats, in no order:
// not those that spare routes. One that two treatments look for is there twice. Entries that
// normalising has made one are told apart again: 256 neighboring /24 are 256.
func (p *RoutingPolicy) Matched(treatments []Treatment) []Element {
	owners := make(map[string]string) // by set
	for _, s := range p.Import {
		for _, c := range []Condition{s.Conditions.PrefixSet, s.Conditions.ASPathSet} {
			if c.Set != "" && !c.Invert && s.Treatment() != "" {
				owners[c.Set] = s.Treatment()
			}
		}
	}
	refused := make(map[string]bool)
	for _, t := range treatments {
		refused[t.Name] = t.Reject
	}
	var out []Element
	for name, entries := range SetsOf[Prefixes](p) {
		if owner, matches := owners[name]; matches {
			for _, e := range entries {
				for p := range shortestPrefixes(e) {
					one := filters.Entry{Prefix: p, Min: e.Min, Max: e.Max}
					out = append(out, Element{entryLine(one), p.String(), refused[owner]})
				}
			}
		}
	}
	for name, patterns := range SetsOf[ASPaths](p) {
		if owner, matches := owners[name]; matches {
			for _, a := range patterns {
				out = append(out, Element{a.String(), "AS" + a.ASN.String(), refused[owner]})
			}
		}
	}
	return out
}
