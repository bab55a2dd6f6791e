package foresight_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// How many routes members are told is what a plan says, route by route: to who has
// secondary-route, everything that a member announces which is reset, and is left, again.
func TestUpdates(t *testing.T) {
	for _, secondary := range []bool{false, true} {
		t.Run(fmt.Sprintf("secondary-route %t", secondary), func(t *testing.T) {
			t.Parallel()
			var c testbed.Config
			c.Policy = string(gobgpconf.Anchor(gobgpconf.TOML))
			for i := range 4 {
				c.Members = append(c.Members, testbed.MemberConfig{
					ASN: filters.ASN(64496 + i), SecondaryRoute: secondary && i%2 == 0,
					Import: []string{policies.ImportPolicy}, Export: []string{policies.ExportPolicy},
				})
			}
			x := &talk{t: t, d: testbed.Gobgpd(t, c)}
			for i, m := range c.Members {
				x.speakers = append(x.speakers, testbed.Speak(t, x.d, x.d.Site.Member(i), m.ASN))
			}
			// 20.n.0.0/16, of which the list refuses the first ten and changes the next ten,
			// each of one member; what several announce is not listed.
			x.say(0, 5, 0)
			x.say(5, 20, 1)
			x.say(20, 50, 0)
			x.say(30, 60, 1)
			x.say(40, 70, 2, 64496) // through the first member
			x.say(70, 80, 3)
			x.received(120)
			x.mark()
			testbed.Eventually(t, testbed.Patience, func() error {
				for _, s := range x.speakers[:3] {
					if s.Heard().Withdrawn != 1 {
						return fmt.Errorf("%s has not heard the mark", s.Address)
					}
				}
				return nil
			})
			dir := t.TempDir()
			write(t, dir, "depeer.yaml", liveExchange)
			write(t, dir, "list.yaml", "version: 1\nlist: {name: l}\nproviders:\n"+
				"  - {name: Refused, treatment: depeer, prefixes: [20.0.0.0/13, 20.8.0.0/15]}\n"+
				"  - {name: Changed, treatment: deprefer, prefixes: [20.10.0.0/15, 20.12.0.0/14, 20.16.0.0/14]}\n")
			var said struct {
				Effort struct {
					Updates, Again int
					Resets         []netip.Addr
				}
			}
			plan := succeeds(t, depeer(dir, "plan", "--json", "list.yaml", "-o", "l.plan", "--target",
				x.d.Target.String()))
			if err := json.Unmarshal(plan, &said); err != nil {
				t.Fatal(err)
			}
			if e := said.Effort; e.Updates-e.Again != 3*20 || len(e.Resets) != 2 || secondary != (e.Again > 0) {
				t.Fatalf("foretold: %+v", e)
			}
			before := x.heard()
			succeeds(t, depeer(dir, "apply", "l.plan", "--yes"))
			x.mark()
			want := before + said.Effort.Updates + 2*3
			testbed.Eventually(t, testbed.Patience, func() error {
				if got := x.heard(); got != want {
					return fmt.Errorf("foretold %d updates, and %d are heard", said.Effort.Updates, got-before-2*3)
				}
				return nil
			})
			t.Logf("foretold and heard: %d updates, %d of them again", said.Effort.Updates, said.Effort.Again)
		})
	}
}

// talk is an exchange of speakers.
type talk struct {
	t        *testing.T
	d        *testbed.Daemon
	speakers []*testbed.Speaker
}

// received waits until the route server has so many routes of members.
func (x *talk) received(want int) {
	x.t.Helper()
	testbed.Eventually(x.t, testbed.Patience, func() error {
		peers, err := x.d.Peers()
		got := 0
		for _, p := range peers {
			for _, f := range p.AfiSafis {
				got += int(f.State.GetReceived())
			}
		}
		if err == nil && got != want {
			err = fmt.Errorf("gobgpd has %d routes of %d", got, want)
		}
		return err
	})
}

// mark has the last member announce a route, and take it back. Who has heard that, has
// heard all that was told before.
func (x *talk) mark() {
	x.t.Helper()
	x.say(100, 101, 3)
	x.speakers[3].Say(bgp.NewBGPUpdateMessage([]*bgp.IPAddrPrefix{bgp.NewIPAddrPrefix(16, "20.100.0.0")}, nil, nil))
}

// say has a member announce 20.from.0.0/16 and on.
func (x *talk) say(from, to, member int, more ...filters.ASN) {
	x.t.Helper()
	var all []netip.Prefix
	for i := from; i < to; i++ {
		all = append(all, netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(i), 0, 0}), 16))
	}
	x.speakers[member].SayAll(all, append([]filters.ASN{filters.ASN(64496 + member)}, more...)...)
}

func (x *talk) heard() int {
	n := 0
	for _, s := range x.speakers {
		h := s.Heard()
		n += h.Announced + h.Withdrawn
	}
	return n
}
