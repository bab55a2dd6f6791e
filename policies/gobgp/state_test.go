package gobgp_test

import (
	"maps"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
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
config = {neighbor-address = "127.1.0.2", peer-as = 64497, description = "Member of Two"}
transport = {config = {passive-mode = true}}
route-server = {config = {route-server-client = true, secondary-route = true}}
afi-safis = [{config = {afi-safi-name = "ipv4-unicast"}, add-paths = {config = {send-max = 3}}}]
apply-policy = {config = {import-policy-list = ["depeer", "operator"], default-import-policy = "reject-route", export-policy-list = ["refuses"]}}
`...)
}

func TestStateOfAnOperatorsServer(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{ASN: 64510, Policy: anchor + everything, Edit: peers,
		Members: []testbed.MemberConfig{{ASN: 64496}}})
	guest := d.Site.Member(9)
	testbed.Speak(t, d, guest, 64499)
	c := dialTarget(t, d)
	s := state(t, c)

	want := []plan.Client{
		{Address: d.Site.Member(0), ASN: 64496, RouteServer: true, IPv4: true, IPv6: true,
			Import: plan.Assignment{Default: plan.Accept}, Export: plan.Assignment{Default: plan.Accept}},
		{Address: guest, ASN: 64499, RouteServer: true, Dynamic: true, Group: "dynamic", Up: true, IPv4: true,
			Import: plan.Assignment{Policies: []string{"depeer", "operator"}, Default: plan.Accept},
			Export: plan.Assignment{Default: plan.Accept}},
		{Address: netip.MustParseAddr("127.1.0.1"), ASN: 64498, IPv4: true},
		{
			Address: netip.MustParseAddr("127.1.0.2"), ASN: 64497, RouteServer: true, SecondaryRoute: true,
			AddPath: true, IPv4: true, Description: "Member of Two",
			Import: plan.Assignment{Policies: []string{"depeer", "operator"}, Default: plan.Reject},
			Export: plan.Assignment{Policies: []string{"refuses"}, Default: plan.Accept},
		},
	}
	slices.SortFunc(want, func(a, b plan.Client) int { return a.Address.Compare(b.Address) })
	if diff := cmp.Diff(want, s.Clients, equal); diff != "" {
		t.Errorf("clients (-want +got):\n%s", diff)
	}
	groups := map[string]plan.Group{"dynamic": {RouteServer: true, Import: []string{"depeer", "operator"}}}
	if diff := cmp.Diff(groups, s.Groups, equal); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
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
		"prefix-set p", "neighbor-set n", "as-path-set a", "community-set c", "ext-community-set e",
		"large-community-set l",
		"policy operator", "policy refuses", "statement conditions", "statement actions", "statement refuses",
	}
	for _, name := range []string{"global", d.Site.Member(0).String(), guest.String(), "127.1.0.2"} {
		wantObjects = append(wantObjects, "import assignment "+name, "export assignment "+name)
	}
	slices.Sort(wantObjects)
	if diff := cmp.Diff(wantObjects, objects); diff != "" {
		t.Errorf("objects that are theirs (-want +got):\n%s", diff)
	}
	if len(s.Conflicts) != 0 || s.Import == nil || s.Export == nil ||
		len(s.Import)+len(s.Export)+len(s.Statements) != 0 {
		t.Errorf("ours: %v %v %v, strange %v", s.Import, s.Export, s.Statements, s.Conflicts)
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
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor + everything,
		Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"operator"}}}})
	c := dialTarget(t, d)
	ctx, g, client := t.Context(), d.API(), d.Site.Member(0).String()
	for _, change := range []struct {
		what string
		do   func() error
		want []string
	}{
		{"an entry", func() error {
			_, err := g.AddDefinedSet(ctx, &api.AddDefinedSetRequest{DefinedSet: &api.DefinedSet{Name: "p",
				Prefixes: []*api.Prefix{{IpPrefix: "10.0.0.0/8", MaskLengthMin: 25, MaskLengthMax: 25}}}})
			return err
		}, []string{"prefix-set p"}},
		{"a pattern", func() error {
			_, err := g.DeleteDefinedSet(ctx,
				&api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{DefinedType: api.DefinedType_EXT_COMMUNITY,
					Name: "e", List: []string{"rt:64500:1"}}})
			return err
		}, []string{"ext-community-set e"}},
		{"an action", func() error {
			_, err := g.AddStatement(ctx, &api.AddStatementRequest{Statement: &api.Statement{Name: "actions",
				Actions: &api.Actions{RouteAction: api.RouteAction_REJECT}}})
			return err
		}, []string{"statement actions"}},
		{"the order of statements", func() error {
			statements := []*api.Statement{{Name: "conditions"}}
			if _, err := g.DeletePolicy(ctx, &api.DeletePolicyRequest{Policy: &api.Policy{Name: "operator",
				Statements: statements}, PreserveStatements: true}); err != nil {
				return err
			}
			_, err := g.AddPolicy(ctx, &api.AddPolicyRequest{Policy: &api.Policy{Name: "operator",
				Statements: statements}, ReferExistingStatements: true})
			return err
		}, []string{"policy operator"}},
		{"a default", func() error {
			_, err := g.SetPolicyAssignment(ctx,
				&api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{Name: client,
					Direction: api.PolicyDirection_EXPORT, DefaultAction: api.RouteAction_REJECT}})
			return err
		}, []string{"export assignment " + client}},
		{"a list", func() error {
			_, err := g.SetPolicyAssignment(ctx,
				&api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{Name: client,
					Direction: api.PolicyDirection_IMPORT,
					Policies:  []*api.Policy{{Name: "refuses"}, {Name: "operator"}}}})
			return err
		}, []string{"import assignment " + client}},
		{"our place in a list", func() error {
			return c.Do(ctx, plan.Call{Verb: plan.Assign, Client: d.Site.Member(0), Import: true,
				Policies: []string{"depeer", "refuses", "operator"}})
		}, nil},
		{"the list of others", func() error {
			_, err := g.SetPolicyAssignment(ctx,
				&api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{Name: "global",
					Direction: api.PolicyDirection_IMPORT, Policies: []*api.Policy{{Name: "depeer"}}}})
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
	text, err := gobgpconf.Encode(want, gobgpconf.TOML, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := testbed.Gobgpd(t, testbed.Config{Policy: string(text),
		Members: []testbed.MemberConfig{{ASN: 64496, Import: []string{"depeer"}, Export: []string{"depeer-export"}}}})
	s := state(t, dialTarget(t, d))
	if diff := cmp.Diff(want, s.InForce(), equal); diff != "" || len(s.Conflicts) != 0 {
		t.Errorf("strange: %v; in force (-want +got):\n%s", s.Conflicts, diff)
	}
}

// A state has no nil maps, whatever is missing.
func TestStateWithoutAnchor(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Members: []testbed.MemberConfig{{ASN: 64496}}})
	s := state(t, dialTarget(t, d))
	if s.Import != nil || s.Export != nil {
		t.Errorf("policies that are not defined: %v, %v", s.Import, s.Export)
	}
	if s.Sets == nil || s.Gates == nil ||
		s.Statements == nil || s.Accepting == nil {
		t.Errorf("a map is nil: %+v", s)
	}
	if len(slices.Collect(maps.Keys(s.Theirs))) != 4 {
		t.Errorf("theirs: %v", s.Theirs)
	}
}
