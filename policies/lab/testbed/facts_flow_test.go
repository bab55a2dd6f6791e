package testbed_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies/lab/testbed"
)

// The import policies of a client are for what it announces, not for what it is
// sent: the worked example of GoBGP's docs/sources/policy.md has it the wrong
// way round.
func TestFactImportIsFromTheClient(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{
		Policy: policy("", refuse),
		Members: []testbed.MemberConfig{
			{ASN: 64496, Import: []string{"fact"}, Announce: testbed.Announce("10.0.0.0/16")},
			{ASN: 64497, Announce: testbed.Announce("10.1.0.0/16")},
		},
	})
	if diff := cmp.Diff(countPrefixes("10.1.0.0/16"), x.Members[0].Prefixes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held by the client (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(countPrefixes(), x.Members[1].Prefixes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held by another (-want +got):\n%s", diff)
	}
}

// A client whose section has no default accepts what no policy decides. (The
// default that rejects, "none", is that of a client without an assignment.)
func TestFactNoDefaultInTheFileAccepts(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{
		{ASN: 64496, ImportDefault: testbed.Unset, Announce: testbed.Announce("10.0.0.0/16")},
		{ASN: 64497, ImportDefault: testbed.Reject, Announce: testbed.Announce("10.1.0.0/16")},
		{ASN: 64498, ExportDefault: testbed.Unset},
	}})
	if diff := cmp.Diff(countPrefixes("10.0.0.0/16"), x.Members[2].Prefixes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s", diff)
	}
}

// A list that names a policy which the file does not define loads, even with
// --config-strict, and refuses everything that the client announces: definitions
// come before lists.
func TestFactAnUndefinedPolicyRefusesEverything(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Members: []testbed.MemberConfig{
		{ASN: 64496, Import: []string{"depeer"}, Announce: testbed.Announce("10.0.0.0/16")},
		{ASN: 64497, Announce: testbed.Announce("10.1.0.0/16")},
		{ASN: 64498},
	}})
	if diff := cmp.Diff(countPrefixes("10.1.0.0/16"), x.Members[2].Prefixes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s", diff)
	}
}

// What a statement changes goes on to later policies; what it accepts does not,
// so that whoever accepts first decides for everybody behind.
func TestFactAcceptEndsTheChain(t *testing.T) {
	t.Parallel()
	first := policy(prefixSet("accepted", "10.1.0.0/16 16..32"),
		setCommunities("large-community", "add", "64500:1:1"),
		matchPrefix("accepted", "any")+"actions.route-disposition = \"accept-route\"\n")
	second := bgpSet("large-community", "changed", "^64500:1:1$") + `
[[policy-definitions]]
name = "second"
[[policy-definitions.statements]]
name = "second-0"
` + matchBGP("large-community", "changed", "any") + refuse
	x := testbed.Exchange(t, testbed.Config{
		Policy: first + second,
		Members: []testbed.MemberConfig{
			{ASN: 64496, Import: []string{"fact", "second"}, Announce: testbed.Announce("10.0.0.0/16", "10.1.0.0/16")},
			{ASN: 64497},
		},
	})
	if diff := cmp.Diff(countPrefixes("10.1.0.0/16"), x.Members[1].Prefixes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s", diff)
	}
}

// The global assignment loads, and is not asked about route-server clients.
func TestFactGlobalAssignmentIsNotForClients(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{
		Edit: func(file []byte) []byte {
			return append(file, "\n[global.apply-policy.config]\ndefault-import-policy = "+
				"\"reject-route\"\ndefault-export-policy = \"reject-route\"\n"...)
		},
		Members: []testbed.MemberConfig{{ASN: 64496, Announce: testbed.Announce("10.0.0.0/16")}, {ASN: 64497}},
	})
	if diff := cmp.Diff(countPrefixes("10.0.0.0/16"), x.Members[1].Prefixes(), compare); diff != "" {
		t.Errorf("GoBGP v3.37.0 did otherwise; held (-want +got):\n%s", diff)
	}
}
