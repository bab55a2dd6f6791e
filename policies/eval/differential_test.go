package eval_test

import (
	"flag"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/eval"
	"depeer/policies/gobgpconf"
)

var (
	differentialPolicies = flag.Int("differential.policies", 200, "how many random policies TestDifferential loads")
	differentialSeed     = flag.Uint64("differential.seed", 0, "seed of TestDifferential; 0: the time")
)

const routesPerPolicy = 50

// TestDifferential holds eval against GoBGP's engine: random listings and rules,
// compiled, built, rendered and read by GoBGP's own configuration code; random
// routes at the edges of their entries, sent over BGP; what two other clients then
// hear, who have chosen things for themselves, is what eval says, attribute for attribute.
func TestDifferential(t *testing.T) {
	seed := *differentialSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-differential.seed %d -differential.policies %d", seed, *differentialPolicies)
	d := newDifferential(t)
	for n := range *differentialPolicies {
		random := rand.New(rand.NewPCG(seed, uint64(n)))
		d.round(n, random.IntN)
		if t.Failed() {
			t.Fatalf("at policy %d of seed %d", n, seed)
		}
	}
	if *differentialPolicies >= 200 {
		d.tally.check(t)
	}
}

type differential struct {
	*testing.T
	engine  *engine
	says    *session
	listens []*session
	holds   []map[netip.Prefix]policies.Route // what each listener holds
	tally   tally
}

// listeners are who hears what the announcer says.
var listeners = []client{listener, other}

func newDifferential(t *testing.T) *differential {
	e := startEngine(t)
	d := &differential{T: t, engine: e, says: announcer.dial(t, e), tally: make(tally)}
	for _, l := range listeners {
		d.listens, d.holds = append(d.listens, l.dial(t, e)), append(d.holds, make(map[netip.Prefix]policies.Route))
	}
	return d
}

// round is one policy.
func (d *differential) round(n int, c chooser) {
	x := c.exchange()
	compiled, diags := filters.Compile(x.lists, x.rules)
	if compiled == nil {
		d.Fatalf("does not compile: %v", diags)
	}
	p := build.PolicyWithChoices(compiled, x.treatments, x.asn, c.chosen(x))
	e, export := eval.New(p), eval.NewExporter(p)
	messages, routes := c.announcements(edges(compiled), p.Tags())
	want := make([]map[netip.Prefix]policies.Route, len(listeners))
	for i := range want {
		want[i] = make(map[netip.Prefix]policies.Route)
	}
	for _, r := range routes {
		d.tally.count(p, r)
		imported, accepted := e.Apply(r)
		if e.Verdict(&r).Refused() == accepted {
			d.Errorf("%v: Verdict and Apply differ", r)
		}
		for i, l := range listeners {
			if !accepted {
				continue
			}
			d.tally.chosen(export.Effect(l.address, imported), len(e.Tags(&r)) > 0)
			if after, sent := export.Apply(l.address, imported); sent {
				want[i][r.Prefix] = after
			}
		}
	}

	d.engine.load(p)
	d.says.send(append(messages, announce(d.sentinel(n), sentinel))...)
	d.until(func(holds map[netip.Prefix]policies.Route) bool {
		r, held := holds[sentinel]
		return held && *r.MED == uint32(n)
	})
	for _, holds := range d.holds {
		delete(holds, sentinel)
	}
	if diff := cmp.Diff(want, d.holds, same); diff != "" {
		text, _ := gobgpconf.Encode(p, gobgpconf.TOML, nil)
		d.Errorf("eval and GoBGP differ (-eval +GoBGP)\n%s\nroutes %+v\n%s", diff, routes, text)
	}
	d.clear(routes)
}

// Routes of one UPDATE with repeated large communities share a list with room to
// add in place; see arrange in policies. Without the mark and its cleaning the
// first route here carries what the second was given.
func TestSharedLargeCommunities(t *testing.T) {
	d := newDifferential(t)
	first, second := netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("10.2.0.0/16")
	one := func(name string, p netip.Prefix) filters.Filter {
		return filters.Filter{Treatment: name,
			Prefixes: filters.Entries{IPv4: []filters.Entry{{Prefix: p, Min: 16, Max: 32}}}}
	}
	p := build.Policy(&filters.Compiled{Filters: []filters.Filter{one("one", first), one("two", second)}},
		[]policies.Treatment{
			{Name: "one", LargeCommunities: larges("64500:666:1")},
			{Name: "two", LargeCommunities: larges("64500:666:2")},
		}, 64500)
	r := policies.Route{Path: []filters.ASN{announcer.asn},
		LargeCommunities: larges("65530:1:1", "65530:1:1", "65530:1:1")}
	d.engine.load(p)
	d.says.send(announce(r, first, second), announce(d.sentinel(1), sentinel))
	d.until(func(holds map[netip.Prefix]policies.Route) bool { _, held := holds[sentinel]; return held })
	want := map[netip.Prefix][]policies.LargeCommunity{
		first: larges("65530:1:1", "64500:666:1"), second: larges("65530:1:1", "64500:666:2"),
	}
	for p, want := range want {
		if diff := cmp.Diff(want, d.holds[0][p].LargeCommunities); diff != "" {
			t.Errorf("%s (-want +got)\n%s", p, diff)
		}
	}
}

// sentinel is a route that no policy matches. It is announced after all others:
// the server works off what it hears in order, so who hears it has heard all.
var sentinel = netip.MustParsePrefix("198.51.100.0/24")

func (d *differential) sentinel(n int) policies.Route {
	med := uint32(n)
	return policies.Route{Path: []filters.ASN{announcer.asn}, MED: &med}
}

// clear takes all routes back: loading a policy would send them again.
func (d *differential) clear(routes []policies.Route) {
	var messages []*bgp.BGPMessage
	for _, r := range routes {
		messages = append(messages, withdraw(r.Prefix))
	}
	for _, holds := range d.holds {
		holds[sentinel] = policies.Route{}
	}
	d.says.send(append(messages, withdraw(sentinel))...)
	d.until(func(holds map[netip.Prefix]policies.Route) bool { _, held := holds[sentinel]; return !held })
	for i, holds := range d.holds {
		if len(holds) != 0 {
			d.Errorf("withdrawn, and still held by %s: %v", listeners[i].address, holds)
		}
	}
}

// until listens until every listener is done.
func (d *differential) until(done func(holds map[netip.Prefix]policies.Route) bool) {
	d.Helper()
	for i, s := range d.listens {
		s.conn.SetReadDeadline(time.Now().Add(patience))
		for !done(d.holds[i]) {
			m, err := s.read()
			if err != nil {
				d.Fatal(err)
			}
			update, ok := m.Body.(*bgp.BGPUpdate)
			if !ok {
				continue
			}
			announced, withdrawn := heard(update)
			for _, p := range withdrawn {
				delete(d.holds[i], p)
			}
			for _, r := range announced {
				d.holds[i][r.Prefix] = r
			}
		}
	}
}

// chosen are choices about the lists of x, as the exchange compiles them: each alone.
func (c chooser) chosen(x exchange) build.Choices {
	n := 0
	choices := c.choices(x.treatments, func() *filters.Compiled {
		rules := x.rules
		l := x.lists[n%len(x.lists)]
		rules.Treatments, rules.Lists = append([]string{"choice"}, rules.Treatments...),
			map[string]string{l.Name: "choice"}
		n++
		compiled, diags := filters.Compile([]*filters.Listing{l}, rules)
		if compiled == nil {
			panic(diags)
		}
		return compiled
	})
	return choices
}

// announcements are messages with routes of different prefixes, up to three of
// them in one message: those share their attributes in the server's memory. Some
// carry tags of the route server's.
func (c chooser) announcements(entries []filters.Entry, tags []policies.LargeCommunity) (messages []*bgp.BGPMessage,
	routes []policies.Route) {
	taken := make(map[netip.Prefix]bool)
	for len(routes) < routesPerPolicy {
		first := c.routeNear(entries)
		if len(tags) > 0 && c.oneIn(4) {
			first.LargeCommunities = append(first.LargeCommunities, pick(c, tags))
		}
		var prefixes []netip.Prefix
		for range 1 + c(6)/3 {
			r := c.routeNear(entries)
			if !taken[r.Prefix] && len(routes) < routesPerPolicy &&
				(len(prefixes) == 0 || prefixes[0].Addr().Is4() == r.Prefix.Addr().Is4()) {
				taken[r.Prefix] = true
				first.Prefix = r.Prefix
				prefixes, routes = append(prefixes, r.Prefix), append(routes, received(first))
			}
		}
		if len(prefixes) != 0 {
			messages = append(messages, announce(first, prefixes...))
		}
	}
	return messages, routes
}

// received is r as GoBGP has it in the Adj-RIB-In: without repeated large
// communities (RFC 8092, section 5).
func received(r policies.Route) policies.Route {
	var unique []policies.LargeCommunity
	for _, l := range r.LargeCommunities {
		if !slices.Contains(unique, l) {
			unique = append(unique, l)
		}
	}
	r.LargeCommunities = unique
	return r
}

// edges are all entries of c.
func edges(c *filters.Compiled) []filters.Entry {
	out := slices.Concat(c.Protected.IPv4, c.Protected.IPv6)
	for _, f := range c.Filters {
		out = slices.Concat(out, f.Prefixes.IPv4, f.Prefixes.IPv6)
	}
	return out
}
