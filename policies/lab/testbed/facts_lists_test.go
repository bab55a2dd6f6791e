package testbed_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/lab/testbed"
)

// assigned returns a client's list and default of one direction, as gobgpd lists them.
func assigned(t *testing.T, d *testbed.Daemon, client netip.Addr, direction api.PolicyDirection) string {
	t.Helper()
	for _, a := range assignments(t, d) {
		if a.Name == client.String() && a.Direction == direction {
			names := []string{}
			for _, p := range a.Policies {
				names = append(names, p.Name)
			}
			return fmt.Sprint(names, " ", a.DefaultAction)
		}
	}
	return "none"
}

// setAssignment asks gobgpd for a list and a default.
func setAssignment(t *testing.T, d *testbed.Daemon, client netip.Addr, direction api.PolicyDirection,
	action api.RouteAction, names ...string) error {
	t.Helper()
	a := &api.PolicyAssignment{Name: client.String(), Direction: direction, DefaultAction: action}
	for _, name := range names {
		a.Policies = append(a.Policies, &api.Policy{Name: name})
	}
	_, err := d.API().SetPolicyAssignment(t.Context(), &api.SetPolicyAssignmentRequest{Assignment: a})
	return err
}

// ours is a definition that a reload loses.
const ours = "[[policy-definitions]]\nname = \"ours\"\n"

// A reload that does not define one policy of a list loses all of that list and its
// default: everything is rejected. The next one, which defines it again, brings neither
// back: the list is empty, and the default accepts, whatever it was.
func TestFactReloadLosesLists(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{
		Policy: policy(prefixSet("bogons", "10.0.0.0/8 8..32"), matchPrefix("bogons", "any")+refuse) + ours,
		Members: []testbed.MemberConfig{
			{ASN: 64496, Import: []string{"ours", "fact"}, ImportDefault: testbed.Reject,
				Announce: testbed.Announce("10.1.0.0/16", "20.1.0.0/16")},
			{ASN: 64497},
		},
	})
	client := x.Members[0].Address
	x.Members[1].Holds()
	whole := string(x.Daemon.Config())
	x.Daemon.Write([]byte(strings.Replace(whole, ours, "", 1)))
	x.Daemon.Reload()
	if got := assigned(t, x.Daemon, client, api.PolicyDirection_IMPORT); got != "[] NONE" {
		t.Errorf("GoBGP v3.37.0 did otherwise: without the definition the list is %s", got)
	}
	x.Daemon.Write([]byte(whole))
	x.Daemon.Reload()
	if got := assigned(t, x.Daemon, client, api.PolicyDirection_IMPORT); got != "[] ACCEPT" {
		t.Errorf("GoBGP v3.37.0 did otherwise: with the definition back the list is %s", got)
	}
	x.Members[1].Holds(countPrefixes("10.1.0.0/16", "20.1.0.0/16")...)
}

// SetPolicyAssignment gives a client a list and a default by one call, and NONE leaves the
// default as it is. A policy that is not defined, or stands twice, has it refused, and then
// neither is changed.
func TestFactAssignmentIsOneCall(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Policy: policy("") + ours, Members: []testbed.MemberConfig{{ASN: 64496}}})
	client, in := x.Members[0].Address, api.PolicyDirection_IMPORT
	for _, step := range []struct {
		action  api.RouteAction
		names   []string
		refused bool
		want    string
	}{
		{api.RouteAction_REJECT, []string{"ours", "fact"}, false, "[ours fact] REJECT"},
		{api.RouteAction_NONE, []string{"fact"}, false, "[fact] REJECT"},
		{api.RouteAction_ACCEPT, []string{"ours", "absent"}, true, "[fact] REJECT"},
		{api.RouteAction_ACCEPT, []string{"ours", "ours"}, true, "[fact] REJECT"},
		{api.RouteAction_ACCEPT, nil, false, "[] ACCEPT"},
	} {
		if err := setAssignment(t, x.Daemon, client, in, step.action, step.names...); (err != nil) != step.refused {
			t.Errorf("GoBGP v3.37.0 did otherwise: %v %v: %v", step.names, step.action, err)
		}
		if got := assigned(t, x.Daemon, client, in); got != step.want {
			t.Errorf("GoBGP v3.37.0 did otherwise: after %v %v it is %s, and not %s", step.names, step.action, got,
				step.want)
		}
	}
}

// What an export list refuses, and the client was sent before it had that list, is not
// taken back by a soft reset in either direction. What it was refused before, and may have
// now, is sent by a soft reset out.
func TestFactExportListLeavesWhatWasSent(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{
		Policy: policy(prefixSet("bogons", "10.0.0.0/8 8..32")+prefixSet("refused", "20.0.0.0/8 8..32"),
			matchPrefix("bogons", "any")+refuse) +
			"[[policy-definitions]]\nname = \"before\"\n[[policy-definitions.statements]]\nname = \"before\"\n" +
			matchPrefix("refused", "any") + refuse,
		Members: []testbed.MemberConfig{
			{ASN: 64496, Announce: testbed.Announce("10.1.0.0/16", "20.1.0.0/16", "30.1.0.0/16")},
			{ASN: 64497},
			{ASN: 64498, Export: []string{"before"}},
		},
	})
	soft := func(client netip.Addr, direction api.ResetPeerRequest_SoftResetDirection) {
		t.Helper()
		if _, err := x.Daemon.API().ResetPeer(t.Context(),
			&api.ResetPeerRequest{Address: client.String(), Soft: true, Direction: direction}); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range x.Members[1:] {
		if err := setAssignment(t, x.Daemon, m.Address, api.PolicyDirection_EXPORT, api.RouteAction_ACCEPT,
			"fact"); err != nil {
			t.Fatal(err)
		}
	}
	soft(x.Members[0].Address, api.ResetPeerRequest_IN)
	x.Settle()
	x.Members[2].Holds(countPrefixes("10.1.0.0/16", "30.1.0.0/16")...)
	for _, m := range x.Members[1:] {
		soft(m.Address, api.ResetPeerRequest_OUT)
	}
	x.Settle()
	for _, m := range x.Members[1:] {
		if diff := cmp.Diff(countPrefixes("10.1.0.0/16", "20.1.0.0/16", "30.1.0.0/16"), m.Prefixes(),
			compare); diff != "" {
			t.Errorf("GoBGP v3.37.0 did otherwise; %v holds (-want +got):\n%s", m.Address, diff)
		}
	}
}
