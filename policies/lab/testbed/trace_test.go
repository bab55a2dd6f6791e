package testbed_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/policies/lab/testbed"
)

// BIRD's log says what a member is told, and what is taken back.
func TestTrace(t *testing.T) {
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496,
		Announce: testbed.Announce("20.1.0.0/16")}, {ASN: 64497}}})
	m := x.Members[1]
	m.Trace()
	since := m.Logged()
	x.Members[0].Announce(testbed.Announce("20.2.0.0/16", "2a00:1::/32")...)
	x.Settle()
	x.Members[0].Withdraw(testbed.Announce("20.2.0.0/16")[0].Prefix)
	x.Settle()
	want := []testbed.Told{
		{Prefix: netip.MustParsePrefix("20.2.0.0/16")}, {Prefix: netip.MustParsePrefix("2a00:1::/32")},
		{Prefix: netip.MustParsePrefix("20.2.0.0/16"), Gone: true},
	}
	if diff := cmp.Diff(want, m.Told(since), cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
