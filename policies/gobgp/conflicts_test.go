package gobgp_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
)

// Names of ours on what we cannot have made are strange, each with a reason.
func TestStrange(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(t, d)
	policy := built("10.0.0.0/8", "11.0.0.0/8")
	change := plan.To(state(t, c), policy, "a")
	do(t, c, change.Calls()...)
	ctx, g := t.Context(), d.API()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	set := func(kind api.DefinedType, name string, list ...string) func() {
		return func() {
			must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: kind,
				Name: name, List: list}}))
		}
	}
	unset := func(kind api.DefinedType, name string) func() {
		return func() {
			must(g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: kind,
				Name: name}, All: true}))
		}
	}
	entry := func(name string) *api.DefinedSet {
		return &api.DefinedSet{Name: name, Prefixes: []*api.Prefix{{IpPrefix: "10.9.0.0/16", MaskLengthMin: 16,
			MaskLengthMax: 16}}}
	}
	add := func(s *api.Statement) func() {
		return func() { must(g.AddStatement(ctx, &api.AddStatementRequest{Statement: s})) }
	}
	remove := func(s *api.Statement, all bool) func() {
		return func() { must(g.DeleteStatement(ctx, &api.DeleteStatementRequest{Statement: s, All: all})) }
	}
	orphan := func(name string, conditions *api.Conditions, actions *api.Actions) (do, undo func()) {
		s := &api.Statement{Name: name, Conditions: conditions, Actions: actions}
		return add(s), remove(s, true)
	}
	last := policy.Import[len(policy.Import)-1].Name // clean: without a local preference
	own := &api.Statement{Name: last, Actions: &api.Actions{LocalPref: &api.LocalPrefAction{Value: 9}}}
	ourSet, ourPaths := policy.Sets[0].Name, ""
	for name := range policies.SetsOf[policies.ASPaths](policy) {
		ourPaths = name
		break
	}
	if policy.Sets[0].Elements.(policies.Prefixes)[0].Prefix.Addr().Is6() {
		t.Fatal("the first set is not of IPv4")
	}
	const ok = "depeer/aaaaaaaaaaaa/001-x"

	type trial struct {
		name     string
		do, undo func()
		want     string // kind, name and part of why
	}
	trials := []trial{
		{"prefix set", func() { must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: entry("depeer/x")})) },
			unset(api.DefinedType_PREFIX, "depeer/x"), "prefix-set depeer/x: its 1 elements are not those"},
		{"entry of ours", func() { must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: entry(ourSet)})) },
			func() { must(g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: entry(ourSet)})) },
			"prefix-set " + ourSet + ": its 2 elements are not those"},
		{"empty set", set(api.DefinedType_PREFIX, "depeer/x"), unset(api.DefinedType_PREFIX, "depeer/x"),
			"prefix-set depeer/x: its 0 elements"},
		{"IPv4 in IPv6", func() {
			must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{Name: "depeer/x",
				Prefixes: []*api.Prefix{{IpPrefix: "::ffff:10.0.0.0/104", MaskLengthMin: 104, MaskLengthMax: 128}}}}))
		}, unset(api.DefinedType_PREFIX, "depeer/x"), "prefix-set depeer/x: we make no entry like"},
		{"pattern", set(api.DefinedType_AS_PATH, ourPaths, "65001"), func() {
			must(g.DeleteDefinedSet(ctx,
				&api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: api.DefinedType_AS_PATH,
					Name: ourPaths, List: []string{"65001"}}}))
		}, "as-path-set " + ourPaths + ": we make no pattern like 65001"},
		{"whole path", set(api.DefinedType_AS_PATH, "depeer/x", "^65001$"), unset(api.DefinedType_AS_PATH, "depeer/x"),
			"as-path-set depeer/x: we make no pattern like ^65001$"},
		{"large community", set(api.DefinedType_LARGE_COMMUNITY, "depeer/x", "64500:1:.*"),
			unset(api.DefinedType_LARGE_COMMUNITY, "depeer/x"),
			"large-community-set depeer/x: we make no pattern like 64500:1:.*"},
		{"community set", set(api.DefinedType_COMMUNITY, "depeer/x", "64500:1"),
			unset(api.DefinedType_COMMUNITY, "depeer/x"), "community-set depeer/x: we make no community-sets"},
		{"mark", set(api.DefinedType_COMMUNITY, "depeer/applied", "64500:1"), func() {
			must(g.DeleteDefinedSet(ctx,
				&api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: api.DefinedType_COMMUNITY,
					Name: "depeer/applied", List: []string{"64500:1"}}}))
		}, "community-set depeer/applied: ^64500:1$ is no mark"},
		{"ext-community set", set(api.DefinedType_EXT_COMMUNITY, "depeer/x", "rt:64500:1"),
			unset(api.DefinedType_EXT_COMMUNITY, "depeer/x"),
			"ext-community-set depeer/x: we make no ext-community-sets"},
		{"neighbor set", set(api.DefinedType_NEIGHBOR, "depeer/x", "10.0.0.0/8"),
			unset(api.DefinedType_NEIGHBOR, "depeer/x"), "neighbor-set depeer/x: we make no neighbor like 10.0.0.0/8"},
		{"odd gate", set(api.DefinedType_NEIGHBOR, "depeer/gate/x", "10.0.0.0/8"),
			unset(api.DefinedType_NEIGHBOR, "depeer/gate/x"),
			"neighbor-set depeer/gate/x: a gate that is neither closed nor open: [10.0.0.0/8]"},
		{"empty gate", set(api.DefinedType_NEIGHBOR, "depeer/gate/x"), unset(api.DefinedType_NEIGHBOR, "depeer/gate/x"),
			"neighbor-set depeer/gate/x: a gate that is neither closed nor open"},
		{"action on ours", add(own), remove(own, false), "policy depeer: its statements of generation"},
		{"policy", func() { must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer/x"}})) },
			func() {
				must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer/x"}, All: true}))
			}, "policy depeer/x: we make no such policy"},
		{"their statement in our policy", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer",
				Statements: []*api.Statement{{Name: "x"}}}}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer",
				Statements: []*api.Statement{{Name: "x"}}}}))
			remove(&api.Statement{Name: "x"}, true)()
		}, "statement x: policy depeer has it, and it is not ours"},
		{"our statement in their policy", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "theirs",
				Statements: []*api.Statement{{Name: last}}}, ReferExistingStatements: true}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "theirs"}, All: true}))
		}, "statement " + last + ": policy theirs refers to it, and is not ours (used)"},
		{"our set in their statement", func() { must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: lends(ourSet)})) },
			func() {
				must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "theirs"}, All: true}))
			}, "prefix-set " + ourSet + ": policy theirs refers to it, and is not ours (used)"},
		{"a strange set in their statement", func() {
			must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: entry("depeer/x")}))
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: lends("depeer/x")}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "theirs"}, All: true}))
			unset(api.DefinedType_PREFIX, "depeer/x")()
		}, "prefix-set depeer/x: its 1 elements are not those that its name stands for (used)"},
		{"a statement taken out", func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer",
				Statements: []*api.Statement{{Name: last}}}}))
		}, func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer",
				Statements: []*api.Statement{{Name: last}}}, ReferExistingStatements: true}))
		}, "policy depeer: its statements of generation"},
		{"a statement that is not there", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer",
				Statements: []*api.Statement{{Name: "depeer/aaaaaaaaaaaa/001-ghost"}}}, ReferExistingStatements: true}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer",
				Statements: []*api.Statement{{Name: "depeer/aaaaaaaaaaaa/001-ghost"}}}}))
		}, "statement depeer/aaaaaaaaaaaa/001-ghost: policy depeer has it otherwise than it is registered"},
		{"lock with more in it", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer/lock/x",
				Statements: []*api.Statement{{Name: "depeer/lock"}, {Name: "x"}}}}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer/lock/x"}, All: true}))
		}, "policy depeer/lock/x: a lock has the one empty statement"},
	}
	for what, s := range map[string]*api.Statement{
		"statement name":   {Name: "depeer/x"},
		"the lock, unheld": {Name: "depeer/lock"},
		"all": {Name: ok, Conditions: &api.Conditions{AsPathSet: &api.MatchSet{Type: api.MatchSet_ALL,
			Name: ourPaths}}},
		"neighbors": {Name: ok, Conditions: &api.Conditions{NeighborSet: &api.MatchSet{Name: "theirs"}}},
		"communities": {Name: ok,
			Conditions: &api.Conditions{CommunitySet: &api.MatchSet{Name: "depeer/applied"}}},
		"path length":     {Name: ok, Conditions: &api.Conditions{AsPathLength: &api.AsPathLength{Length: 3}}},
		"community count": {Name: ok, Conditions: &api.Conditions{CommunityCount: &api.CommunityCount{Count: 3}}},
		"rpki":            {Name: ok, Conditions: &api.Conditions{RpkiResult: 2}},
		"route type":      {Name: ok, Conditions: &api.Conditions{RouteType: api.Conditions_ROUTE_TYPE_EXTERNAL}},
		"next hops":       {Name: ok, Conditions: &api.Conditions{NextHopInList: []string{"10.0.0.0/8"}}},
		"families": {Name: ok, Conditions: &api.Conditions{AfiSafiIn: []*api.Family{{Afi: api.Family_AFI_IP,
			Safi: api.Family_SAFI_UNICAST}}}},
		"accept":            {Name: ok, Actions: &api.Actions{RouteAction: api.RouteAction_ACCEPT}},
		"adding to the MED": {Name: ok, Actions: &api.Actions{Med: &api.MedAction{Value: 5}}},
		"prepending an ASN": {Name: ok, Actions: &api.Actions{AsPrepend: &api.AsPrependAction{Asn: 65001, Repeat: 1}}},
		"removing": {Name: ok,
			Actions: &api.Actions{Community: &api.CommunityAction{Type: api.CommunityAction_REMOVE,
				Communities: []string{"64500:.*"}}}},
		"replacing": {Name: ok,
			Actions: &api.Actions{LargeCommunity: &api.CommunityAction{Type: api.CommunityAction_REPLACE,
				Communities: []string{"64500:1:1"}}}},
		"removing anything": {Name: ok,
			Actions: &api.Actions{LargeCommunity: &api.CommunityAction{Type: api.CommunityAction_REMOVE,
				Communities: []string{"64500:1:.*"}}}},
		"ext-communities": {Name: ok,
			Actions: &api.Actions{ExtCommunity: &api.CommunityAction{Communities: []string{"rt:64500:1"}}}},
		"next hop": {Name: ok, Actions: &api.Actions{Nexthop: &api.NexthopAction{Self: true}}},
		"origin": {Name: ok,
			Actions: &api.Actions{OriginAction: &api.OriginAction{Origin: api.RouteOriginType_ORIGIN_EGP}}},
	} {
		do, undo := orphan(s.Name, s.Conditions, s.Actions)
		trials = append(trials, trial{what, do, undo, "statement " + s.Name + ": "})
	}
	set(api.DefinedType_NEIGHBOR, "theirs", "10.0.0.0/8")()
	clean := state(t, c)
	for _, trial := range trials {
		trial.do()
		s := state(t, c)
		named := func(strange plan.Conflict) bool {
			used := ""
			if strange.Used {
				used = " (used)"
			}
			return strings.HasPrefix(fmt.Sprintf("%s: %s%s", strange.Object, strange.Why, used), trial.want)
		}
		if !slices.ContainsFunc(s.Conflicts, named) || len(s.Conflicts) > 2 {
			t.Errorf("%s: strange is %v, and should be %q", trial.name, s.Conflicts, trial.want)
		}
		trial.undo()
		if s := state(t, c); s.Fingerprint() != clean.Fingerprint() {
			t.Fatalf("%s: not as it was before, afterwards:\n%s", trial.name, cmp.Diff(clean, s, equal))
		}
	}
}

// lends is a policy of somebody else's that refers to a set of ours.
func lends(set string) *api.Policy {
	return &api.Policy{Name: "theirs", Statements: []*api.Statement{{Name: "theirs",
		Conditions: &api.Conditions{PrefixSet: &api.MatchSet{Name: set}}}}}
}
