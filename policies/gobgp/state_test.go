package gobgp_test

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
	"depeer/policies/render"
)

// everything is an operator's policy with every kind of set, condition and action.
const everything = `
[[defined-sets.prefix-sets]]
prefix-set-name = "p"
prefix-list = [{ip-prefix = "10.0.0.0/8", masklength-range = "8..24"}, {ip-prefix = "192.0.2.0/24"}]
[[defined-sets.neighbor-sets]]
neighbor-set-name = "n"
neighbor-info-list = ["127.0.0.1", "2001:db8::/32"]
[[defined-sets.bgp-defined-sets.as-path-sets]]
as-path-set-name = "a"
as-path-list = ["_65001_", "^65002$", "6500[0-9]"]
[[defined-sets.bgp-defined-sets.community-sets]]
community-set-name = "c"
community-list = ["64500:1", "no-export", "^64500:.*$"]
[[defined-sets.bgp-defined-sets.ext-community-sets]]
ext-community-set-name = "e"
ext-community-list = ["rt:64500:1", "soo:64500:2"]
[[defined-sets.bgp-defined-sets.large-community-sets]]
large-community-set-name = "l"
large-community-list = ["64500:1:2", "^64500:[0-9]+:3$"]
[[policy-definitions]]
name = "operator"
[[policy-definitions.statements]]
name = "conditions"
[policy-definitions.statements.conditions]
match-prefix-set = {prefix-set = "p", match-set-options = "invert"}
match-neighbor-set = {neighbor-set = "n", match-set-options = "any"}
[policy-definitions.statements.conditions.bgp-conditions]
match-as-path-set = {as-path-set = "a", match-set-options = "all"}
match-community-set = {community-set = "c", match-set-options = "any"}
match-ext-community-set = {ext-community-set = "e", match-set-options = "any"}
match-large-community-set = {large-community-set = "l", match-set-options = "invert"}
as-path-length = {operator = "ge", value = 3}
community-count = {operator = "le", value = 5}
rpki-validation-result = "invalid"
route-type = "external"
next-hop-in-list = ["127.0.0.0/8"]
afi-safi-in-list = ["ipv4-unicast"]
[policy-definitions.statements.actions]
route-disposition = "accept-route"
[[policy-definitions.statements]]
name = "actions"
[policy-definitions.statements.actions.bgp-actions]
set-med = "+10"
set-local-pref = 100
set-next-hop = "127.0.0.9"
set-route-origin = "egp"
set-as-path-prepend = {as = "65001", repeat-n = 3}
set-community = {options = "replace", set-community-method = {communities-list = ["64500:7"]}}
set-ext-community = {options = "add", set-ext-community-method = {communities-list = ["rt:64500:7"]}}
set-large-community = {options = "remove", set-large-community-method = {communities-list = ["64500:7:7"]}}
[[policy-definitions]]
name = "refuses"
[[policy-definitions.statements]]
name = "refuses"
actions = {route-disposition = "reject-route"}
`

// peers are neighbors of kinds that the rig does not make.
func peers(file []byte) []byte {
	return append(file, `
[[peer-groups]]
config = {peer-group-name = "dynamic", peer-as = 64499}
route-server = {config = {route-server-client = true}}
afi-safis = [{config = {afi-safi-name = "ipv4-unicast"}}]
apply-policy = {config = {import-policy-list = ["depeer", "operator"], default-import-policy = "accept-route"}}
[[dynamic-neighbors]]
config = {prefix = "127.0.0.0/8", peer-group = "dynamic"}
[[neighbors]]
config = {neighbor-address = "127.1.0.1", peer-as = 64498}
transport = {config = {passive-mode = true}}
[[neighbors]]
config = {neighbor-address = "127.1.0.2", peer-as = 64497}
transport = {config = {passive-mode = true}}
route-server = {config = {route-server-client = true, secondary-route = true}}
afi-safis = [{config = {afi-safi-name = "ipv4-unicast"}, add-paths = {config = {send-max = 3}}}]
apply-policy = {config = {import-policy-list = ["depeer", "operator"], default-import-policy = "reject-route", export-policy-list = ["refuses"]}}
`...)
}

func TestStateOfAnOperatorsServer(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{ASN: 64510, Policy: anchor + everything, Edit: peers, Members: []testbed.MemberConfig{{ASN: 64496}}})
	guest := d.Site.Member(9)
	testbed.Speak(t, d, guest, 64499)
	c := dial(t, d)
	s := state(t, c)

	want := []plan.Client{
		{Address: d.Site.Member(0), ASN: 64496, RouteServer: true, Import: plan.Assignment{Default: plan.Accept}, Export: plan.Assignment{Default: plan.Accept}},
		{Address: guest, ASN: 64499, RouteServer: true, Dynamic: true, Up: true, Import: plan.Assignment{Policies: []string{"depeer", "operator"}, Default: plan.Accept}, Export: plan.Assignment{Default: plan.Accept}},
		{Address: netip.MustParseAddr("127.1.0.1"), ASN: 64498},
		{
			Address: netip.MustParseAddr("127.1.0.2"), ASN: 64497, RouteServer: true, SecondaryRoute: true, AddPath: true,
			Import: plan.Assignment{Policies: []string{"depeer", "operator"}, Default: plan.Reject}, Export: plan.Assignment{Policies: []string{"refuses"}, Default: plan.Accept},
		},
	}
	slices.SortFunc(want, func(a, b plan.Client) int { return a.Address.Compare(b.Address) })
	if diff := cmp.Diff(want, s.Clients, equal); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(plan.Server{RouterID: d.Address.Addr(), ASN: 64510}, s.Server, equal); diff != "" {
		t.Errorf("server (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]bool{"operator": true}, s.Accepting); diff != "" {
		t.Errorf("accepting (-want +got):\n%s", diff)
	}
	var objects []string
	for o := range s.Theirs {
		objects = append(objects, o.String())
	}
	slices.Sort(objects)
	wantObjects := []string{
		"prefix-set p", "neighbor-set n", "as-path-set a", "community-set c", "ext-community-set e", "large-community-set l",
		"policy operator", "policy refuses", "statement conditions", "statement actions", "statement refuses",
	}
	for _, name := range []string{"global", d.Site.Member(0).String(), guest.String(), "127.1.0.2"} {
		wantObjects = append(wantObjects, "import assignment "+name, "export assignment "+name)
	}
	slices.Sort(wantObjects)
	if diff := cmp.Diff(wantObjects, objects); diff != "" {
		t.Errorf("objects that are theirs (-want +got):\n%s", diff)
	}
	if len(s.Strange) != 0 || s.Import == nil || s.Export == nil || len(s.Import)+len(s.Export)+len(s.Statements) != 0 {
		t.Errorf("ours: %v %v %v, strange %v", s.Import, s.Export, s.Statements, s.Strange)
	}

	for range 20 {
		again := state(t, c)
		if diff := cmp.Diff(s, again, equal); diff != "" || s.Fingerprint() != again.Fingerprint() {
			t.Fatalf("read again (-first +again):\n%s", diff)
		}
	}
}

// Whatever an operator changes shows, in the object that was changed alone.
func TestTheirChangesShow(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor + everything, Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"operator"}}}})
	c := dial(t, d)
	ctx, g, client := t.Context(), d.API(), d.Site.Member(0).String()
	for _, change := range []struct {
		what string
		do   func() error
		want []string
	}{
		{"an entry", func() error {
			_, err := g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{Name: "p", Prefixes: []*api.Prefix{{IpPrefix: "10.0.0.0/8", MaskLengthMin: 25, MaskLengthMax: 25}}}})
			return err
		}, []string{"prefix-set p"}},
		{"a pattern", func() error {
			_, err := g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: api.DefinedType_EXT_COMMUNITY, Name: "e", List: []string{"rt:64500:1"}}})
			return err
		}, []string{"ext-community-set e"}},
		{"an action", func() error {
			_, err := g.AddStatement(ctx, &api.AddStatementRequest{Statement: &api.Statement{Name: "actions", Actions: &api.Actions{RouteAction: api.RouteAction_REJECT}}})
			return err
		}, []string{"statement actions"}},
		{"the order of statements", func() error {
			statements := []*api.Statement{{Name: "conditions"}}
			if _, err := g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "operator", Statements: statements}, PreserveStatements: true}); err != nil {
				return err
			}
			_, err := g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "operator", Statements: statements}, ReferExistingStatements: true})
			return err
		}, []string{"policy operator"}},
		{"a default", func() error {
			_, err := g.SetPolicyAssignment(ctx, &api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{Name: client, Direction: api.PolicyDirection_EXPORT, DefaultAction: api.RouteAction_REJECT}})
			return err
		}, []string{"export assignment " + client}},
		{"a list", func() error {
			_, err := g.SetPolicyAssignment(ctx, &api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{Name: client, Direction: api.PolicyDirection_IMPORT, Policies: []*api.Policy{{Name: "refuses"}, {Name: "operator"}}}})
			return err
		}, []string{"import assignment " + client}},
		{"our place in a list", func() error {
			return c.Do(ctx, plan.Call{Verb: plan.Assign, Client: d.Site.Member(0), Import: true, Policies: []string{"depeer", "refuses", "operator"}})
		}, nil},
		{"the list of others", func() error {
			_, err := g.SetPolicyAssignment(ctx, &api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{Name: "global", Direction: api.PolicyDirection_IMPORT, Policies: []*api.Policy{{Name: "depeer"}}}})
			return err
		}, []string{"import assignment global"}},
		{"a statement in no policy", func() error {
			_, err := g.AddStatement(ctx, &api.AddStatementRequest{Statement: &api.Statement{Name: "orphan"}})
			return err
		}, []string{"statement orphan"}},
	} {
		before := state(t, c)
		if err := change.do(); err != nil {
			t.Fatalf("%s: %v", change.what, err)
		}
		after := state(t, c)
		var got []string
		for o, digest := range after.Theirs {
			if before.Theirs[o] != digest {
				got = append(got, o.String())
			}
		}
		if diff := cmp.Diff(change.want, got, equal); diff != "" {
			t.Errorf("%s changes (-want +got):\n%s", change.what, diff)
		}
		if before.Fingerprint() == after.Fingerprint() {
			t.Errorf("%s does not change the fingerprint", change.what)
		}
	}
}

// What emit writes into a file and what calls put in are the same to State.
func TestStateFromAFile(t *testing.T) {
	t.Parallel()
	want := built("10.0.0.0/8", "11.0.0.0/8", "12.0.0.0/8")
	text, err := render.Render(want, render.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := testbed.Gobgpd(t, testbed.Config{Policy: string(text), Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"depeer"}, Export: []string{"depeer-export"}}}})
	s := state(t, dial(t, d))
	if diff := cmp.Diff(want, s.InForce(), equal); diff != "" || len(s.Strange) != 0 {
		t.Errorf("strange: %v; in force (-want +got):\n%s", s.Strange, diff)
	}
}

// Names of ours on what we cannot have made are strange, each with a reason.
func TestStrange(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dial(t, d)
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
			must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: kind, Name: name, List: list}}))
		}
	}
	unset := func(kind api.DefinedType, name string) func() {
		return func() {
			must(g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: kind, Name: name}, All: true}))
		}
	}
	entry := func(name string) *api.DefinedSet {
		return &api.DefinedSet{Name: name, Prefixes: []*api.Prefix{{IpPrefix: "10.9.0.0/16", MaskLengthMin: 16, MaskLengthMax: 16}}}
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
	ourSet, ourPaths := policy.PrefixSets[0].Name, policy.ASPathSets[0].Name
	if policy.PrefixSets[0].Entries[0].Prefix.Addr().Is6() {
		t.Fatal("the first set is not of IPv4")
	}
	const ok = "depeer/aaaaaaaaaaaa/001-x"

	type trial struct {
		name     string
		do, undo func()
		want     string // kind, name and part of why
	}
	trials := []trial{
		{"prefix set", func() { must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: entry("depeer/x")})) }, unset(api.DefinedType_PREFIX, "depeer/x"), "prefix-set depeer/x: its 1 elements are not those"},
		{"entry of ours", func() { must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: entry(ourSet)})) },
			func() { must(g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: entry(ourSet)})) }, "prefix-set " + ourSet + ": its 2 elements are not those"},
		{"empty set", set(api.DefinedType_PREFIX, "depeer/x"), unset(api.DefinedType_PREFIX, "depeer/x"), "prefix-set depeer/x: its 0 elements"},
		{"IPv4 in IPv6", func() {
			must(g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{Name: "depeer/x", Prefixes: []*api.Prefix{{IpPrefix: "::ffff:10.0.0.0/104", MaskLengthMin: 104, MaskLengthMax: 128}}}}))
		}, unset(api.DefinedType_PREFIX, "depeer/x"), "prefix-set depeer/x: we make no entry like"},
		{"pattern", set(api.DefinedType_AS_PATH, ourPaths, "65001"), func() {
			must(g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: api.DefinedType_AS_PATH, Name: ourPaths, List: []string{"65001"}}}))
		}, "as-path-set " + ourPaths + ": we make no pattern like 65001"},
		{"whole path", set(api.DefinedType_AS_PATH, "depeer/x", "^65001$"), unset(api.DefinedType_AS_PATH, "depeer/x"), "as-path-set depeer/x: we make no pattern like ^65001$"},
		{"large community", set(api.DefinedType_LARGE_COMMUNITY, "depeer/x", "64500:1:.*"), unset(api.DefinedType_LARGE_COMMUNITY, "depeer/x"), "large-community-set depeer/x: we make no pattern like 64500:1:.*"},
		{"community set", set(api.DefinedType_COMMUNITY, "depeer/x", "64500:1"), unset(api.DefinedType_COMMUNITY, "depeer/x"), "community-set depeer/x: we make no community-sets"},
		{"mark", set(api.DefinedType_COMMUNITY, "depeer/applied", "64500:1"), func() {
			must(g.DeleteDefinedSet(ctx, &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: api.DefinedType_COMMUNITY, Name: "depeer/applied", List: []string{"64500:1"}}}))
		}, "community-set depeer/applied: ^64500:1$ is no mark"},
		{"ext-community set", set(api.DefinedType_EXT_COMMUNITY, "depeer/x", "rt:64500:1"), unset(api.DefinedType_EXT_COMMUNITY, "depeer/x"), "ext-community-set depeer/x: we make no ext-community-sets"},
		{"neighbor set", set(api.DefinedType_NEIGHBOR, "depeer/x", "10.0.0.0/8"), unset(api.DefinedType_NEIGHBOR, "depeer/x"), "neighbor-set depeer/x: we make no neighbor-sets but gates"},
		{"odd gate", set(api.DefinedType_NEIGHBOR, "depeer/gate/x", "10.0.0.0/8"), unset(api.DefinedType_NEIGHBOR, "depeer/gate/x"), "neighbor-set depeer/gate/x: a gate that is neither closed nor open: [10.0.0.0/8]"},
		{"empty gate", set(api.DefinedType_NEIGHBOR, "depeer/gate/x"), unset(api.DefinedType_NEIGHBOR, "depeer/gate/x"), "neighbor-set depeer/gate/x: a gate that is neither closed nor open"},
		{"action on ours", add(own), remove(own, false), "policy depeer: its statements of generation"},
		{"policy", func() { must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer/x"}})) },
			func() {
				must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer/x"}, All: true}))
			}, "policy depeer/x: we make no such policy"},
		{"their statement in our policy", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer", Statements: []*api.Statement{{Name: "x"}}}}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer", Statements: []*api.Statement{{Name: "x"}}}}))
			remove(&api.Statement{Name: "x"}, true)()
		}, "statement x: policy depeer has it, and it is not ours"},
		{"our statement in their policy", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "theirs", Statements: []*api.Statement{{Name: last}}}, ReferExistingStatements: true}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "theirs"}, All: true}))
		}, "statement " + last + ": policy theirs refers to it, and is not ours (used)"},
		{"our set in their statement", func() { must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: lends(ourSet)})) }, func() {
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
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer", Statements: []*api.Statement{{Name: last}}}}))
		}, func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer", Statements: []*api.Statement{{Name: last}}}, ReferExistingStatements: true}))
		}, "policy depeer: its statements of generation"},
		{"a statement that is not there", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer", Statements: []*api.Statement{{Name: "depeer/aaaaaaaaaaaa/001-ghost"}}}, ReferExistingStatements: true}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer", Statements: []*api.Statement{{Name: "depeer/aaaaaaaaaaaa/001-ghost"}}}}))
		}, "statement depeer/aaaaaaaaaaaa/001-ghost: policy depeer has it otherwise than it is registered"},
		{"lock with more in it", func() {
			must(g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "depeer/lock/x", Statements: []*api.Statement{{Name: "depeer/lock"}, {Name: "x"}}}}))
		}, func() {
			must(g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "depeer/lock/x"}, All: true}))
		}, "policy depeer/lock/x: a lock has the one empty statement"},
	}
	for what, s := range map[string]*api.Statement{
		"statement name":    {Name: "depeer/x"},
		"the lock, unheld":  {Name: "depeer/lock"},
		"all":               {Name: ok, Conditions: &api.Conditions{AsPathSet: &api.MatchSet{Type: api.MatchSet_ALL, Name: ourPaths}}},
		"neighbors":         {Name: ok, Conditions: &api.Conditions{NeighborSet: &api.MatchSet{Name: "theirs"}}},
		"communities":       {Name: ok, Conditions: &api.Conditions{CommunitySet: &api.MatchSet{Name: "depeer/applied"}}},
		"path length":       {Name: ok, Conditions: &api.Conditions{AsPathLength: &api.AsPathLength{Length: 3}}},
		"community count":   {Name: ok, Conditions: &api.Conditions{CommunityCount: &api.CommunityCount{Count: 3}}},
		"rpki":              {Name: ok, Conditions: &api.Conditions{RpkiResult: 2}},
		"route type":        {Name: ok, Conditions: &api.Conditions{RouteType: api.Conditions_ROUTE_TYPE_EXTERNAL}},
		"next hops":         {Name: ok, Conditions: &api.Conditions{NextHopInList: []string{"10.0.0.0/8"}}},
		"families":          {Name: ok, Conditions: &api.Conditions{AfiSafiIn: []*api.Family{{Afi: api.Family_AFI_IP, Safi: api.Family_SAFI_UNICAST}}}},
		"accept":            {Name: ok, Actions: &api.Actions{RouteAction: api.RouteAction_ACCEPT}},
		"adding to the MED": {Name: ok, Actions: &api.Actions{Med: &api.MedAction{Value: 5}}},
		"prepending an ASN": {Name: ok, Actions: &api.Actions{AsPrepend: &api.AsPrependAction{Asn: 65001, Repeat: 1}}},
		"removing":          {Name: ok, Actions: &api.Actions{Community: &api.CommunityAction{Type: api.CommunityAction_REMOVE, Communities: []string{"64500:1"}}}},
		"replacing":         {Name: ok, Actions: &api.Actions{LargeCommunity: &api.CommunityAction{Type: api.CommunityAction_REPLACE, Communities: []string{"64500:1:1"}}}},
		"removing anything": {Name: ok, Actions: &api.Actions{LargeCommunity: &api.CommunityAction{Type: api.CommunityAction_REMOVE, Communities: []string{"64500:1:.*"}}}},
		"ext-communities":   {Name: ok, Actions: &api.Actions{ExtCommunity: &api.CommunityAction{Communities: []string{"rt:64500:1"}}}},
		"next hop":          {Name: ok, Actions: &api.Actions{Nexthop: &api.NexthopAction{Self: true}}},
		"origin":            {Name: ok, Actions: &api.Actions{OriginAction: &api.OriginAction{Origin: api.RouteOriginType_ORIGIN_EGP}}},
	} {
		do, undo := orphan(s.Name, s.Conditions, s.Actions)
		trials = append(trials, trial{what, do, undo, "statement " + s.Name + ": "})
	}
	set(api.DefinedType_NEIGHBOR, "theirs", "10.0.0.0/8")()
	clean := state(t, c)
	for _, trial := range trials {
		trial.do()
		s := state(t, c)
		named := func(strange plan.Strange) bool {
			used := ""
			if strange.Used {
				used = " (used)"
			}
			return strings.HasPrefix(fmt.Sprintf("%s: %s%s", strange.Object, strange.Why, used), trial.want)
		}
		if !slices.ContainsFunc(s.Strange, named) || len(s.Strange) > 2 {
			t.Errorf("%s: strange is %v, and should be %q", trial.name, s.Strange, trial.want)
		}
		trial.undo()
		if s := state(t, c); s.Fingerprint() != clean.Fingerprint() {
			t.Fatalf("%s: not as it was before, afterwards:\n%s", trial.name, cmp.Diff(clean, s, equal))
		}
	}
}

// A state has no nil maps, whatever is missing.
func TestStateWithoutAnchor(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}}})
	s := state(t, dial(t, d))
	if s.Import != nil || s.Export != nil {
		t.Errorf("policies that are not defined: %v, %v", s.Import, s.Export)
	}
	if s.PrefixSets == nil || s.ASPathSets == nil || s.LargeCommunitySets == nil || s.Gates == nil || s.Statements == nil || s.Accepting == nil {
		t.Errorf("a map is nil: %+v", s)
	}
	if len(slices.Collect(maps.Keys(s.Theirs))) != 4 {
		t.Errorf("theirs: %v", s.Theirs)
	}
}

// lends is a policy of somebody else's that refers to a set of ours.
func lends(set string) *api.Policy {
	return &api.Policy{Name: "theirs", Statements: []*api.Statement{{Name: "theirs", Conditions: &api.Conditions{PrefixSet: &api.MatchSet{Name: set}}}}}
}
