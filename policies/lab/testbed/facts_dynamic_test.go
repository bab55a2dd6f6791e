package testbed_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/lab/testbed"
)

// guests is a peer group that takes in whoever comes from loopback, with its list of import.
func guests(list string) string {
	return fmt.Sprintf(`
[[peer-groups]]
config = {peer-group-name = "guests", peer-as = 64496}
route-server.config = {route-server-client = true}
transport.config = {passive-mode = true}
apply-policy.config = {import-policy-list = [%s], default-import-policy = "accept-route", default-export-policy = "accept-route"}
[[peer-groups.afi-safis]]
config.afi-safi-name = "ipv4-unicast"
[[peer-groups.afi-safis]]
config.afi-safi-name = "ipv6-unicast"
[[dynamic-neighbors]]
config = {prefix = "127.0.0.0/8", peer-group = "guests"}
`, list)
}

// A dynamic neighbor takes its lists from its peer group when its session comes up, and
// keeps them: a group that is edited and reloaded changes nothing until then. A list can be
// given to it live, without its session noticing; with the session, that is gone.
func TestFactDynamicNeighborKeepsItsLists(t *testing.T) {
	t.Parallel()
	sets := prefixSet("listed", "10.0.0.0/16 16..16")
	x := testbed.Exchange(t, testbed.Config{
		Policy: policy(sets, matchPrefix("listed", "any")+refuse) + "[[policy-definitions]]\nname = \"other\"\n",
		Members: []testbed.MemberConfig{
			{ASN: 64496, Dynamic: true, Announce: testbed.Announce("10.0.0.0/16", "10.1.0.0/16")},
			{ASN: 64497},
		},
		Edit: func(file []byte) []byte { return append(file, guests(`"fact"`)...) },
	})
	guest, other := x.Members[0], x.Members[1]
	is := func(when string, live, group, held []string) {
		t.Helper()
		x.Settle()
		if diff := cmp.Diff(live, importOf(t, x.Daemon, guest.Address.String())); diff != "" {
			t.Errorf("%s: list of the session (-want +got):\n%s", when, diff)
		}
		if diff := cmp.Diff(group, importOfGroup(t, x.Daemon)); diff != "" {
			t.Errorf("%s: list of the group (-want +got):\n%s", when, diff)
		}
		var got []string
		for _, p := range other.Prefixes() {
			got = append(got, p.String())
		}
		if diff := cmp.Diff(held, got); diff != "" {
			t.Errorf("%s: held (-want +got):\n%s", when, diff)
		}
	}
	all, clean := []string{"10.0.0.0/16", "10.1.0.0/16"}, []string{"10.1.0.0/16"}
	is("session is up", []string{"fact"}, []string{"fact"}, clean)

	assign(t, x.Daemon, guest.Address.String(), "other")
	softReset(t, x.Daemon, guest.Address.String())
	is("another list live", []string{"other"}, []string{"fact"}, all)
	assign(t, x.Daemon, guest.Address.String(), "fact", "other")
	softReset(t, x.Daemon, guest.Address.String())
	is("back", []string{"fact", "other"}, []string{"fact"}, clean)
	if n := ups(x.Daemon, guest); n != 1 {
		t.Errorf("the session came up %d times: it noticed that its list was another one", n)
	}
	bounce(guest)
	is("bounced", []string{"fact"}, []string{"fact"}, clean)

	x.Daemon.Write(bytes.Replace(x.Daemon.Config(), []byte(guests(`"fact"`)), []byte(guests(`"other"`)), 1))
	x.Daemon.Reload()
	softReset(t, x.Daemon, guest.Address.String())
	is("group edited", []string{"fact"}, []string{"other"}, clean)
	bounce(guest)
	is("group edited, and bounced", []string{"other"}, []string{"other"}, all)
}

// ups counts how often the session of a member came up.
func ups(d *testbed.Daemon, m *testbed.Member) int {
	return bytes.Count(d.Log(), []byte(`msg="Peer Up" Key=`+m.Address.String()+" "))
}

// bounce has a member end its session, and begin a new one.
func bounce(m *testbed.Member) {
	m.Leave()
	m.WaitDown()
	m.Return()
	m.WaitEstablished()
}

// importOf returns the list of import policies of a client.
func importOf(t *testing.T, d *testbed.Daemon, client string) []string {
	t.Helper()
	stream, err := d.API().ListPolicyAssignment(t.Context(),
		&api.ListPolicyAssignmentRequest{Name: client, Direction: api.PolicyDirection_IMPORT})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return namesOf(answer.Assignment)
}

// importOfGroup returns that of the one peer group.
func importOfGroup(t *testing.T, d *testbed.Daemon) []string {
	t.Helper()
	stream, err := d.API().ListPeerGroup(t.Context(), &api.ListPeerGroupRequest{})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := stream.Recv()
	if err != nil {
		t.Fatal(err)
	}
	return namesOf(answer.PeerGroup.ApplyPolicy.ImportPolicy)
}

func namesOf(a *api.PolicyAssignment) []string {
	names := []string{}
	for _, p := range a.Policies {
		names = append(names, p.Name)
	}
	return names
}

// assign gives a client a list of import policies.
func assign(t *testing.T, d *testbed.Daemon, client string, names ...string) {
	t.Helper()
	a := &api.PolicyAssignment{Name: client, Direction: api.PolicyDirection_IMPORT}
	for _, name := range names {
		a.Policies = append(a.Policies, &api.Policy{Name: name})
	}
	if _, err := d.API().SetPolicyAssignment(t.Context(), &api.SetPolicyAssignmentRequest{Assignment: a}); err != nil {
		t.Fatal(err)
	}
}

func softReset(t *testing.T, d *testbed.Daemon, client string) {
	t.Helper()
	if _, err := d.API().ResetPeer(t.Context(),
		&api.ResetPeerRequest{Address: client, Soft: true, Direction: api.ResetPeerRequest_IN}); err != nil {
		t.Fatal(err)
	}
}
