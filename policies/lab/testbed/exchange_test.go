package testbed_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// compare holds netip values against each other by ==.
var compare = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

func countPrefixes(s ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, p := range s {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

func TestRoutesTravelWithTheirAttributes(t *testing.T) {
	t.Parallel()
	med := uint32(7)
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{
		{ASN: 64496, Announce: []testbed.Announcement{
			{Prefix: netip.MustParsePrefix("192.0.2.0/24")},
			{
				Prefix: netip.MustParsePrefix("198.51.100.0/24"), Path: []filters.ASN{64496, 4200000001, 65010},
				MED:         &med,
				Communities: []policies.Community{64500<<16 | 1, 64500<<16 | 2},
				LargeCommunities: []policies.LargeCommunity{{Global: 4200000001, Local1: 2, Local2: 3},
					{Global: 64500, Local1: 5, Local2: 6}},
			},
			{Prefix: netip.MustParsePrefix("2001:db8:1::/48"), Path: []filters.ASN{65011}, MED: &med},
		}},
		{ASN: 4200000097, Announce: testbed.Announce("203.0.113.0/24", "2001:db8:2::/48")},
	}})
	a, b := x.Members[0], x.Members[1]

	want := []policies.Route{
		{Prefix: netip.MustParsePrefix("192.0.2.0/24"), Peer: a.Address, Path: []filters.ASN{64496}, LocalPref: 100},
		{
			Prefix: netip.MustParsePrefix("198.51.100.0/24"), Peer: a.Address,
			Path: []filters.ASN{64496, 64496, 4200000001, 65010}, LocalPref: 100, MED: &med,
			Communities: []policies.Community{64500<<16 | 1, 64500<<16 | 2},
			LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 5, Local2: 6},
				{Global: 4200000001, Local1: 2, Local2: 3}},
		},
		{Prefix: netip.MustParsePrefix("2001:db8:1::/48"), Peer: a.Address, Path: []filters.ASN{64496, 65011},
			LocalPref: 100, MED: &med},
	}
	if diff := cmp.Diff(want, b.Routes(), compare); diff != "" {
		t.Errorf("held by %v (-want +got):\n%s", b.Address, diff)
	}
	want = []policies.Route{
		{Prefix: netip.MustParsePrefix("203.0.113.0/24"), Peer: b.Address, Path: []filters.ASN{4200000097},
			LocalPref: 100},
		{Prefix: netip.MustParsePrefix("2001:db8:2::/48"), Peer: b.Address, Path: []filters.ASN{4200000097},
			LocalPref: 100},
	}
	if diff := cmp.Diff(want, a.Routes(), compare); diff != "" {
		t.Errorf("held by %v (-want +got):\n%s", a.Address, diff)
	}

	a.Withdraw(countPrefixes("192.0.2.0/24", "2001:db8:1::/48")...)
	a.Announce(testbed.Announce("192.0.2.128/25")...)
	x.Settle()
	if diff := cmp.Diff(countPrefixes("192.0.2.128/25", "198.51.100.0/24"), b.Prefixes(), compare); diff != "" {
		t.Errorf("held by %v after withdrawals (-want +got):\n%s", b.Address, diff)
	}
}

const refuseBlock = `
[[defined-sets.prefix-sets]]
prefix-set-name = "block"
[[defined-sets.prefix-sets.prefix-list]]
ip-prefix = "198.51.100.0/24"
masklength-range = "24..32"

[[policy-definitions]]
name = "operator"
[[policy-definitions.statements]]
name = "operator-refuses"
[policy-definitions.statements.conditions.match-prefix-set]
prefix-set = "block"
match-set-options = "any"
[policy-definitions.statements.actions]
route-disposition = "reject-route"
`

const refuseBlockYAML = `
defined-sets:
  prefix-sets:
  - prefix-set-name: block
    prefix-list: [{ip-prefix: 198.51.100.0/24, masklength-range: 24..32}]
policy-definitions:
- name: operator
  statements:
  - name: operator-refuses
    conditions: {match-prefix-set: {prefix-set: block, match-set-options: any}}
    actions: {route-disposition: reject-route}
`

const refuseBlockJSON = `{
  "defined-sets": {"prefix-sets": [{"prefix-set-name": "block", "prefix-list": [{"ip-prefix": "198.51.100.0/24", "masklength-range": "24..32"}]}]},
  "policy-definitions": [{"name": "operator", "statements": [{"name": "operator-refuses",
    "conditions": {"match-prefix-set": {"prefix-set": "block", "match-set-options": "any"}}, "actions": {"route-disposition": "reject-route"}}]}]
}`

func TestPoliciesFromEachFormat(t *testing.T) {
	t.Parallel()
	for format, policy := range map[testbed.Format]string{testbed.TOML: refuseBlock, testbed.YAML: refuseBlockYAML,
		testbed.JSON: refuseBlockJSON} {
		t.Run(format.String(), func(t *testing.T) {
			t.Parallel()
			x := testbed.Exchange(t, testbed.Config{Format: format, Policy: policy, Members: []testbed.MemberConfig{
				{ASN: 64496, Import: []string{"operator"},
					Announce: testbed.Announce("198.51.100.0/25", "192.0.2.0/24")},
				{ASN: 64497},
			}})
			if diff := cmp.Diff(countPrefixes("192.0.2.0/24"), x.Members[1].Prefixes(), compare); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDaemonIsStoppedKilledAndRestarted(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{
		{ASN: 64496, Announce: testbed.Announce("192.0.2.0/24")},
		{ASN: 64497},
	}})
	holder := x.Members[1]

	x.Daemon.Stop()
	x.Daemon.Continue()
	x.Daemon.Kill()
	if x.Daemon.Ended() == nil {
		t.Error("a killed daemon runs")
	}
	holder.WaitDown()
	holder.Holds()
	x.Daemon.Restart()
	holder.WaitEstablished()
	holder.Holds(countPrefixes("192.0.2.0/24")...)
}

func TestReloadReadsTheFile(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{
		Policy: "[[policy-definitions]]\nname = \"operator\"\n",
		Members: []testbed.MemberConfig{
			{ASN: 64496, Import: []string{"operator"}, Announce: testbed.Announce("198.51.100.0/25", "192.0.2.0/24")},
			{ASN: 64497},
		},
	})
	holder := x.Members[1]
	holder.Holds(countPrefixes("198.51.100.0/25", "192.0.2.0/24")...)
	rest := x.Daemon.Config()[len("[[policy-definitions]]\nname = \"operator\"\n"):]
	x.Daemon.Write(append([]byte(refuseBlock), rest...))
	x.Daemon.Reload()
	x.Settle()
	if diff := cmp.Diff(countPrefixes("192.0.2.0/24"), holder.Prefixes(), compare); diff != "" {
		t.Errorf("held after the reload (-want +got):\n%s", diff)
	}
}
