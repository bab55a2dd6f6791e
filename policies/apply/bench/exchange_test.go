package bench_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"depeer/filters"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// byHand is what an operator without depeer would have: a policy of his own that
// refuses what is in a set. It begins with an entry that nobody announces.
const byHand = `
[[defined-sets.prefix-sets]]
prefix-set-name = "by-hand"
prefix-list = [{ip-prefix = "192.0.2.0/24", masklength-range = "24..32"}]
[[policy-definitions]]
name = "by-hand"
[[policy-definitions.statements]]
name = "by-hand"
conditions.match-prefix-set = {prefix-set = "by-hand", match-set-options = "any"}
actions.route-disposition = "reject-route"

`

// site is a route server with members that announce so many routes each.
type site struct {
	daemon  *testbed.Daemon
	members []*testbed.Speaker
	probe   *probe
	b       testing.TB
}

// asn is that of a member.
func asn(member int) filters.ASN { return filters.ASN(64600 + member) }

// prefix is the n-th of all that are announced.
func prefix(n int) netip.Prefix {
	n += 20 << 16
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(n >> 16), byte(n >> 8), byte(n), 0}), 24)
}

// patience is how long a change may take until all members have been told.
const patience = 3 * time.Minute

// alike is how many routes have the same path.
const alike = 100

// open starts the route server and the members, and returns when everybody has
// been told everything.
func open(b testing.TB, members, routes int) *site {
	b.Helper()
	s := found(b, members)
	for i := range members {
		s.members = append(s.members, testbed.Speak(b, s.daemon, s.daemon.Site.Member(i), asn(i)))
	}
	begin := time.Now()
	for i, m := range s.members {
		own := make([]netip.Prefix, routes)
		for n := range own {
			own[n] = prefix(i*routes + n)
		}
		path := filters.ASN(1000)
		for some := range slices.Chunk(own, alike) {
			path++
			m.SayAll(some, asn(i), 3356, path)
		}
	}
	s.loaded((members - 1) * routes)
	b.Logf("%d members, %d routes each: loaded in %v", members, routes, time.Since(begin).Round(time.Second))
	s.probe = watch(b, s.daemon)
	return s
}

// found starts the route server, for so many members.
func found(b testing.TB, members int) *site {
	b.Helper()
	config := testbed.Config{Policy: byHand + string(gobgpconf.Anchor(gobgpconf.TOML))}
	for i := range members {
		config.Members = append(config.Members, member(i))
	}
	return &site{b: b, daemon: testbed.Gobgpd(b, config)}
}

func member(i int) testbed.MemberConfig {
	return testbed.MemberConfig{ASN: asn(i), Import: []string{"depeer", "by-hand"}, Export: []string{"depeer-export"}}
}

// loaded waits until each member was told so many routes.
func (s *site) loaded(routes int) {
	s.b.Helper()
	testbed.Eventually(s.b, 10*time.Minute, func() error {
		for i, m := range s.members {
			if heard := m.Heard().Announced; heard != routes {
				return fmt.Errorf("member %d was told %d routes of %d", i, heard, routes)
			}
		}
		return nil
	})
}

// told is what a change means to members: how many routes each of some loses.
type told struct {
	losing map[int]int // routes lost, by the member that announces them
}

func (t told) by(member int) int {
	n := 0
	for announcer, routes := range t.losing {
		if announcer != member {
			n += routes
		}
	}
	return n
}

// cost is what a change took: from its begin until the last member was told the
// last of it, and how long gobgpd stood still meanwhile.
type cost struct{ until, still time.Duration }

// withdrawing measures a change that takes routes from members.
func (s *site) withdrawing(t told, change func()) cost {
	s.b.Helper()
	return s.measure(t, change, func(h testbed.Heard) (int, time.Time) { return h.Withdrawn, h.LastWithdrawn })
}

// announcing measures a change that gives them back.
func (s *site) announcing(t told, change func()) cost {
	s.b.Helper()
	return s.measure(t, change, func(h testbed.Heard) (int, time.Time) { return h.Announced, h.LastAnnounced })
}

func (s *site) measure(t told, change func(), of func(testbed.Heard) (int, time.Time)) cost {
	s.b.Helper()
	before := make([]int, len(s.members))
	for i, m := range s.members {
		before[i], _ = of(m.Heard())
	}
	begin := time.Now()
	var last time.Time
	still := s.probe.still(s.b, func() {
		change()
		testbed.Eventually(s.b, patience, func() error {
			for i, m := range s.members {
				n, at := of(m.Heard())
				if n-before[i] != t.by(i) {
					return fmt.Errorf("member %d was told of %d routes, want %d", i, n-before[i], t.by(i))
				}
				if at.After(last) {
					last = at
				}
			}
			return nil
		})
	})
	return cost{last.Sub(begin), still}
}
