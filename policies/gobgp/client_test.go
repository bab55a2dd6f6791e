package gobgp_test

import (
	"context"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/build"
	"depeer/policies/gobgp"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// equal compares values of netip by ==.
var equal = cmp.Options{
	cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
	cmp.Comparer(func(a, b netip.Addr) bool { return a == b }),
	cmpopts.EquateEmpty(),
	cmpopts.IgnoreFields(policies.Route{}, "Size"), // wire_test.go compares sizes
}

// anchor is the definitions that an operator pastes.
const anchor = "[[policy-definitions]]\nname = \"depeer\"\n[[policy-definitions]]\nname = \"depeer-export\"\n"

// dialTarget connects to a daemon of the rig.
func dialTarget(t testing.TB, d *testbed.Daemon) *gobgp.Client {
	t.Helper()
	c, err := gobgp.Dial(t.Context(), gobgp.Options{Address: "unix://" + d.Socket})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func state(t testing.TB, c *gobgp.Client) *plan.State {
	t.Helper()
	s, err := c.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func do(t testing.TB, c *gobgp.Client, calls ...plan.Call) {
	t.Helper()
	for _, call := range calls {
		if err := c.Do(context.Background(), call); err != nil {
			t.Fatal(err)
		}
	}
}

// built is what build.Policy makes of filters that meet: one that refuses and two that
// change all that can be changed, so that there are marks.
func built(entries ...string) *policies.RoutingPolicy {
	med := uint32(7)
	treatments := []policies.Treatment{
		{Name: "depeer", Reject: true},
		{
			Name: "deprefer", LocalPref: 50, MED: &med, Prepend: 2,
			Communities:      []policies.Community{64500<<16 | 1},
			LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}},
		},
		{Name: "tag", LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 2}}},
	}
	var c filters.Compiled
	for i, t := range treatments {
		f := filters.Filter{Treatment: t.Name}
		for _, e := range entries[min(i, len(entries)):min(i+1, len(entries))] {
			f.Prefixes.IPv4 = []filters.Entry{{Prefix: netip.MustParsePrefix(e), Min: 24, Max: 32}}
		}
		f.Prefixes.IPv6 = []filters.Entry{{Prefix: netip.MustParsePrefix("2001:db8::/32"), Min: 32, Max: 48 + uint8(i)}}
		f.ASNs = []filters.ASMatch{{ASN: 65001 + filters.ASN(i), Where: filters.Where(i % 3)}}
		f.Groups = []filters.Group{{ASNs: []filters.ASN{65101}, Except: []filters.ASN{65102 + filters.ASN(i)}}}
		c.Filters = append(c.Filters, f)
	}
	return build.Policy(&c, treatments, 64500)
}

func deletePeer(a netip.Addr) *api.DeletePeerRequest {
	return &api.DeletePeerRequest{Address: a.String()}
}
