package exchange

import (
	"iter"
	"math/big"
	"time"

	"depeer/filters"
	"depeer/filters/diag"
	"depeer/policies/guard"
)

// Guards refuse input that is valid but that no exchange can mean, or that goes over
// its limits. The ones here need no routes and no target, and no flag overrides them.
// Each row names the code, and the kind of input that the guard checks one by one.

// complaint is the result of a guard: nothing, or a message with a hint.
type complaint struct{ message, hint string }

// listGuard checks one kind of input for one guard.
type listGuard struct {
	code string
	any  bool // it checks providers that are not in force, too

	entry  func(*guardInput, *filters.PrefixMatch) complaint
	match  func(*guardInput, *filters.ASMatch) complaint
	family func(*guardInput, family) complaint
	list   func(*guardInput, *filters.Listing) complaint
	file   func(g *guardInput, refuse func(diag.Position, complaint)) // of the exchange
}

var listGuards = []listGuard{
	{code: guard.Everything, any: true, entry: checkEverything},
	{code: guard.Everything, any: true, family: checkEverythingTogether},
	{code: guard.ShortestPrefix, entry: checkShortestPrefix},
	{code: guard.MaxCovered, family: checkMaxCovered},
	{code: guard.OwnSpace, entry: checkOwnSpace},
	{code: guard.OwnASN, match: checkOwnASN},
	{code: guard.PathMatch, match: checkPathMatch},
	{code: guard.ListAge, list: checkListAge},
	{code: guard.ListFuture, list: checkListFuture},
	{code: guard.AddedBytes, file: checkAddedBytes},
}

// guardInput is what guards look at.
type guardInput struct {
	*Exchange
	lists    []*filters.Listing
	compiled *filters.Compiled
	at       time.Time
	networks map[filters.ASN]string // ASNs that no path match may take, with what they are
	own      map[filters.ASN]string // ASNs that no match may take, with their owner
	sessions []Peer                 // of members, by address, that no entry may cover
}

// Guard returns what the static guards refuse in lists, of which c was compiled
// with e's Rules, sorted. All of it has the severity diag.Refused; there is no
// override. For a target, e comes from WithFacts.
func (e *Exchange) Guard(lists []*filters.Listing, c *filters.Compiled) diag.List {
	g := &guardInput{Exchange: e, lists: lists, compiled: c, at: c.At, networks: e.wideNetworks(), own: e.ownASNs(),
		sessions: e.guardedSessions()}
	var refused diag.List
	for i := range listGuards {
		asked := &listGuards[i]
		refuse := func(p diag.Position, c complaint) {
			if c.message != "" {
				refused.Refusef(p, asked.code, c.hint, "%s", c.message)
			}
		}
		switch {
		case asked.entry != nil:
			for m := range g.eachEntry(asked.any) {
				refuse(m.Source, asked.entry(g, m))
			}
		case asked.match != nil:
			for m := range g.eachMatch(asked.any) {
				refuse(m.Source, asked.match(g, m))
			}
		case asked.family != nil:
			for _, f := range []family{ipv4, ipv6} {
				if c := asked.family(g, f); c.message != "" {
					refuse(g.placeOfHeaviest(f), c)
				}
			}
		case asked.list != nil:
			for _, l := range lists {
				refuse(datePlace(l), asked.list(g, l))
			}
		case asked.file != nil:
			asked.file(g, refuse)
		}
	}
	refused.Sort()
	return refused
}

// eachProvider yields the providers that are in force, or all of them.
func (g *guardInput) eachProvider(any bool) iter.Seq[*filters.Provider] {
	return func(yield func(*filters.Provider) bool) {
		for i := range g.compiled.Listed {
			l := &g.compiled.Listed[i]
			if (any || l.State == filters.InForce) && !yield(l.Provider) {
				return
			}
		}
	}
}

// eachEntry yields the prefix entries of providers.
func (g *guardInput) eachEntry(any bool) iter.Seq[*filters.PrefixMatch] {
	return eachOf(g.eachProvider(any), func(p *filters.Provider) []filters.PrefixMatch { return p.Prefixes })
}

// eachMatch yields the AS matches of providers.
func (g *guardInput) eachMatch(any bool) iter.Seq[*filters.ASMatch] {
	return eachOf(g.eachProvider(any), func(p *filters.Provider) []filters.ASMatch { return p.ASNs })
}

// eachOf yields every element of the list that has returns for each provider.
func eachOf[T any](providers iter.Seq[*filters.Provider], has func(*filters.Provider) []T) iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for p := range providers {
			list := has(p)
			for i := range list {
				if !yield(&list[i]) {
					return
				}
			}
		}
	}
}

// placeOfHeaviest returns the place of the list whose entries cover most of f, counted
// one by one.
func (g *guardInput) placeOfHeaviest(f family) diag.Position {
	if len(g.lists) == 1 {
		return g.lists[0].Source
	}
	var position diag.Position
	most := new(big.Int)
	for _, l := range g.lists {
		var sum extent
		for i := range l.Providers {
			for _, m := range l.Providers[i].Prefixes {
				if f.isOf(m.Prefix) {
					sum[m.Prefix.Bits()]++
				}
			}
		}
		if n := sum.countAddresses(f); n.Cmp(most) > 0 {
			most, position = n, l.Source
		}
	}
	return position
}
