package impact

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// whyNot finds out why nothing meets the subject, and which entry comes nearest.
func (x *explainer) whyNot() {
	if !x.subject.Prefix.IsValid() {
		x.whyNotASN()
		return
	}
	best := nearest{found: noMatch}
	for i := range x.index.listed {
		for j := range x.index.listed[i].Provider.Prefixes {
			f := found{ref: ref{int32(i), int32(j)}}
			if n := x.rateEntry(f); n.isNearer(best) {
				best = n
			}
		}
	}
	for _, p := range x.Protect.Prefixes {
		if isInside(x.subject.Prefix, p.Prefix) {
			x.out.WhyNot = fmt.Sprintf("it is in protected space, %s at %s", p.Prefix, p.Source)
		}
	}
	if best.found == noMatch {
		x.out.WhyNot = orElse(x.out.WhyNot, "no prefix of its family is listed")
		return
	}
	m := x.describeMatch(best.found)
	x.out.Nearest, x.out.WhyNot = &m, orElse(x.out.WhyNot, best.why)
}

func (x *explainer) whyNotASN() {
	for i := range x.index.listed {
		l := &x.index.listed[i]
		for j := range l.Provider.ASNs {
			if l.Provider.ASNs[j].ASN != x.subject.ASN {
				continue
			}
			m := x.describeMatch(found{ref{int32(i), int32(j)}, true})
			x.out.Nearest, x.out.WhyNot = &m, notInForce(l)
			for _, p := range x.Protect.ASNs {
				if p.ASN == x.subject.ASN {
					x.out.WhyNot = fmt.Sprintf("it is protected at %s", p.Source)
				}
			}
			if x.out.WhyNot == "" {
				x.out.WhyNot = fmt.Sprintf("its treatment, %s, changes nothing", l.Treatment)
			}
			return
		}
	}
	x.out.WhyNot = "no list names it"
}

// nearest is an entry that does not meet a prefix, and how near it comes.
type nearest struct {
	found
	rank   int // 3: it would, were it in force; 2: around it; 1: inside it; 0: beside it
	common int // bits
	why    string
}

func (n nearest) isNearer(o nearest) bool {
	if n.found == noMatch || o.found == noMatch {
		return n.found != noMatch
	}
	return n.rank > o.rank || n.rank == o.rank && n.common > o.common
}

func (x *explainer) rateEntry(f found) nearest {
	m, l, p := x.index.prefixMatch(f.ref), &x.index.listed[f.provider], x.subject.Prefix
	if m.Prefix.Addr().Is4() != p.Addr().Is4() {
		return nearest{found: noMatch}
	}
	n := nearest{found: f, common: commonBits(m.Prefix, p)}
	length := uint8(p.Bits())
	switch {
	case isInside(p, m.Prefix) && m.Min <= length && length <= m.Max:
		n.rank, n.why = 3, orElse(notInForce(l), x.changesNothing(l.Treatment, p))
	case isInside(p, m.Prefix):
		n.rank, n.why = 2, fmt.Sprintf("%s is for lengths from %d to %d", m.Prefix, m.Min, m.Max)
	case isInside(m.Prefix, p):
		n.rank, n.why = 1, fmt.Sprintf("it is around %s, and an entry is for what is inside it", m.Prefix)
	default:
		n.why = "no entry is around it"
	}
	return n
}

// changesNothing says why a treatment does nothing to p, although its entry matches.
func (x *explainer) changesNothing(treatment string, p netip.Prefix) string {
	i := slices.IndexFunc(x.Treatments, func(t policies.Treatment) bool { return t.Name == treatment })
	if i >= 0 && x.Treatments[i].AddedBytes() > 0 && p.Addr().Is4() && p.Bits() <= policies.LongestShort {
		return fmt.Sprintf("nothing is added to IPv4 announcements of /%d and shorter: its treatment, %s, leaves "+
			"them alone", policies.LongestShort, treatment)
	}
	return fmt.Sprintf("its treatment, %s, changes nothing", treatment)
}

// notInForce says why a provider's entries match nothing; "" if they do.
func notInForce(l *filters.Listed) string {
	switch l.State {
	case filters.Expired:
		return "the listing expired on " + l.Provider.Expires.String()
	case filters.Excepted:
		why := "the exchange excepts " + l.Provider.ID + " at " + l.Exception.Source.String()
		if l.Exception.Reason != "" {
			why += ": " + l.Exception.Reason
		}
		return why
	case filters.Waiting:
		return "the listing is not in force yet: from " + l.NextFrom.String() + " on"
	default:
		return ""
	}
}

func isInside(p, around netip.Prefix) bool {
	return p.Bits() >= around.Bits() && around.Contains(p.Addr())
}

// commonBits counts the leading bits that two prefixes of one family share.
func commonBits(a, b netip.Prefix) int {
	x, y := a.Addr().AsSlice(), b.Addr().AsSlice()
	n := 0
	for i := range x {
		same := bits.LeadingZeros8(x[i] ^ y[i])
		if n += same; same < 8 {
			break
		}
	}
	return min(n, a.Bits(), b.Bits())
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
