package listing

import (
	"depeer/filters"
	"depeer/filters/strict"
)

// provider is one provider while it is read, with the nodes that later complaints need.
type provider struct {
	filters.Provider
	name, id, expires strict.Node
	matches           int // values of asns and prefixes, right or wrong
	reserved          []reserved
}

// reserved is a match that needs allow_reserved. That key may follow it in the file.
type reserved struct {
	strict.Node
	what, why string
}

var providerFields = []strict.Field[provider]{
	{Key: "name", Required: true, Read: func(p *provider, n strict.Node) { p.name = n; p.Name, _ = n.Text() }},
	{Key: "id", Read: func(p *provider, n strict.Node) { p.id = n; p.ID, _ = strict.Value(n, filters.ParseSlug) }},
	{Key: "asns", Read: readASNs},
	{Key: "prefixes", Read: readPrefixes},
	{Key: "treatment", Read: func(p *provider, n strict.Node) {
		p.Places.Treatment = filters.PlaceOf(n.Position())
		p.Treatment, _ = strict.Value(n, filters.ParseSlug)
	}},
	{Key: "reason", Read: func(p *provider, n strict.Node) { p.Reason, _ = n.Text() }},
	{Key: "evidence", Read: readEvidence},
	{Key: "upstreams", Read: func(p *provider, n strict.Node) { p.Upstreams = readASNList(n) }},
	{Key: "listed", Read: func(p *provider, n strict.Node) {
		p.Places.Listed = filters.PlaceOf(n.Position())
		p.Listed, _ = strict.Value(n, filters.ParseDay)
	}},
	{Key: "review", Read: func(p *provider, n strict.Node) {
		p.Places.Review = filters.PlaceOf(n.Position())
		p.Review, _ = strict.Value(n, filters.ParseDay)
	}},
	{Key: "expires", Read: func(p *provider, n strict.Node) {
		p.expires, p.Places.Expires = n, filters.PlaceOf(n.Position())
		p.Expires, _ = strict.Value(n, filters.ParseDay)
	}},
	{Key: "contact", Read: func(p *provider, n strict.Node) { p.Contact, _ = n.Text() }},
	{Key: "approved_by", Read: readApprovedBy},
	{Key: "allow_reserved", Read: func(p *provider, n strict.Node) { p.AllowReserved, _ = n.Bool() }},
}

func readProviders(r *reader, n strict.Node) {
	nodes, _ := n.List()
	r.Providers = make([]filters.Provider, len(nodes))
	ids := make(identities, len(nodes))
	var p provider // one for all: it is large
	for i, n := range nodes {
		p = provider{reserved: p.reserved[:0]}
		p.Source = n.Position()
		if strict.Map(n, providerFields, &p) {
			p.checkKeys(n)
			ids.addIdentity(&p)
		}
		r.Providers[i] = p.Provider
	}
}

// checkKeys checks what depends on more than one key.
func (p *provider) checkKeys(n strict.Node) {
	if p.matches == 0 {
		n.Errorf("no-match", "asns: [...], or prefixes: [...]", "a provider without an ASN or a prefix")
	}
	if !p.Expires.IsZero() && !p.Listed.IsZero() && p.Expires.Start().Before(p.Listed.Start()) {
		p.expires.Errorf("expires-early", "", "expires on %s, before it is listed on %s", p.Expires, p.Listed)
	}
	if p.AllowReserved {
		return
	}
	for _, r := range p.reserved {
		r.Errorf("reserved", "allow_reserved: true, for a lab", "%s is %s", r.what, r.why)
	}
}

var evidenceFields = []strict.Field[filters.Evidence]{
	{Key: "ref", Read: func(e *filters.Evidence, n strict.Node) { e.Ref, _ = n.Text() }},
	{Key: "url", Read: func(e *filters.Evidence, n strict.Node) { e.URL = readURL(n) }},
}

func readEvidence(p *provider, n strict.Node) {
	nodes, _ := n.List()
	for _, n := range nodes {
		var e filters.Evidence
		if strict.Map(n, evidenceFields, &e) && n.Len() == 0 {
			n.Errorf("no-evidence", "{ref: ..., url: ...}", "evidence without a ref or a url")
		}
		p.Evidence = append(p.Evidence, e)
	}
}

func readApprovedBy(p *provider, n strict.Node) {
	nodes, _ := n.List()
	for _, n := range nodes {
		if who, ok := n.Text(); ok {
			p.ApprovedBy = append(p.ApprovedBy, who)
		}
	}
}
