package faults_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"depeer/policies/lab/testbed"
)

// longModel is what members should hold of random long routes: in how many bytes, by prefix.
type longModel struct {
	*long
	random    *rand.Rand
	announced map[netip.Prefix]int
	one, many map[netip.Prefix]int // held, without and with add-path
	added     [2]int               // to what each is sent
}

func newLongModel(t *testing.T) *longModel {
	return &longModel{
		long: newLong(t, anchored), random: rand.New(rand.NewPCG(4068, 4073)),
		announced: map[netip.Prefix]int{}, one: map[netip.Prefix]int{}, many: map[netip.Prefix]int{},
	}
}

// say announces random routes, the longest of so many bytes with what is added.
func (m *longModel) say(longest int) {
	m.t.Helper()
	for i := range 60 {
		p := netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(i), 128, 1}), 17+i%16).Masked()
		if i%2 == 1 {
			p = netip.MustParsePrefix(fmt.Sprintf("2a00:%x::/%d", i, 32+i)).Masked()
		}
		most := testbed.LongestAttributes(p)
		if p.Addr().Is4() {
			most = min(most, longest-max(m.added[0], m.added[1]))
		}
		n := most - m.random.IntN(24)
		m.announced[p] = n
		m.announce(p.String(), n)
	}
	m.sent()
}

// sent notes what is sent of what is announced; what is too long is not, nor withdrawn.
func (m *longModel) sent() {
	for p, n := range m.announced {
		for i, held := range []map[netip.Prefix]int{m.one, m.many} {
			bytes, edge := n+m.added[i], 4068-4*i
			if p.Addr().Is6() {
				bytes, edge = bytes+4*i, 4073
			}
			if bytes <= edge {
				held[p] = bytes
			}
		}
	}
}

// lost returns how many routes some member is not sent as they are now.
func (m *longModel) lost() int {
	n := 0
	for p, bytes := range m.announced {
		one, many := bytes+m.added[0], bytes+m.added[1]
		if p.Addr().Is4() && (one > 4068 || many > 4064) || p.Addr().Is6() && (one > 4073 || many+4 > 4073) {
			n++
		}
	}
	return n
}

func (m *longModel) check(what string) {
	m.t.Helper()
	m.settle()
	for p := range m.announced {
		for s, held := range map[*testbed.Speaker]map[netip.Prefix]int{m.long.one: m.one, m.several: m.many} {
			if attributes, _ := s.Attributes(p); len(attributes) != held[p] {
				m.t.Errorf("%s: %v holds %v in %d bytes, want %d; announced in %d", what, s.Address, p, len(attributes),
					held[p], m.announced[p])
			}
		}
	}
	if err := m.Ended(); err != nil {
		m.t.Fatal(err)
	}
}

// apply applies a list by which so much is added towards each, and holds what is verified
// against what was sent.
func (m *longModel) apply(list string, one, many int) {
	m.t.Helper()
	m.on("plan", list+".yaml", "-o", list+".plan").exits(0)
	r := m.depeer("apply", list+".plan", "--yes", "--json").exits(0)
	m.added = [2]int{one, many}
	m.sent()
	var proof struct {
		Changed      int
		NotDelivered []longRoute `json:"not_delivered"`
	}
	r.reads(&proof)
	if want := m.lost(); len(proof.NotDelivered) != want || proof.Changed != len(m.announced)-want {
		m.t.Errorf("%s: %d verified, %d not delivered; %d of %d were sent to all", list, proof.Changed,
			len(proof.NotDelivered), len(m.announced)-want, len(m.announced))
	}
	m.check(list)
}

// Random announcements near the edge of a message, in both families: under each built-in
// treatment, a ladder and a choice the daemon lives, members hold what the model says, and
// what was not sent is never verified.
func TestRandomLongRoutes(t *testing.T) {
	t.Parallel()
	m := newLongModel(t)
	config := func(besides string) {
		m.write("depeer.yaml", `
version: 1
exchange: {name: Example-IX, asn: 64500}
ladders: [{name: slow, steps: [{after: 0d, treatment: tag}, {after: 14d, treatment: deprefer}]}]
limits: {max_routes: 100%, max_member_routes: 100%, max_growth: 100%, max_shrink: 100%`+besides)
	}
	config("}\n")
	m.write("slow.yaml", `
version: 1
list: {name: long}
defaults: {treatment: slow}
providers:
  - {name: Long, prefixes: [20.0.0.0/8, "2a00::/20"], listed: `+time.Now().UTC().AddDate(0, 0,
		-20).Format(time.DateOnly)+`}
`)
	m.say(4077)
	m.check("announced")
	m.apply("tag", 7, 7)
	m.say(4077)
	m.check("announced under tag")
	m.apply("deprefer", 7, 7)
	m.say(4077)
	m.check("announced under deprefer")
	m.apply("tag", 7, 7)
	m.apply("slow", 7, 7) // is deprefer by now
	config(fmt.Sprintf(", max_added_bytes: 11}\nmembers: [{asn: 64497, name: One, addresses: [%s], choices: {long: "+
		"deprefer}}]\n", m.long.one.Address))
	for p := range m.announced {
		if p.Addr().Is4() {
			m.announced[p] = 4066 - m.random.IntN(24)
			m.announce(p.String(), m.announced[p])
		}
	}
	m.sent()
	m.check("before the choice")
	m.apply("tag", 11, 7)
	m.on("plan", "refuse.yaml", "-o", "refuse.plan").exits(0)
	m.depeer("apply", "refuse.plan", "--yes").exits(0)
	clear(m.one)
	clear(m.many)
	m.check("refused")
}
