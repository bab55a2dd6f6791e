package plan_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/plan"
)

// Row 55: neighbors that are no route-server clients are out of reach; that there is
// nobody else, or that a global list names a policy of ours, is in the way of a plan, and
// of nothing that leads back.
func TestReach(t *testing.T) {
	neighbor := func(last byte, client bool) plan.Client {
		return plan.Client{Address: netip.AddrFrom4([4]byte{127, 0, 0, last}), ASN: 65000, RouteServer: client,
			Import: plan.Assignment{Default: plan.Accept}, Export: plan.Assignment{Default: plan.Accept}}
	}
	for _, test := range []struct {
		name      string
		clients   []plan.Client
		in, out   []string // the global lists
		groups    map[string]plan.Group
		reach     int // neighbors out of it
		obstacles []string
		drift     []string
	}{
		{name: "clients alone", clients: []plan.Client{neighbor(2, true), neighbor(3, true)}},
		{name: "one is none", clients: []plan.Client{neighbor(2, true), neighbor(3, false)}, reach: 1},
		{
			name: "all are none", clients: []plan.Client{neighbor(2, false), neighbor(3, false), neighbor(4, false),
				neighbor(5, false), neighbor(6, false)}, reach: 5,
			obstacles: []string{"neighbors: none is a route-server client, and nothing would be treated: 127.0.0.2 " +
				"AS65000, 127.0.0.3 AS65000, 127.0.0.4 AS65000, 2 more"},
			drift: []string{"neighbor *: no neighbor is a route-server client: nothing is treated"},
		},
		{
			name: "nobody", obstacles: []string{"neighbors: there are none: nothing would be treated"},
			drift: []string{"neighbor *: no neighbor is a route-server client: nothing is treated"},
		},
		{name: "dynamic neighbors, none of them there", groups: map[string]plan.Group{"members": {RouteServer: true}}},
		{name: "the operator's policies in the global lists", clients: []plan.Client{neighbor(2, true)},
			in: []string{"in"}, out: []string{"out"}},
		{
			name: "ours in the global lists", clients: []plan.Client{neighbor(2, true), neighbor(3, false)}, reach: 1,
			in: []string{"in", policies.ImportPolicy}, out: []string{policies.ExportPolicy, policies.ImportPolicy},
			obstacles: []string{
				"import assignment global: names depeer, which would act on neighbors that are no route-server clients",
				"export assignment global: names depeer-export, which would act on neighbors that are no " +
					"route-server clients",
				"export assignment global: names depeer, which would act on neighbors that are no route-server clients",
			},
			drift: []string{
				"import assignment global: has depeer: it acts on neighbors that are no route-server clients",
				"export assignment global: has depeer-export: it acts on neighbors that are no route-server clients",
				"export assignment global: has depeer: it acts on neighbors that are no route-server clients",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &plan.State{Groups: test.groups, Clients: test.clients,
				GlobalImport: plan.Assignment{Policies: test.in}, GlobalExport: plan.Assignment{Policies: test.out},
				Import: []string{}, Export: []string{}}
			if got := len(s.OutOfReach()); got != test.reach {
				t.Errorf("%d out of reach, want %d", got, test.reach)
			}
			var obstacles, drift []string
			for _, o := range s.ReachObstacles() {
				obstacles = append(obstacles, fmt.Sprintf("%s: %s", o.Object, o.Why))
			}
			for _, d := range plan.ReachDrift(s) {
				drift = append(drift, fmt.Sprintf("%s: %s", d.Object, d.What))
			}
			if diff := cmp.Diff(test.obstacles, obstacles); diff != "" {
				t.Errorf("obstacles (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.drift, drift); diff != "" {
				t.Errorf("drift (-want +got):\n%s", diff)
			}
			clear := &plan.Plan{ID: "x", Clear: true, Change: *plan.Clear(s, "x")}
			back := &plan.Plan{ID: "x", Change: plan.Change{Old: &policies.RoutingPolicy{},
				New: &policies.RoutingPolicy{}}}
			if len(clear.Obstacles(s))+len(back.Obstacles(s)) != 0 {
				t.Errorf("in the way of clear %v, of rollback %v", clear.Obstacles(s), back.Obstacles(s))
			}
		})
	}
}
