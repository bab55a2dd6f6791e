package impact

import (
	"cmp"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies/counted"
	"depeer/policies/rib"
)

// providerCount is a provider's count in the making.
type providerCount struct {
	refused, changed, prefixes, withoutPath int
	members                                 map[uint32]bool
	counted                                 map[uint32]*counted.Session // by the peers' numbers: those with refused paths
	slot, gone                              uint32                      // of the prefixes that were counted last, plus 1
}

func (a *assessment) startCount() {
	a.table.sortPrefixes()
	a.members = make([]Member, len(a.sessions))
	for i, s := range a.sessions {
		a.members[i] = Member{Address: s.Address, ASN: s.ASN, Name: s.Name}
	}
	a.cut = newCut(a)
	a.unlike = make([]tally, len(a.sessions))
	a.unusable = make([][2]int, len(a.sessions))
	a.resent = newResent(len(a.sessions))
	byASN, some := make(map[filters.ASN][]uint32), new(filters.ASNSieve)
	for i, s := range a.sessions {
		byASN[s.ASN] = append(byASN[s.ASN], uint32(i))
		some.Add(s.ASN)
		a.secondary = a.secondary || s.SecondaryRoute
		for family := range a.sent {
			if s.isSent(family) && !a.cut.now[i] {
				a.sent[family]++
			}
		}
	}
	// alone is the ASN of each session if no other session has it, as is usual. behind lacks it
	// for the session's own paths.
	alone := make([]filters.ASN, len(a.sessions))
	for i, s := range a.sessions {
		if len(byASN[s.ASN]) == 1 {
			alone[i] = s.ASN
		}
	}
	a.behind = newLists(a.table.shared.list.len())
	for n := range uint32(a.table.shared.list.len()) {
		own := alone[a.table.shared.list.at(n).peer]
		for asn := range a.table.shared.pathAt(n).ASNs {
			if some.May(asn) && asn != own {
				a.behind.extendLast(byASN[asn])
			}
		}
		a.behind.endList()
	}
	a.providers = make([]providerCount, len(a.index.listed))
	if a.Details {
		a.out.Details = []Detail{}
	}
	a.collected = newCollected(a)
}

// countPrefix counts one prefix with all its paths.
func (a *assessment) countPrefix(slot uint32, at *view) {
	paths := at.paths
	a.out.Routes.Total += len(paths)
	a.out.Prefixes.Total++
	family := a.table.prefixes.at(slot).family()
	is, treated, differs, reset := counting{}, false, false, a.cut.hidden
	for i := range paths {
		e := &paths[i]
		m := &a.members[e.peer]
		m.Routes++
		is.addPath(e)
		treated = treated || e.new.Treated() || e.old.Treated() || e.scrubbed
	}
	a.collected.seePrefix(slot, paths, is.left)
	a.countUsable(family, at)
	if a.secondary {
		a.resent.addPrefix(family, paths)
	}
	if a.choosers != nil {
		a.countChoices(paths)
	}
	if !treated {
		return
	}
	if is.lost {
		a.out.Prefixes.Refused++
	}
	switch {
	case is.isGone():
		a.out.Prefixes.WithoutPath++
		a.collected.noteLost(slot, paths)
	case is.stopped && !is.left:
		a.out.Prefixes.RefusedAlready++
	}
	for i := range paths {
		otherwise := a.countPath(&paths[i])
		differs, reset = differs || otherwise, reset || otherwise && !a.cut.isShut(&paths[i])
		a.countForProvider(slot, &paths[i], is.isGone() && !paths[i].stopped)
	}
	a.withoutPath(paths, is.isGone())
	if a.Details {
		a.addDetails(slot, paths)
	}
	if differs {
		a.countUpdates(family, paths, reset)
	}
}

// counting is what is found of the paths to one prefix.
type counting struct {
	lost    bool // one is refused, which the operator's policies pass
	stopped bool // one is refused, which the operator's policies refuse already
	left    bool // one is left
}

func (c *counting) addPath(e *entry) {
	switch {
	case e.isLeft():
		c.left = true
	case e.new.Refused() && e.stopped:
		c.stopped = true
	case e.new.Refused():
		c.lost = true
	}
}

// isGone says whether the last path is lost.
func (c *counting) isGone() bool { return c.lost && !c.left }

// countPath counts one path, and says whether members are to be told of it anew: something else
// is made of it now, or taken off it.
func (a *assessment) countPath(e *entry) (differs bool) {
	was, now, m := a.oldEffect(e), a.newEffect(e), &a.members[e.peer]
	differs = was != now
	switch {
	case e.new.Refused():
		m.Refused++
		a.out.Routes.Refused++
		if differs {
			m.NewlyRefused++
			a.out.Routes.NewlyRefused++
		}
	case e.new.Treated():
		m.Changed++
		a.out.Routes.Changed++
		if differs {
			a.out.Routes.NewlyChanged++
		}
	case differs:
		m.Released++
		a.out.Routes.Released++
	}
	differs = differs || e.scrubbed
	m.Reset = m.Reset || differs && !a.cut.isShut(e)
	if e.stopped && e.new.Treated() {
		a.out.Routes.RefusedAlready++
	}
	if a.asked && e.new.Refused() && e.old.Refused() && a.sessions[e.peer].mayRefuse() {
		a.out.Routes.NotKnown++
	}
	return differs
}

// withoutPath counts, once for each member, a prefix without any path left.
func (a *assessment) withoutPath(paths []entry, none bool) {
	if !none {
		return
	}
	for i, e := range paths {
		if !e.stopped && !slices.ContainsFunc(paths[:i], func(o entry) bool { return !o.stopped && o.peer == e.peer }) {
			a.members[e.peer].WithoutPath++
		}
	}
}

// countForProvider counts a path for the provider whose match decides about it.
func (a *assessment) countForProvider(slot uint32, e *entry, none bool) {
	if !e.new.Treated() {
		return
	}
	route := &a.room.route
	*route = a.table.routeOf(slot, e, route.Path)
	peer := a.sessions[e.peer].Peer
	uncounted := e.new.Refused() && e.old.Refused() && a.tally.Again(peer.Address, peer.ASN, route)
	f := a.index.findMatch(route)
	matched := f != noMatch
	if !matched {
		f = a.cut.by[e.peer]
	}
	if f == noMatch {
		return
	}
	p := &a.providers[f.provider]
	if e.new.Refused() {
		p.refused++
		p.keepRefused(e.peer, peer, route.Prefix, f.byASN, !uncounted)
	} else {
		p.changed++
	}
	if p.members == nil {
		p.members = make(map[uint32]bool)
	}
	p.members[e.peer] = true
	if p.slot != slot+1 {
		p.slot = slot + 1
		p.prefixes++
	}
	if none && p.gone != slot+1 {
		p.gone = slot + 1
		p.withoutPath++
		a.collected.lost = append(a.collected.lost, lost{f.provider, slot})
	}
	if f.byASN && (!matched || a.index.asMatch(f.ref).Where == filters.Path) {
		a.collected.addCollateral(slot, e, a.index.asMatch(f.ref).ASN, none)
	}
}

// fillReport puts all counts into the report, in order.
func (a *assessment) fillReport() {
	for i, m := range a.members {
		a.members[i].Shut = a.cut.now[i]
		a.members[i].Uncounted = a.tally.Uncounted(m.Address)
		a.out.Routes.Uncounted += a.members[i].Uncounted
		if m.Reset {
			a.out.Effort.Resets = append(a.out.Effort.Resets, m.Address)
		}
		a.sumMember(uint32(i))
	}
	a.out.Effort.Seconds = a.resetDuration()
	a.out.Members = slices.Clone(a.members)
	slices.SortFunc(a.out.Members, func(x, y Member) int {
		return rib.Peer{Address: x.Address, ASN: x.ASN}.Compare(rib.Peer{Address: y.Address, ASN: y.ASN})
	})
	slices.SortFunc(a.out.Effort.Resets, netip.Addr.Compare)
	a.out.Providers, a.out.Polluted = a.listProviders(), a.polluted.Members()
	a.out.Counted = a.collectCounted()
	a.collected.fillReport()
	a.reportChoices()
	a.out.neverNil()
}

// listProviders returns all providers in force, by list and id.
func (a *assessment) listProviders() []Provider {
	var out []Provider
	for i := range a.providers {
		l, c := &a.index.listed[i], &a.providers[i]
		if l.State != filters.InForce {
			continue
		}
		p := Provider{ID: l.Provider.ID, List: l.Listing.Name, Treatment: l.Treatment, Refused: c.refused,
			Changed: c.changed, Prefixes: c.prefixes, WithoutPath: c.withoutPath, Members: []netip.Addr{}}
		for n := range c.members {
			p.Members = append(p.Members, a.sessions[n].Address)
		}
		slices.SortFunc(p.Members, netip.Addr.Compare)
		out = append(out, p)
	}
	slices.SortFunc(out, func(x, y Provider) int {
		return cmp.Or(cmp.Compare(x.List, y.List),
			cmp.Compare(x.ID, y.ID))
	})
	return out
}

// neverNil makes empty lists of nil ones: JSON has [] for them, not null.
func (r *Report) neverNil() {
	neverNil(&r.Members)
	neverNil(&r.Providers)
	neverNil(&r.Covered)
	neverNil(&r.Reached)
	neverNil(&r.Moved)
	neverNil(&r.Unlisted)
	neverNil(&r.Gone)
	neverNil(&r.Seen)
	neverNil(&r.Collateral)
	neverNil(&r.Effort.Resets)
}

func neverNil[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
