package impact_test

import (
	"errors"
	"flag"
	"fmt"
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
	"depeer/policies/gobgp"
	"depeer/policies/gobgpconf"
	"depeer/policies/impact"
	"depeer/policies/lab/testbed"
	"depeer/policies/rib"
)

var (
	choiceSeed   = flag.Uint64("choice.seed", 0, "seed of TestChoice; 0: the time")
	choiceRounds = flag.Int("choice.rounds", 2, "how many exchanges TestChoice starts")
)

// TestChoice holds the choice of paths against gobgpd: random routes of members that
// are BIRD, which hold what they are sent, and of speakers, which say what BIRD does not.
// Each member holds, prefix by prefix, the path that impact says. Half of the exchanges
// have a policy of ours, which refuses and changes; any member may have secondary-route.
func TestChoice(t *testing.T) {
	seed := *choiceSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	for round := range *choiceRounds {
		t.Run(fmt.Sprintf("round %d of seed %d", round, seed), func(t *testing.T) {
			t.Parallel()
			x := newChoosing(t, rand.New(rand.NewPCG(seed, uint64(round))), round%2 == 1)
			for step := range steps {
				x.say(step)
			}
			x.compare()
		})
	}
}

const (
	birds           = 4
	speakers        = 3
	steps           = birds + speakers + 1 // announcements of one step may be of one second
	widenToNetworks = 90
)

// asns are those of the members; two networks have two sessions each.
var asns = [birds + speakers]filters.ASN{64496, 64497, 64498, 64496, 64499, 64497, 64510}

// said is what a member announces of a prefix in a step.
type said struct {
	prefix netip.Prefix
	path   []bgp.AsPathParamInterface
	asns   []filters.ASN // the same, of BIRD, without its own
	med    *uint32
	origin uint8
}

type choosing struct {
	*testbed.Running
	*rand.Rand
	t        *testing.T
	policy   *policies.RoutingPolicy
	lists    *filters.Compiled
	speakers [speakers]*testbed.Speaker
	plan     [steps][birds + speakers][]said
	received [speakers]int
}

func newChoosing(t *testing.T, random *rand.Rand, treated bool) *choosing {
	x := &choosing{Rand: random, t: t}
	x.lists, x.policy = x.listing(treated)
	text, err := gobgpconf.Encode(x.policy, gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := testbed.Config{Site: testbed.Claim(t), Policy: string(text)}
	for i := range birds {
		c.Members = append(c.Members, testbed.MemberConfig{ASN: asns[i], SecondaryRoute: x.IntN(2) == 0,
			Import: []string{policies.ImportPolicy}, Export: []string{policies.ExportPolicy}})
	}
	c.Edit = func(file []byte) []byte {
		for i := range speakers {
			file = fmt.Appendf(file, "\n[[neighbors]]\nconfig = {neighbor-address = %q, peer-as = %d}\ntransport = "+
				"{config = {passive-mode = true}}\nroute-server = {config = {route-server-client = true}}\n"+
				"apply-policy = {config = {import-policy-list = [%q], export-policy-list = [%q], "+
				"default-import-policy = \"accept-route\", default-export-policy = \"accept-route\"}}\n"+
				"afi-safis = [{config = {afi-safi-name = \"ipv4-unicast\"}}, {config = {afi-safi-name = "+
				"\"ipv6-unicast\"}}]\n",
				c.Site.Member(birds+i).String(), asns[birds+i], policies.ImportPolicy, policies.ExportPolicy)
		}
		return file
	}
	for i := range widenToNetworks {
		x.network(i)
	}
	x.Running = testbed.Exchange(t, c)
	for i := range speakers {
		x.speakers[i] = testbed.Speak(t, x.Daemon, c.Site.Member(birds+i), asns[birds+i])
	}
	return x
}

// listing lists some of the networks, and some of the ASNs behind members.
func (x *choosing) listing(treated bool) (*filters.Compiled, *policies.RoutingPolicy) {
	far := uint32(3)
	treatments := append(policies.Builtin(64500), policies.Treatment{Name: "far", MED: &far, Prepend: 1})
	names := []string{"depeer", "deprefer", "tag", "far"}
	l := &filters.Listing{Name: "listed"}
	for i, name := range names {
		if !treated {
			break
		}
		p := filters.Provider{ID: name, Treatment: name,
			ASNs: []filters.ASMatch{{ASN: filters.ASN(65001 + i), Where: filters.Path}}}
		for range 8 {
			prefix := network(x.IntN(widenToNetworks))
			p.Prefixes = append(p.Prefixes, filters.PrefixMatch{Prefix: prefix, Min: uint8(prefix.Bits()),
				Max: uint8(prefix.Bits())})
		}
		l.Providers = append(l.Providers, p)
	}
	c, diags := filters.Compile([]*filters.Listing{l}, filters.Rules{At: day, Treatments: names})
	if c == nil {
		x.t.Fatal(diags)
	}
	return c, build.Policy(c, treatments, 64500)
}

// network returns the i-th of the prefixes that are announced, every fifth of IPv6.
func network(i int) netip.Prefix {
	if i%5 == 0 {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{0x2a, 0, byte(i)}), 32)
	}
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(i), 0, 0}), 16)
}

// network has some members announce a network, so that they often differ little. Where
// they do in MED, each has a step of its own: such paths may make a circle, of which
// the first to come is told by its second.
func (x *choosing) network(i int) {
	length, meds, origins := x.IntN(3), x.IntN(2) == 0, x.IntN(3) == 0
	head := asns[x.IntN(2)]        // of sets, and of members' own paths
	bare := meds && x.IntN(4) == 0 // speakers' paths are empty
	order := x.Perm(steps)
	for member := range birds + speakers {
		if x.IntN(2) == 0 {
			continue
		}
		s := said{prefix: network(i)}
		if meds && x.IntN(4) > 0 {
			med := uint32(x.IntN(4))
			s.med = &med
		}
		if origins {
			s.origin = uint8(x.IntN(3))
		}
		more := length
		if x.IntN(4) == 0 {
			more = x.IntN(4)
		}
		for range more {
			s.asns = append(s.asns, x.behind())
		}
		if member >= birds && !bare {
			s.path = x.path(asns[member], head, s.asns)
		}
		step := order[member]
		if !meds {
			step = x.IntN(steps)
		}
		x.plan[step][member] = append(x.plan[step][member], s)
	}
}

// behind returns an ASN of somebody further away, or of a member.
func (x *choosing) behind() filters.ASN {
	if x.IntN(4) == 0 {
		return asns[x.IntN(len(asns))]
	}
	return filters.ASN(65001 + x.IntN(8))
}

// path is one of a speaker's: such as BIRD says, or beginning or ending with a set,
// or without the speaker's own ASN, or empty.
func (x *choosing) path(own, head filters.ASN, more []filters.ASN) []bgp.AsPathParamInterface {
	segment := func(kind uint8, list ...filters.ASN) bgp.AsPathParamInterface {
		var numbers []uint32
		for _, asn := range list {
			numbers = append(numbers, uint32(asn))
		}
		return bgp.NewAs4PathParam(kind, numbers)
	}
	const sequence, set = bgp.BGP_ASPATH_ATTR_TYPE_SEQ, bgp.BGP_ASPATH_ATTR_TYPE_SET
	all := append([]filters.ASN{own}, more...)
	some := []filters.ASN{head, filters.ASN(65001 + x.IntN(3))}
	switch x.IntN(6) {
	case 0:
		return []bgp.AsPathParamInterface{segment(sequence, all...), segment(set, some...)}
	case 1:
		return []bgp.AsPathParamInterface{segment(set, some...), segment(sequence, append(more, own)...)}
	case 2, 3:
		if len(more) == 0 {
			return []bgp.AsPathParamInterface{segment(set, some...)}
		}
		return []bgp.AsPathParamInterface{segment(set, some...), segment(sequence, more...)}
	case 4: // of the route server of another exchange
		return []bgp.AsPathParamInterface{segment(sequence, append(some[:1], more...)...)}
	default:
		return []bgp.AsPathParamInterface{segment(sequence, all...)}
	}
}

// say has members announce what they do in a step, and returns when gobgpd has it, and
// a second has begun.
func (x *choosing) say(step int) {
	x.t.Helper()
	for i, m := range x.Members {
		var all []testbed.Announcement
		for _, s := range x.plan[step][i] {
			all = append(all, testbed.Announcement{Prefix: s.prefix, Path: s.asns, MED: s.med})
		}
		m.Announce(all...)
	}
	for i, speaker := range x.speakers {
		for _, s := range x.plan[step][birds+i] {
			m := testbed.Update(s.prefix, speaker.Address, s.path...)
			update := m.Body.(*bgp.BGPUpdate)
			update.PathAttributes[0] = bgp.NewPathAttributeOrigin(s.origin)
			if s.med != nil {
				update.PathAttributes = append(update.PathAttributes, bgp.NewPathAttributeMultiExitDisc(*s.med))
			}
			speaker.Say(m)
			x.received[i]++
		}
	}
	x.Settle()
	testbed.Eventually(x.t, testbed.Patience, func() error {
		peers, err := x.Daemon.Peers()
		if err != nil {
			return err
		}
		for _, p := range peers {
			got := 0
			for _, f := range p.AfiSafis {
				got += int(f.State.GetReceived())
			}
			i := slices.IndexFunc(x.speakers[:],
				func(s *testbed.Speaker) bool { return s.Address.String() == p.State.NeighborAddress })
			if i >= 0 && got != x.received[i] {
				return fmt.Errorf("gobgpd holds %d routes of %s, which says %d", got, p.State.NeighborAddress,
					x.received[i])
			}
		}
		return nil
	})
	settled := time.Now().Unix()
	testbed.Eventually(x.t, testbed.Patience, func() error {
		if time.Now().Unix() == settled {
			return errors.New("it is the same second")
		}
		return nil
	})
}

// compare holds what members hold against what impact says that they do.
func (x *choosing) compare() {
	x.t.Helper()
	x.Settle()
	client, err := gobgp.Dial(x.t.Context(), gobgp.Options{Address: "unix://" + x.Daemon.Socket})
	if err != nil {
		x.t.Fatal(err)
	}
	defer client.Close()
	state, err := client.State(x.t.Context())
	if err != nil {
		x.t.Fatal(err)
	}
	q := impact.Question{Lists: x.lists, New: x.policy}
	for _, c := range state.Clients {
		q.Members = append(q.Members, impact.Session{Peer: rib.Peer{Address: c.Address, ASN: c.ASN}, Up: c.Up,
			Anchored: true, IPv4: c.IPv4, IPv6: c.IPv6, SecondaryRoute: c.SecondaryRoute})
	}
	held, err := impact.Held(q, client.Announced(x.t.Context(), state.Clients))
	if err != nil {
		x.t.Fatal(err)
	}
	for i, m := range x.Members {
		got, want := map[string]string{}, map[string]string{}
		for _, r := range m.Routes() {
			got[r.Prefix.String()] = r.Peer.String()
		}
		for prefix, peer := range held[rib.Peer{Address: m.Address, ASN: m.ASN}] {
			want[prefix.String()] = peer.String()
		}
		if d := cmp.Diff(want, got); d != "" {
			x.t.Errorf("member %d, %s of AS%s, holds (-foretold +held):\n%s", i, m.Address, m.ASN, d)
		}
		if len(got) < widenToNetworks/3 {
			x.t.Errorf("member %d holds %d routes only: the test compares nothing", i, len(got))
		}
	}
}
