package testbed_test

import (
	"bytes"
	"fmt"
	"testing"

	"depeer/policies/lab/testbed"
)

// When a client lists an Adj-RIB-In with enable_filtered, gobgpd writes back what its
// policies have made of the routes. They are treated again by the next listing and the next soft
// reset, and grow. The daemon's own soft reset heals nothing; the member's does, and so
// does a reset of the session (osrg/gobgp#3516, mended after v4.8.0).
func TestFactFilteredListingWritesBack(t *testing.T) {
	t.Parallel()
	const treating = "actions.bgp-actions.set-as-path-prepend = {repeat-n = 2, as = " +
		"\"last-as\"}\nactions.bgp-actions.set-local-pref = 50\n"
	x := testbed.Exchange(t, testbed.Config{
		Policy: policy("", treating),
		Edit: func(file []byte) []byte { // usually gobgpd keeps a session down for 30 seconds after a reset
			const next = "[neighbors.transport.config]"
			return bytes.ReplaceAll(file, []byte(next),
				[]byte("[neighbors.timers.config]\nidle-hold-time-after-reset = 1\n"+next))
		},
		Members: []testbed.MemberConfig{
			{ASN: 65002, Import: []string{"fact"}, Announce: []testbed.Announcement{along("208.66.192.0/22", 27595)}},
			{ASN: 64497, LocalPref: true},
		},
	})
	member := x.Members[0]
	// holds waits until the receiver holds the path with the announcer so often in front,
	// and this local preference.
	holds := func(when string, times int, localPref uint32) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error {
			routes := x.Members[1].Routes()
			if len(routes) != 1 || len(routes[0].Path) != times+1 || routes[0].LocalPref != localPref {
				return fmt.Errorf("GoBGP v3.37.0 did otherwise; %s, the receiver holds %+v, want AS65002 %d times "+
					"and local-pref %d", when, routes, times, localPref)
			}
			return nil
		})
	}
	glance := func(n int) {
		t.Helper()
		for range n {
			x.Daemon.ListFiltered(member.Address)
		}
	}

	holds("treated once", 3, 50)
	glance(3)
	x.Daemon.ResetSoftly(member.Address)
	holds("listed three times, and reset softly", 9, 50)
	x.Daemon.ResetSoftly(member.Address)
	x.Settle()
	holds("reset softly once more", 9, 50)

	member.AnnounceAgain()
	holds("announced again by the member", 3, 50)
	x.Daemon.ResetSoftly(member.Address)
	x.Settle()
	holds("announced again, and reset softly", 3, 50)

	glance(2)
	x.Daemon.ResetSoftly(member.Address)
	holds("listed twice more", 7, 50)
	x.Daemon.Reset(member.Address)
	holds("its session was reset", 3, 50)

	// What stands there is relayed when the policy is gone, too.
	glance(1)
	x.Daemon.Write(bytes.Replace(x.Daemon.Config(), []byte(treating), nil, 1))
	x.Daemon.Reload()
	holds("listed once, and the policy taken out", 3, 50)
	member.AnnounceAgain()
	holds("announced again without the policy", 1, 100)
}

// A LOCAL_PREF that a member sends over eBGP is kept in its Adj-RIB-In, and relayed: one
// there does not prove that a policy has set it.
func TestFactLocalPrefOfAMemberIsRelayed(t *testing.T) {
	t.Parallel()
	sent := testbed.Announce("10.0.0.0/16")[0]
	sent.LocalPref = 50
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{
		{ASN: 64496, LocalPref: true, Announce: []testbed.Announcement{sent}},
		{ASN: 64497, LocalPref: true},
	}})
	if held := x.Members[1].Routes(); len(held) != 1 || held[0].LocalPref != 50 {
		t.Errorf("GoBGP v3.37.0 did otherwise; held: %+v, want local-pref 50", held)
	}
}
