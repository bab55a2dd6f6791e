package counted

import "slices"

// places are the routes of a client that count again: for each provider as many as were counted. A
// route that several providers list may take a place of any of them. When the plan counted it, it
// belonged to one, and which one cannot be told from the route alone. So a route that finds no
// place has others move, as long as one of them has another provider with a free place:
//
//	providers      a: 1 place    b: 1 place
//	{a, b} comes   taken         free
//	{a} comes      {a}           {a, b} moves here
//
// That is the largest matching of routes and places: where nothing has changed, all count.
type places struct {
	free   map[int]int // by provider
	claims []claim
}

// claim is routes that belong to the same providers, and how many places of each they have.
type claim struct {
	providers []int
	taken     map[int]int
}

// take gives a route of these providers a place, and says whether there was one.
func (p *places) take(providers []int) bool {
	provider, found := p.makeRoom(providers, make(map[int]bool))
	if !found {
		return false
	}
	i := slices.IndexFunc(p.claims, func(c claim) bool { return slices.Equal(c.providers, providers) })
	if i < 0 {
		i = len(p.claims)
		p.claims = append(p.claims, claim{providers, make(map[int]int)})
	}
	p.free[provider]--
	p.claims[i].taken[provider]++
	return true
}

// makeRoom returns one of the providers that has a free place, where needed after routes have moved.
// It does not try again what is in tried.
func (p *places) makeRoom(providers []int, tried map[int]bool) (provider int, found bool) {
	for _, provider := range providers {
		if p.free[provider] > 0 {
			return provider, true
		}
	}
	for _, provider := range providers {
		if tried[provider] {
			continue
		}
		tried[provider] = true
		for _, c := range p.claims {
			if c.taken[provider] == 0 {
				continue
			}
			if other, found := p.makeRoom(c.providers, tried); found {
				c.taken[provider]--
				c.taken[other]++
				p.free[other]--
				p.free[provider]++
				return provider, true
			}
		}
	}
	return 0, false
}
