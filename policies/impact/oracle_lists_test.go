package impact_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/impact"
	"depeer/policies/rib"
)

// What is said of listings, found without an index: every match is held against every
// path.

// match is one match of one provider in force, in the order of the listings.
type match struct {
	provider int
	prefix   *filters.PrefixMatch // or
	asn      *filters.ASMatch
}

// matches are all in force, without those of protected ASNs, and of protected space.
func (o *oracle) matches() []match {
	var out []match
	for i := range o.Lists.Listed {
		l := &o.Lists.Listed[i]
		if l.State != filters.InForce {
			continue
		}
		for j := range l.Provider.Prefixes {
			if m := &l.Provider.Prefixes[j]; !o.spares(m.Prefix) {
				out = append(out, match{i, m, nil})
			}
		}
		for j := range l.Provider.ASNs {
			m := &l.Provider.ASNs[j]
			if !slices.ContainsFunc(o.Protect.ASNs, func(p filters.ProtectedASN) bool { return p.ASN == m.ASN }) {
				out = append(out, match{i, nil, m})
			}
		}
	}
	return out
}

func (o *oracle) spares(p netip.Prefix) bool {
	return slices.ContainsFunc(o.Protect.Prefixes,
		func(s filters.ProtectedPrefix) bool { return isInside(p, s.Prefix) })
}

func isInside(p, around netip.Prefix) bool {
	return around.Contains(p.Addr()) && p.Bits() >= around.Bits()
}

// meet says whether a match is met by a route, of whatever treatment.
func (o *oracle) meet(m match, prefix netip.Prefix, path []filters.ASN) bool {
	if o.spares(prefix) {
		return false
	}
	if m.prefix != nil {
		return meets(*m.prefix, prefix)
	}
	if slices.ContainsFunc(m.asn.Except, func(a filters.ASN) bool { return slices.Contains(path, a) }) {
		return false
	}
	n := len(path)
	switch m.asn.Where {
	case filters.Origin:
		return n > 0 && path[n-1] == m.asn.ASN
	case filters.Neighbor:
		return n > 0 && path[0] == m.asn.ASN
	default:
		return slices.Contains(path, m.asn.ASN)
	}
}

// treatment is the rank of a match's treatment: the lower the more severe.
func (o *oracle) treatment(m match) int {
	for i, t := range treatments {
		if t.Name == o.Lists.Listed[m.provider].Treatment {
			return i
		}
	}
	panic("a treatment that is none of the test's")
}

// decides returns the match that a route belongs to: of the most severe treatment, by
// prefix before by ASN, the most specific, the first listed.
func (o *oracle) decides(prefix netip.Prefix, path []filters.ASN) (best match, any bool) {
	for _, m := range o.matches() {
		if !o.meet(m, prefix, path) {
			continue
		}
		switch {
		case !any, o.treatment(m) < o.treatment(best):
		case o.treatment(m) > o.treatment(best), m.prefix == nil:
			continue
		case best.prefix == nil, m.prefix.Prefix.Bits() > best.prefix.Prefix.Bits():
		default:
			continue
		}
		best, any = m, true
	}
	return best, any
}

// blamed returns the match that a path belongs to: one that decides about it, or else
// what has its session shut, which is met by the ASN of that.
func (o *oracle) blamed(p *rib.Path) (m match, via filters.ASN, any bool) {
	if m, any := o.decides(p.Prefix, p.Path); any {
		if m.asn != nil && m.asn.Where == filters.Path {
			via = m.asn.ASN
		}
		return m, via, true
	}
	if !shut(o.New, o.session(p.Announcer())) {
		return match{}, 0, false
	}
	for _, m := range o.matches() {
		if m.asn != nil && m.asn.ASN == p.PeerASN && o.Treatments[o.treatment(m)].Session == policies.Shut {
			return m, m.asn.ASN, true
		}
	}
	return match{}, 0, false
}

func (o *oracle) listed(asn filters.ASN) bool {
	return slices.ContainsFunc(o.Lists.Listed, func(l filters.Listed) bool {
		return slices.ContainsFunc(l.Provider.ASNs, func(m filters.ASMatch) bool { return m.ASN == asn })
	})
}

func (o *oracle) name(provider int) string {
	l := o.Lists.Listed[provider]
	return l.Listing.Name + " " + l.Provider.ID
}

// providers are all in force, with what is decided by their matches.
func (o *oracle) providers() []impact.Provider {
	out := []impact.Provider{}
	for i, l := range o.Lists.Listed {
		if l.State != filters.InForce {
			continue
		}
		p := impact.Provider{ID: l.Provider.ID, List: l.Listing.Name, Treatment: l.Treatment, Members: []netip.Addr{}}
		for _, prefix := range o.prefixes() {
			its, lost := false, false
			for _, path := range o.to(prefix) {
				if m, _, any := o.blamed(path); !any || m.provider != i {
					continue
				}
				its, lost = true, lost || o.takes(path)
				if o.now(path) == "refuse" {
					p.Refused++
				} else {
					p.Changed++
				}
				if !slices.Contains(p.Members, path.Peer) {
					p.Members = append(p.Members, path.Peer)
				}
			}
			if its {
				p.Prefixes++
			}
			if lost && o.gone(prefix) {
				p.WithoutPath++
			}
		}
		slices.SortFunc(p.Members, netip.Addr.Compare)
		out = append(out, p)
	}
	return out
}

// sightings are moved and unlisted, a line each.
func (o *oracle) sightings() (moved, unlisted []string) {
	for _, p := range o.paths {
		if o.spares(p.Prefix) {
			continue
		}
		origin, known := p.ASPath.Origin()
		var prefixes, asns []match
		for _, m := range o.matches() {
			switch provider := o.Lists.Listed[m.provider].Provider; {
			case !o.meet(m, p.Prefix, p.Path):
			case m.prefix != nil:
				prefixes = append(prefixes, m)
			case len(provider.Prefixes) > 0 && p.Path[len(p.Path)-1] == m.asn.ASN:
				asns = append(asns, m)
			}
		}
		for _, m := range prefixes {
			if known && !o.listed(origin) && len(o.Lists.Listed[m.provider].Provider.ASNs) > 0 {
				moved = append(moved, fmt.Sprint(o.name(m.provider), p.Prefix, origin))
			}
		}
		for _, m := range asns {
			if len(prefixes) == 0 {
				unlisted = append(unlisted, fmt.Sprint(o.name(m.provider), p.Prefix, m.asn.ASN))
			}
		}
	}
	return lines(moved), lines(unlisted)
}

// collateral are origins that are not listed, behind an ASN that is looked for anywhere.
func (o *oracle) collateral() []impact.Collateral {
	out := make(map[filters.ASN]*impact.Collateral)
	for _, prefix := range o.prefixes() {
		lost := make(map[filters.ASN]bool)
		for _, p := range o.to(prefix) {
			_, via, any := o.blamed(p)
			origin, known := p.ASPath.Origin()
			if !any || via == 0 || !known || o.listed(origin) {
				continue
			}
			if out[origin] == nil {
				out[origin] = &impact.Collateral{Origin: origin}
			}
			c := out[origin]
			if o.now(p) == "refuse" {
				c.Refused++
			} else {
				c.Changed++
			}
			if o.takes(p) && o.gone(prefix) && !lost[origin] {
				lost[origin] = true
				c.WithoutPath++
			}
			if !slices.Contains(c.Via, via) {
				c.Via = append(c.Via, via)
				slices.Sort(c.Via)
			}
		}
	}
	all := []impact.Collateral{}
	for _, c := range out {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b impact.Collateral) int {
		for _, order := range []int{b.Refused - a.Refused, b.Changed - a.Changed, int(a.Origin) - int(b.Origin)} {
			if order != 0 {
				return order
			}
		}
		return 0
	})
	return all
}

// entries are covered and gone, a line each.
func (o *oracle) entries() (covered, gone []string) {
	for _, m := range o.matches() {
		name := o.name(m.provider)
		if m.asn != nil {
			if !slices.ContainsFunc(o.paths, func(p *rib.Path) bool {
				return o.meet(m, netip.MustParsePrefix("0.0.0.1/32"), p.Path) || seenAs(m.asn, p) != ""
			}) {
				gone = append(gone, name+" "+entry(m.asn))
			}
			continue
		}
		announced := slices.ContainsFunc(o.prefixes(), func(p netip.Prefix) bool { return o.meet(m, p, nil) })
		by, origin := o.around(m.prefix.Prefix, o.now)
		switch {
		case announced:
		case by.IsValid():
			covered = append(covered, fmt.Sprint(name, m.prefix.Prefix, by, origin))
		default:
			gone = append(gone, name+" "+m.prefix.String())
		}
	}
	return covered, gone
}

// seenAs is why a match does not meet a path with its ASN, by the path as people read it.
func seenAs(m *filters.ASMatch, p *rib.Path) string {
	asn, set, sequence := m.ASN.String(), false, false
	words := strings.Fields(p.ASPath.String())
	for _, w := range words {
		in := slices.Contains(strings.FieldsFunc(w, func(r rune) bool { return strings.ContainsRune("{},", r) }), asn)
		set, sequence = set || in && w[0] == '{', sequence || in && w[0] != '{'
	}
	spared := slices.ContainsFunc(m.Except, func(a filters.ASN) bool { return slices.Contains(words, a.String()) })
	switch {
	case !set && !sequence || spared:
		return ""
	case m.Where == filters.Origin && words[len(words)-1] != asn && set:
		return "as_set"
	case m.Where == filters.Origin && words[len(words)-1] != asn:
		return "transit"
	case m.Where == filters.Neighbor && words[0] != asn && sequence:
		return "not_neighbor"
	case m.Where == filters.Neighbor && words[0] != asn, m.Where == filters.Path && !sequence:
		return "as_set"
	default:
		return ""
	}
}

// seen are a line each.
func (o *oracle) seen() (out []string) {
	for _, m := range o.matches() {
		if m.asn == nil {
			continue
		}
		counts := make(map[string]int)
		for _, p := range o.paths {
			counts[seenAs(m.asn, p)]++
		}
		delete(counts, "")
		for as, n := range counts {
			out = append(out, fmt.Sprintf("%s %s %s %d", o.name(m.provider), entry(m.asn), as, n))
		}
	}
	return lines(out)
}

// entry is an entry as people read it.
func entry(m *filters.ASMatch) string {
	text := "AS" + m.ASN.String()
	if m.Where != filters.Origin {
		text += " " + m.Where.String()
	}
	for _, asn := range m.Except { // of the test there is one
		text += " except AS" + asn.String()
	}
	return text
}

// reached are the prefixes that nothing is left of, for each provider that has one refused, a
// line each.
func (o *oracle) reached() (out []string) {
	for _, p := range o.prefixes() {
		by, origin := o.around(p, o.now)
		if !by.IsValid() || !o.gone(p) || o.spares(p) {
			continue
		}
		for _, path := range o.to(p) {
			if m, _, any := o.blamed(path); any && o.takes(path) {
				out = append(out, fmt.Sprint(o.name(m.provider), p, by, origin))
			}
		}
	}
	return lines(out)
}

// around is the longest prefix that leads to p, and is not p, and its best path's origin.
func (o *oracle) around(p netip.Prefix, effect func(*rib.Path) string) (by netip.Prefix, origin filters.ASN) {
	for _, around := range o.prefixes() {
		if around != p && isInside(p, around) && o.left(around, effect) &&
			(!by.IsValid() || around.Bits() > by.Bits()) {
			by = around
			origin, _ = o.order(around, effect)[0].ASPath.Origin()
		}
	}
	return by, origin
}

// lines sorts, and drops what stands twice.
func lines(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

// check compares what is said of listings.
func (o *oracle) check(t *rapid.T, got *impact.Report) {
	text := func(list []impact.Cover) (out []string) {
		for _, c := range list {
			out = append(out, fmt.Sprint(c.List+" "+c.Provider, c.Prefix, c.By, c.Origin))
		}
		return out
	}
	seen := func(list []impact.Sighting) (out []string) {
		for _, s := range list {
			out = append(out, fmt.Sprint(s.List+" "+s.Provider, s.Prefix, s.Origin))
		}
		return lines(out)
	}
	differ := func(what string, want, got any) {
		if d := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); d != "" {
			t.Errorf("%s (-want +got):\n%s", what, d)
		}
	}
	covered, gone := o.entries()
	var hidden []string
	for _, s := range got.Seen {
		hidden = append(hidden, fmt.Sprintf("%s %s %s %s %d", s.List, s.Provider, s.Entry, s.As, s.Paths))
	}
	slices.Sort(hidden)
	differ("seen", o.seen(), hidden)
	var unseen []string
	for _, g := range got.Gone {
		unseen = append(unseen, g.List+" "+g.Provider+" "+g.Entry)
	}
	slices.Sort(gone)
	slices.Sort(unseen)
	differ("covered", covered, text(got.Covered))
	differ("reached", o.reached(), lines(text(got.Reached)))
	differ("gone", gone, unseen)
	moved, unlisted := o.sightings()
	differ("moved", moved, seen(got.Moved))
	differ("unlisted", unlisted, seen(got.Unlisted))
	differ("providers", o.providers(), got.Providers)
	differ("collateral", o.collateral(), got.Collateral)
	differ("addresses", impact.Addresses{IPv4: o.unreached(1024, ipv4At), IPv6: o.unreached(16, ipv6At)}, got.Addresses)
	if !slices.IsSortedFunc(got.Members, func(a, b impact.Member) int {
		return rib.Peer{Address: a.Address, ASN: a.ASN}.Compare(rib.Peer{Address: b.Address, ASN: b.ASN})
	}) {
		t.Errorf("members are not in order: %v", got.Members)
	}
}

// The test's internet, one by one: addresses of 20.0.0.0/22, and /64s of 2a00::/60.
func ipv4At(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{20, 0, byte(i >> 8), byte(i)}), 32)
}

func ipv6At(i int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0x2a, 7: byte(i)}), 64)
}

// unreached counts what something led to before, and nothing does after.
func (o *oracle) unreached(of int, at func(int) netip.Prefix) uint64 {
	n := uint64(0)
	for i := range of {
		before, after := false, false
		for _, p := range o.prefixes() {
			if p.Overlaps(at(i)) {
				before = before || o.left(p, o.was)
				after = after || o.left(p, o.now)
			}
		}
		if before && !after {
			n++
		}
	}
	return n
}
