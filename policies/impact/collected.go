package impact

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
)

// collected holds the findings about listings, beside counts: which entries are announced,
// where else their space or their ASNs appear, and which other origins are treated.
type collected struct {
	*assessment

	own      map[ref]bool     // listed prefixes of which something is announced
	seenASNs map[ref]bool     // in some path, matched or not
	along    map[uint32][]ref // by announcement: AS matches of the origin, of providers that list prefixes, too
	// unmatched are, by announcement, the AS matches whose ASN is in the path, where they do
	// not look.
	unmatched map[uint32][]unmatched
	lost      []lost // in order of their prefixes

	moved, unlisted map[Sighting]bool
	collateral      map[filters.ASN]*collateralCount
	gone            []netip.Prefix // prefixes that had a path, and have none
}

// lost is a prefix that no path is left to, and a provider whose match refused one.
type lost struct {
	provider int32
	slot     uint32
}

func newCollected(a *assessment) *collected {
	c := &collected{
		assessment: a, own: make(map[ref]bool), seenASNs: make(map[ref]bool),
		along: make(map[uint32][]ref), unmatched: make(map[uint32][]unmatched),
		moved: make(map[Sighting]bool), unlisted: make(map[Sighting]bool),
		collateral: make(map[filters.ASN]*collateralCount),
	}
	if len(a.index.asns) == 0 {
		return c
	}
	var room [64]filters.ASN
	for n := range uint32(a.table.shared.list.len()) {
		wire := a.table.shared.pathAt(n)
		if !someIn(wire, &a.index.some) {
			continue
		}
		path := wire.Append(room[:0])
		a.index.eachAlong(path, func(r ref) {
			c.seenASNs[r] = true
			if a.index.placed[r.provider] && path[len(path)-1] == a.index.asMatch(r).ASN {
				c.along[n] = append(c.along[n], r)
			}
		})
		a.index.eachUnmatched(wire, path, func(s unmatched) {
			c.seenASNs[s.ref] = true
			c.unmatched[n] = append(c.unmatched[n], s)
		})
	}
	return c
}

// seePrefix looks at one prefix. alive: some path of it is not refused.
func (c *collected) seePrefix(slot uint32, paths []entry, alive bool) {
	c.table.prefixes.at(slot).alive = alive
	if c.index.prefixes.Size() == 0 && len(c.along) == 0 {
		return
	}
	prefix, listed := c.table.prefixAt(slot), false
	c.index.eachCovering(prefix, func(r ref) {
		listed = true
		c.own[r] = true
		if c.index.known[r.provider] {
			c.seeOrigins(prefix, paths, r.provider)
		}
	})
	if listed || len(c.along) == 0 || c.index.isProtected(prefix) {
		return
	}
	for _, e := range paths {
		for _, r := range c.along[e.shared] {
			c.unlisted[c.newSighting(r.provider, prefix, c.index.asMatch(r).ASN)] = true
		}
	}
}

// seeOrigins notes the origins that announce a listed prefix and are not listed.
func (c *collected) seeOrigins(prefix netip.Prefix, paths []entry, provider int32) {
	for _, e := range paths {
		origin, known := c.table.pathOf(&e).Origin()
		if known && !c.index.origins[origin] {
			c.moved[c.newSighting(provider, prefix, origin)] = true
		}
	}
}

func (c *collected) newSighting(provider int32, prefix netip.Prefix, origin filters.ASN) Sighting {
	l := &c.index.listed[provider]
	return Sighting{Provider: l.Provider.ID, List: l.Listing.Name, Prefix: prefix, Origin: origin}
}

// collateralCount is what an origin loses that is not listed.
type collateralCount struct {
	Collateral
	slot uint32 // of the prefix that was counted last, plus 1
}

// addCollateral counts a path that is treated because via is in it.
func (c *collected) addCollateral(slot uint32, e *entry, via filters.ASN, none bool) {
	origin, known := c.table.pathOf(e).Origin()
	if !known || c.index.origins[origin] {
		return
	}
	b := c.collateral[origin]
	if b == nil {
		b = &collateralCount{Collateral: Collateral{Origin: origin}}
		c.collateral[origin] = b
	}
	if e.new.Refused() {
		b.Refused++
	} else {
		b.Changed++
	}
	if none && b.slot != slot+1 {
		b.slot = slot + 1
		b.WithoutPath++
	}
	if !slices.Contains(b.Via, via) {
		b.Via = append(b.Via, via)
	}
}

// noteLost notes a prefix that has no path now, if it had one.
func (c *collected) noteLost(slot uint32, paths []entry) {
	if slices.ContainsFunc(paths, func(e entry) bool { return e.wasLeft() }) {
		c.gone = append(c.gone, c.table.prefixAt(slot))
	}
}

// fillReport puts the findings into the report, in order.
func (c *collected) fillReport() {
	c.out.Moved, c.out.Unlisted = sortSightings(c.moved), sortSightings(c.unlisted)
	for _, b := range c.collateral {
		slices.Sort(b.Via)
		c.out.Collateral = append(c.out.Collateral, b.Collateral)
	}
	slices.SortFunc(c.out.Collateral, func(x, y Collateral) int {
		return cmp.Or(cmp.Compare(y.Refused, x.Refused), cmp.Compare(y.Changed, x.Changed),
			cmp.Compare(x.Origin, y.Origin))
	})
	for i := range c.index.listed {
		if c.index.severity[i] >= 0 {
			c.reportEntries(int32(i))
		}
	}
	c.out.Reached = c.listReached()
	c.out.Seen = c.listSeen()
	c.out.Addresses = c.countAddresses()
}

func sortSightings(all map[Sighting]bool) []Sighting {
	out := make([]Sighting, 0, len(all))
	for s := range all {
		out = append(out, s)
	}
	slices.SortFunc(out, func(x, y Sighting) int {
		return cmp.Or(cmp.Compare(x.List, y.List), cmp.Compare(x.Provider, y.Provider), x.Prefix.Compare(y.Prefix),
			cmp.Compare(x.Origin, y.Origin))
	})
	return out
}

// listReached says of each prefix that no path is left to what still leads there, in the order
// of the lists.
func (c *collected) listReached() []Cover {
	slices.SortStableFunc(c.lost, func(x, y lost) int { return cmp.Compare(x.provider, y.provider) })
	var out []Cover
	for _, l := range c.lost {
		p := c.table.prefixAt(l.slot)
		if by, found := c.findCover(p); found && !c.index.isProtected(p) {
			out = append(out, c.newCover(&c.index.listed[l.provider], p, by))
		}
	}
	return out
}

// reportEntries says of each entry of a provider that is not announced whether something else
// still leads there.
func (c *collected) reportEntries(provider int32) {
	l := &c.index.listed[provider]
	for j := range l.Provider.ASNs {
		if r := (ref{provider, int32(j)}); slices.Contains(c.index.asns[c.index.asMatch(r).ASN], r) &&
			!c.seenASNs[r] && c.beyond[found{r, true}] == 0 {
			c.out.Gone = append(c.out.Gone, c.newGoneASN(l, c.index.asMatch(r)))
		}
	}
	for j := range l.Provider.Prefixes {
		m := &l.Provider.Prefixes[j]
		if c.index.isProtected(m.Prefix) {
			continue // it matches nothing
		}
		if r := (ref{provider, int32(j)}); c.own[r] || c.beyond[found{ref: r}] > 0 {
			continue
		}
		if slot, found := c.findCover(m.Prefix); found {
			c.out.Covered = append(c.out.Covered, c.newCover(l, m.Prefix, slot))
		} else {
			c.out.Gone = append(c.out.Gone, c.newGonePrefix(l, m))
		}
	}
}

// findCover returns the slot of the longest prefix around p, and shorter, that has a path
// left.
func (c *collected) findCover(p netip.Prefix) (slot uint32, found bool) {
	for slot := range c.table.slotsAround(keyOf(p)) {
		if c.table.prefixes.at(slot).alive {
			return slot, true
		}
	}
	return 0, false
}

// newCover returns a Cover with the origin of the best path that is left of a slot.
func (c *collected) newCover(l *filters.Listed, p netip.Prefix, slot uint32) Cover {
	var at view
	c.viewPaths(slot, &at)
	best := new(ranking).rankPaths(c.table, at.paths, c.new, newVerdict)[0]
	origin, _ := c.table.pathOf(&best.entry).Origin()
	return Cover{Provider: l.Provider.ID, List: l.Listing.Name, Prefix: p, By: c.table.prefixAt(slot), Origin: origin}
}
