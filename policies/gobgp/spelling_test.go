package gobgp_test

import (
	"net/netip"
	"slices"
	"testing"

	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// A neighbor whose address the operator has spelled in another way than netip does.
func TestSpelling(t *testing.T) {
	neighbor := `
[[neighbors]]
config = {neighbor-address = "2001:DB8:0::A", peer-as = 64999}
transport.config.passive-mode = true
route-server.config.route-server-client = true
afi-safis = [{config.afi-safi-name = "ipv6-unicast"}]
`
	d := testbed.Gobgpd(t, testbed.Config{Policy: string(gobgpconf.Anchor(gobgpconf.TOML)) + neighbor})
	c := dialTarget(t, d)
	address := netip.MustParseAddr("2001:db8::a")
	lists := func() []string {
		s, err := c.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, client := range s.Clients {
			if client.Address == address {
				return client.Import.Policies
			}
		}
		t.Fatalf("no client %s in %v", address, s.Clients)
		return nil
	}
	lists()
	for _, call := range []plan.Call{
		{Verb: plan.Assign, Client: address, Import: true, Policies: []string{"depeer"}},
		{Verb: plan.Reset, Client: address},
		{Verb: plan.ShutSession, Client: address},
		{Verb: plan.OpenSession, Client: address},
	} {
		if err := c.Do(t.Context(), call); err != nil {
			t.Errorf("%v", err)
		}
	}
	if got := lists(); !slices.Equal(got, []string{"depeer"}) {
		t.Errorf("its list is %q", got)
	}
	for _, err := range c.Received(t.Context(), address) {
		t.Errorf("received: %v", err)
	}
}
