package plan_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/plan"
)

// What the operator's statements around ours do to what a policy gives and matches is found,
// with the members in whose lists they stand, and nothing else is.
func TestInterferences(t *testing.T) {
	first, second := netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("127.0.0.3")
	med, pref := uint32(30), uint32(100)
	same := uint32(50)
	chosen := []netip.Addr{second}
	tag := policies.LargeCommunity{Global: 64500, Local1: 66601, Local2: 7}
	want := &policies.RoutingPolicy{
		Sets: []policies.Set{
			{Name: "depeer/deprefer/as-path/1",
				Elements: policies.ASPaths{{ASN: 65001, Where: filters.Neighbor},
					{ASN: 65009, Where: filters.Path}}},
			{Name: "depeer/choosers/neighbor/1", Elements: policies.Neighbors(chosen)},
		},
		Import: []policies.Statement{
			{Conditions: policies.Conditions{ASPathSet: policies.Condition{Set: "depeer/deprefer/as-path/1"}},
				Actions: policies.Actions{
					LocalPref: 50, MED: &med, Prepend: 2, Communities: []policies.Community{64500<<16 | 64661},
					// and a mark
					AddLargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1},
						{Global: 64500, Local1: 66600, Local2: 1}},
				}},
			{Conditions: policies.Conditions{PrefixSet: policies.Condition{Set: "depeer/choice-ours/prefix4/1"}},
				Actions: policies.Actions{AddLargeCommunities: []policies.LargeCommunity{tag}}},
		},
		Export: []policies.Statement{{
			Conditions: policies.Conditions{NeighborSet: policies.Condition{Set: "depeer/choosers/neighbor/1"}},
			Actions:    policies.Actions{Communities: []policies.Community{64500<<16 | 64662}},
		}},
	}
	const before, behind = false, true
	for name, test := range map[string]struct {
		export, behind bool
		statement      plan.OperatorStatement
		want           []string // what, and the members: both unless it says one
		one            netip.Addr
	}{
		"adds, and accepts": {behind: behind,
			statement: plan.OperatorStatement{OnLarge: plan.CommunityChange{Adds: []string{"64500:1:1"}},
				Decision: plan.Accept}},
		"prepends behind": {behind: behind, statement: plan.OperatorStatement{Prepend: 65550}},
		"sets local-pref": {behind: behind, statement: plan.OperatorStatement{LocalPref: &pref},
			want: []string{"sets local-pref 100 over local-pref 50, which deprefer gives, behind depeer"}},
		"sets it where": {behind: behind,
			statement: plan.OperatorStatement{LocalPref: &pref, Conditional: true},
			want: []string{"sets local-pref 100 over local-pref 50, which deprefer gives, behind depeer, where " +
				"its own conditions match"}},
		"sets the same":          {behind: behind, statement: plan.OperatorStatement{LocalPref: &same}},
		"sets local-pref before": {behind: before, statement: plan.OperatorStatement{LocalPref: &pref}},
		"replaces MED": {behind: behind,
			statement: plan.OperatorStatement{MED: plan.MEDChange{Replaces: true, Value: 0}},
			want:      []string{"sets MED 0 over MED 30, which deprefer gives, behind depeer"}},
		"adds to MED": {behind: behind,
			statement: plan.OperatorStatement{MED: plan.MEDChange{Value: -5}},
			want:      []string{"adds -5 to MED 30, which deprefer gives, behind depeer"}},
		"adds nothing to MED": {behind: behind, statement: plan.OperatorStatement{MED: plan.MEDChange{}}},
		"removes communities": {behind: behind,
			statement: plan.OperatorStatement{OnCommunities: plan.CommunityChange{Removes: []string{"^64500:.*$"}}},
			want:      []string{"removes community 64500:64661, which deprefer gives, behind depeer"}},
		"removes others": {behind: behind,
			statement: plan.OperatorStatement{OnCommunities: plan.CommunityChange{Removes: []string{"^64501:.*$"}},
				OnLarge: plan.CommunityChange{Removes: []string{"^64500:66600:.*$"}}}},
		"replaces communities": {behind: behind,
			statement: plan.OperatorStatement{OnCommunities: plan.CommunityChange{Replaces: true,
				Adds: []string{"64500:1"}}}, want: []string{"replaces communities, and takes off community " +
				"64500:64661, which deprefer gives, behind depeer"}},
		"removes tags": {behind: behind,
			statement: plan.OperatorStatement{OnLarge: plan.CommunityChange{Removes: []string{"^64500:66601:.*$"}}},
			want:      []string{"removes the tags that members' choices are acted on by, behind depeer"}},
		"removes tags before export": {export: true,
			statement: plan.OperatorStatement{OnLarge: plan.CommunityChange{Removes: []string{"^64500:66601:.*$"}}},
			want:      []string{"removes the tags that members' choices are acted on by, before depeer-export"}},
		"tags are off behind export": {export: true, behind: behind,
			statement: plan.OperatorStatement{OnLarge: plan.CommunityChange{Removes: []string{"^64500:66601:.*$"}}}},
		"blackholes": {behind: behind,
			statement: plan.OperatorStatement{AsksLarge: plan.AnyOf, Large: []string{"^64500:666:.*$"},
				Conditional: true, Decision: plan.Reject},
			want: []string{"matches large community 64500:666:1, which deprefer gives, behind depeer, and refuses " +
				"the route"}},
		"leaves out": {behind: behind,
			statement: plan.OperatorStatement{AsksLarge: plan.NoneOf, Large: []string{"^64500:666:1$"},
				Conditional: true, Decision: plan.Accept},
			want: []string{"leaves routes out that have large community 64500:666:1, which deprefer gives, behind " +
				"depeer, and accepts"}},
		"looks at path length": {behind: behind,
			statement: plan.OperatorStatement{AsksPathLength: true, Conditional: true, Decision: plan.Reject},
			want: []string{"looks at the length of AS paths, and so at the prepend of deprefer, behind depeer, " +
				"and refuses the route"}},
		"undoes a choice": {export: true, behind: behind, one: second,
			statement: plan.OperatorStatement{OnCommunities: plan.CommunityChange{Removes: []string{"^64500:64662$"}}},
			want:      []string{"removes community 64500:64662, which a choice gives, behind depeer-export"}},
		"prepends before": {behind: before, one: first, statement: plan.OperatorStatement{Prepend: 65550},
			want: []string{"prepends AS65550 before depeer: match: neighbor of AS65001 cannot hold there"}},
		"prepends the leftmost": {behind: before, statement: plan.OperatorStatement{PrependLeftmost: true}},
		"prepends what is listed": {behind: before, one: second,
			statement: plan.OperatorStatement{Prepend: 65009, AsksNeighbor: plan.AnyOf,
				Neighbors: []netip.Prefix{netip.PrefixFrom(second, 32)}},
			want: []string{"prepends AS65009 before depeer: matches of AS65009 take every route that it is prepended to"}},
		"is about another member": {behind: behind, one: first,
			statement: plan.OperatorStatement{LocalPref: &pref, AsksNeighbor: plan.NoneOf,
				Neighbors: []netip.Prefix{netip.PrefixFrom(second, 32)}},
			want: []string{"sets local-pref 100 over local-pref 50, which deprefer gives, behind depeer"}},
	} {
		t.Run(name, func(t *testing.T) {
			test.statement.Name = "statement"
			s := &plan.State{Operator: map[string][]plan.OperatorStatement{"op": {test.statement}}}
			ours, direction := policies.ImportPolicy, "import"
			if test.export {
				ours, direction = policies.ExportPolicy, "export"
			}
			list := []string{"op", ours}
			if test.behind {
				list = []string{ours, "op"}
			}
			for i, address := range []netip.Addr{first, second} {
				c := plan.Client{Address: address, ASN: filters.ASN(65001 + i), RouteServer: true}
				if test.export {
					c.Export.Policies = list
				} else {
					c.Import.Policies = list
				}
				s.Clients = append(s.Clients, c)
			}
			members := []netip.Addr{first, second}
			if test.one.IsValid() {
				members = []netip.Addr{test.one}
			}
			wanted := []plan.Interference{}
			for _, what := range test.want {
				wanted = append(wanted, plan.Interference{Policy: "op", Statement: "statement", What: what,
					Direction: direction, Members: members})
			}
			got := s.Interferences(want)
			for i := range got {
				got[i].Undoes = false
			}
			if diff := cmp.Diff(wanted, got, cmpopts.EquateComparable(netip.Addr{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What is never asked does nothing: behind what decides about every route.
func TestInterferenceOfWhatIsNeverAsked(t *testing.T) {
	pref := uint32(100)
	s := &plan.State{
		Operator: map[string][]plan.OperatorStatement{"op": {{Name: "end", Decision: plan.Accept},
			{Name: "pref", LocalPref: &pref}}},
		// ours is put in front
		Clients: []plan.Client{{Address: netip.MustParseAddr("127.0.0.2"), RouteServer: true,
			Import: plan.Assignment{Policies: []string{"op"}}}},
	}
	want := &policies.RoutingPolicy{Import: []policies.Statement{{Actions: policies.Actions{LocalPref: 50}}}}
	if got := s.Interferences(want); len(got) > 0 {
		t.Errorf("%+v", got)
	}
	s.Operator["op"][0].Decision = plan.None
	if got := s.Interferences(want); len(got) != 1 || !got[0].Undoes {
		t.Errorf("%+v", got)
	}
}
