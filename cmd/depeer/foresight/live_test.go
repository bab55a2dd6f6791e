package foresight_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgp"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
	"depeer/policies/rib"
)

// The same routes give the same impact, be they of BIRD members in gobgpd, or in a
// file; and what is foretold is what members hold when it has been done.

var liveSeed = flag.Uint64("foresight.seed", 0, "seed of TestLiveEqualsFile; 0: the time")

const (
	liveMembers  = 5
	liveNetworks = 80
)

// liveList lists some of what is announced.
const liveList = `
version: 1
list: {name: live, updated: 2026-01-01}
defaults: {treatment: depeer}
providers:
  - {name: Prefixes, prefixes: [20.1.0.0/16, {prefix: 20.2.0.0/15, ge: 17}, 20.60.0.0/14, 2a00:5::/32]}
  - {name: Origin, asns: [3356], prefixes: [20.10.0.0/16, 20.70.0.0/16]}
  - {name: Path, asns: [{asn: 1299, match: path, wide: true, except: [174]}]}
  - {name: Far, treatment: deprefer, asns: [{asn: 174, match: path, wide: true}], prefixes: [20.20.0.0/14]}
  - {name: Tagged, treatment: tag, asns: [{asn: 2914, match: neighbor}, 701], prefixes: [20.40.0.0/13, 20.1.128.0/17]}
  - {name: Nowhere, asns: [64111], prefixes: [20.200.0.0/16], allow_reserved: true}
`

const liveExchange = `
version: 1
exchange: {name: Example-IX, asn: 64500}
protect: {prefixes: [20.21.0.0/16, 20.61.0.0/16]}
limits: {max_routes: 100%, max_member_routes: 100%, max_covered: {ipv4: 100%, ipv6: 100%}}
`

// live is an exchange, and a person with a list.
type live struct {
	*testbed.Running
	t      *testing.T
	dir    string
	routes []route

	secondary [liveMembers]bool
}

func newLive(t *testing.T, random *rand.Rand, secondary bool) *live {
	c := testbed.Config{Policy: string(gobgpconf.Anchor(gobgpconf.TOML))}
	asns := []filters.ASN{2914, 64497, 64498, 64499, 64498} // the third and the last are one network's
	x := &live{t: t, dir: t.TempDir()}
	for i := range liveMembers {
		x.secondary[i] = secondary && i != 1
		c.Members = append(c.Members, testbed.MemberConfig{
			ASN: asns[i], LocalPref: true, SecondaryRoute: x.secondary[i], Announce: announcements(random, asns),
			Import: []string{policies.ImportPolicy}, Export: []string{policies.ExportPolicy},
		})
	}
	x.Running = testbed.Exchange(t, c)
	write(t, x.dir, "list.yaml", liveList)
	write(t, x.dir, "depeer.yaml", liveExchange)
	for _, m := range x.Members {
		for _, a := range m.Announced() {
			x.routes = append(x.routes, route{Peer: rib.Peer{Address: m.Address, ASN: m.ASN}, Announcement: a})
		}
	}
	x.dated()
	return x
}

// announcements are those of one member, of networks in one another.
func announcements(random *rand.Rand, members []filters.ASN) []testbed.Announcement {
	transit := []filters.ASN{3356, 1299, 174, 701, 3320, 6939}
	var all []testbed.Announcement
	for i := range liveNetworks {
		if random.IntN(2) == 0 {
			continue
		}
		p, _ := netip.AddrFrom4([4]byte{20, byte(i), byte(random.IntN(2) * 128), 0}).Prefix(12 + random.IntN(6))
		if i%10 == 5 {
			p, _ = netip.AddrFrom16([16]byte{0x2a, 0, 0, byte(i)}).Prefix(28 + random.IntN(5))
		}
		a := testbed.Announcement{Prefix: p}
		for range random.IntN(4) {
			asn := transit[random.IntN(len(transit))]
			if random.IntN(6) == 0 {
				asn = members[random.IntN(len(members))]
			}
			a.Path = append(a.Path, asn)
		}
		all = append(all, a)
	}
	return all
}

// dated notes since when each route is announced, by the route server.
func (x *live) dated() {
	client, err := gobgp.Dial(x.t.Context(), gobgp.Options{Address: x.Daemon.Target.String()})
	if err != nil {
		x.t.Fatal(err)
	}
	defer client.Close()
	state, err := client.State(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	n := 0
	for p, err := range client.Announced(x.t.Context(), state.Clients) {
		if err != nil {
			x.t.Fatal(err)
		}
		i := slices.IndexFunc(x.routes, func(r route) bool { return r.Address == p.Peer && r.Prefix == p.Prefix })
		if i < 0 {
			x.t.Fatalf("%s announces %s, and was not told to", p.Peer, p.Prefix)
		}
		x.routes[i].since = p.Since
		n++
	}
	if n != len(x.routes) {
		x.t.Fatalf("the route server has %d routes of %d", n, len(x.routes))
	}
}

// says runs the program, and decodes what it says.
func (x *live) says(into any, args ...string) {
	x.t.Helper()
	if err := json.Unmarshal(succeeds(x.t, x.depeer(args...)), into); err != nil {
		x.t.Fatal(err)
	}
}

func (x *live) depeer(args ...string) *exec.Cmd { return depeer(x.dir, args...) }

func TestLiveEqualsFile(t *testing.T) {
	seed := *liveSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for i, secondary := range []bool{false, true} {
		t.Run(fmt.Sprintf("seed %d, secondary-route %t", seed, secondary), func(t *testing.T) {
			t.Parallel()
			x := newLive(t, rand.New(rand.NewPCG(seed, uint64(i))), secondary)
			name := dump(t, x.dir, x.routes)
			readByOthers(t, name, x.routes)
			target := []string{"--target", x.Daemon.Target.String()}
			var members, file, both map[string]any
			impact := []string{"impact", "--json", "list.yaml"}
			x.says(&members, slices.Concat(impact, target)...)
			x.says(&both, slices.Concat(impact, target, []string{"--rib", name})...)
			x.says(&file, slices.Concat(impact, []string{"--rib", name})...)
			same(t, "with --target, of the file", members, both, "rib")
			if !secondary { // a file does not tell
				same(t, "of the file alone", members, file, "rib", "target", "changes")
			}
			if t.Failed() {
				return
			}
			x.foretold()
		})
	}
}

// same fails the test unless two results are one, but for some keys.
func same(t *testing.T, what string, want, got map[string]any, but ...string) {
	t.Helper()
	without := func(m map[string]any) map[string]any {
		out := make(map[string]any)
		for key, value := range m {
			if !slices.Contains(but, key) {
				out[key] = value
			}
		}
		return out
	}
	if d := cmp.Diff(without(want), without(got)); d != "" {
		t.Errorf("%s (-of the members +%s):\n%s", what, what, d)
	}
	if total := want["routes"].(map[string]any)["refused"].(float64); total < 10 {
		t.Errorf("%v routes are refused only: nothing is compared", total)
	}
}

// ownLoss is what is foretold of a member.
type ownLoss struct {
	Address      netip.Addr
	Lost, Usable int
}

// foretold plans, applies, and holds what was said of each member, prefix and path
// against what members hold before and after.
func (x *live) foretold() {
	x.t.Helper()
	target := []string{"--target", x.Daemon.Target.String()}
	verdicts := x.explained(target)
	before := x.holdings()
	x.compare("before", before, x.chosen(func(announced) string { return "" }))
	var said struct {
		Members  []ownLoss
		Prefixes struct {
			Rerouted    int
			WithoutPath int `json:"without_path"`
		}
	}
	x.says(&said, slices.Concat([]string{"plan", "--json", "list.yaml", "-o", "live.plan"}, target)...)
	succeeds(x.t, x.depeer("apply", "live.plan", "--yes"))
	x.Settle()
	after := x.holdings()
	x.compare("after", after, x.chosen(func(a announced) string { return verdicts[a].effect }))
	rerouted := make(map[netip.Prefix]bool)
	for i, m := range x.Members {
		lost := 0
		for p, was := range before[i] {
			now, holds := after[i][p]
			if !holds {
				lost++
			}
			if now != was {
				rerouted[p] = true
			}
		}
		for p := range after[i] {
			if _, held := before[i][p]; !held { // with secondary-route: it dropped what it was sent
				rerouted[p] = true
			}
		}
		at := slices.IndexFunc(said.Members, func(s ownLoss) bool { return s.Address == m.Address })
		if s := said.Members[at]; s.Usable != len(before[i]) || s.Lost != lost {
			x.t.Errorf("%s: foretold that it loses %d of %d, and it has lost %d of %d", m.Address, s.Lost, s.Usable,
				lost, len(before[i]))
		}
	}
	if len(rerouted) != said.Prefixes.Rerouted {
		x.t.Errorf("foretold that %d prefixes are chosen anew, and %d are", said.Prefixes.Rerouted, len(rerouted))
	}
}

// announced is who announces what.
type announced struct {
	peer   netip.Addr
	prefix netip.Prefix
}

type verdict struct{ verdict, effect string }

// explained is what explain says of each path: it asks for each member's ASN, which is in
// all paths that the member announces.
func (x *live) explained(target []string) map[announced]verdict {
	x.t.Helper()
	out := make(map[announced]verdict)
	for _, m := range x.Members {
		var said struct {
			AnnouncedBy []struct {
				Address         netip.Addr
				Prefix          netip.Prefix
				Verdict, Effect string
			} `json:"announced_by"`
		}
		x.says(&said, slices.Concat([]string{"explain", "--json", "AS" + m.ASN.String(), "list.yaml"}, target)...)
		for _, a := range said.AnnouncedBy {
			out[announced{a.Address, a.Prefix}] = verdict{a.Verdict, a.Effect}
		}
	}
	if len(out) != len(x.routes) {
		x.t.Fatalf("explain has %d paths of %d", len(out), len(x.routes))
	}
	return out
}

// holding is what a member holds of a prefix: whose path, and what was done to it.
type holding struct {
	peer      netip.Addr
	preferred uint32
	path      string
	told      string
}

func (x *live) holdings() []map[netip.Prefix]holding {
	x.t.Helper()
	var out []map[netip.Prefix]holding
	for _, m := range x.Members {
		holds := make(map[netip.Prefix]holding)
		for _, r := range m.Routes() {
			holds[r.Prefix] = holding{r.Peer, r.LocalPref, fmt.Sprint(r.Path), fmt.Sprint(r.Communities)}
		}
		out = append(out, holds)
	}
	return out
}

// chosen is what members hold by the rules of the route server, if that is what is
// made of each path. All of BIRD's are IGP, and have no MED.
func (x *live) chosen(effect func(announced) string) []map[netip.Prefix]holding {
	type candidate struct {
		route
		holding
		length int
	}
	of := make(map[netip.Prefix][]candidate)
	for _, r := range x.routes {
		e := effect(announced{r.Address, r.Prefix})
		if e == "refuse" {
			continue
		}
		path := slices.Insert(slices.Clone(r.Path), 0, r.ASN)
		c := candidate{route: r, holding: holding{r.Address, 100, "", "[]"}}
		switch {
		case e == "local-pref 50":
			c.preferred = 50
		case e == "community 64500:64661":
			c.told = "[64500:64661]"
		case e != "":
			x.t.Fatalf("explain says that %q happens", e)
		}
		c.holding.path, c.length = fmt.Sprint(path), len(path)
		of[r.Prefix] = append(of[r.Prefix], c)
	}
	var out []map[netip.Prefix]holding
	for i, m := range x.Members {
		holds := make(map[netip.Prefix]holding)
		for prefix, all := range of {
			slices.SortFunc(all, func(a, b candidate) int {
				for _, n := range []int{int(b.preferred) - int(a.preferred), a.length - b.length,
					int(a.since) - int(b.since)} {
					if n != 0 {
						return n
					}
				}
				return a.Address.Compare(b.Address)
			})
			for _, c := range all {
				through := c.ASN == m.ASN || slices.Contains(c.Path, m.ASN)
				if c.Address == m.Address || through && !x.secondary[i] {
					continue
				}
				if !through {
					holds[prefix] = c.holding
				}
				break
			}
		}
		out = append(out, holds)
	}
	return out
}

func (x *live) compare(when string, held, want []map[netip.Prefix]holding) {
	x.t.Helper()
	text := func(holds map[netip.Prefix]holding) map[string]string {
		out := make(map[string]string)
		for p, h := range holds {
			out[p.String()] = fmt.Sprint(h)
		}
		return out
	}
	for i, m := range x.Members {
		if d := cmp.Diff(text(want[i]), text(held[i])); d != "" {
			x.t.Errorf("%s, %s of AS%s holds (-foretold +held):\n%s", when, m.Address, m.ASN, d)
		}
	}
}
