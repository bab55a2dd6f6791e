package testbed_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/lab/testbed"
)

// theirs is what an operator has: bogons are refused, what comes in is preferred
// and tagged, and one prefix is kept from the second member.
const theirs = `
[[defined-sets.prefix-sets]]
prefix-set-name = "bogons"
prefix-list = [{ip-prefix = "10.0.0.0/8", masklength-range = "8..32"}]
[[defined-sets.prefix-sets]]
prefix-set-name = "bogons6"
prefix-list = [{ip-prefix = "2001:db8::/32", masklength-range = "32..128"}]
[[defined-sets.prefix-sets]]
prefix-set-name = "regional"
prefix-list = [{ip-prefix = "198.51.100.0/24"}]

[[policy-definitions]]
name = "in"
[[policy-definitions.statements]]
name = "bogons"
conditions.match-prefix-set = {prefix-set = "bogons", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "bogons6"
conditions.match-prefix-set = {prefix-set = "bogons6", match-set-options = "any"}
actions.route-disposition = "reject-route"
[[policy-definitions.statements]]
name = "tag"
actions.route-disposition = "accept-route"
actions.bgp-actions.set-local-pref = 200
actions.bgp-actions.set-large-community = {options = "add", set-large-community-method.communities-list = ["64500:1:1"]}

[[policy-definitions]]
name = "out"
[[policy-definitions.statements]]
name = "regional"
conditions.match-prefix-set = {prefix-set = "regional", match-set-options = "any"}
actions.route-disposition = "reject-route"

`

// TestAnchor pastes what "emit --anchor" prints into the file of an operator who
// has policies. At a reload, at a start, and with the clients' lists naming ours
// first: it loads, every member holds what it held, and the operator's own
// objects are what they were.
func TestAnchor(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Policy: theirs, Members: []testbed.MemberConfig{
		{ASN: 64496, LocalPref: true, Import: []string{"in"},
			Announce: testbed.Announce("10.0.0.0/16", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/48",
				"2a00:1::/32")},
		{ASN: 64497, LocalPref: true, Import: []string{"in"}, Export: []string{"out"}, ImportDefault: testbed.Reject,
			Announce: testbed.Announce("203.0.113.0/24")},
		{ASN: 64498, LocalPref: true},
	}})
	routesBefore, objectsBefore := held(x), objects(t, x.Daemon)
	if n := []int{len(routesBefore[0]), len(routesBefore[1]), len(routesBefore[2])}; !slices.Equal(n, []int{1, 2, 4}) ||
		routesBefore[2][0].LocalPref != 200 {
		t.Fatalf("the operator's policies do not do what they should: %v", routesBefore)
	}
	unchanged := func(t *testing.T) {
		t.Helper()
		for _, m := range x.Members {
			m.WaitEstablished()
		}
		x.Settle()
		if diff := cmp.Diff(routesBefore, held(x), compare); diff != "" {
			t.Errorf("held (-before +after):\n%s", diff)
		}
		after := objects(t, x.Daemon)
		for _, name := range []string{policies.ImportPolicy, policies.ExportPolicy} {
			if _, ok := after["policy "+name]; !ok {
				t.Errorf("gobgpd has no policy %q", name)
			}
			delete(after, "policy "+name)
		}
		if diff := cmp.Diff(objectsBefore, after); diff != "" {
			t.Errorf("the operator's objects (-before +after):\n%s", diff)
		}
	}

	anchored := append(x.Daemon.Config(), gobgpconf.Anchor(gobgpconf.TOML)...)
	t.Run("at a reload", func(t *testing.T) {
		x.Daemon.Write(anchored)
		x.Daemon.Reload()
		unchanged(t)
	})
	t.Run("at a start", func(t *testing.T) {
		x.Daemon.Restart()
		unchanged(t)
	})
	t.Run("first in the lists of every client", func(t *testing.T) {
		x.Daemon.Write([]byte(strings.NewReplacer(
			"import-policy-list = [", "import-policy-list = ['depeer', ",
			"export-policy-list = [", "export-policy-list = ['depeer-export', ",
		).Replace(string(anchored))))
		x.Daemon.Restart()
		unchanged(t)
		for _, a := range assignments(t, x.Daemon) {
			if a.Name != "global" && (len(a.Policies) == 0 || a.Policies[0].Name != policies.ImportPolicy &&
				a.Policies[0].Name != policies.ExportPolicy) {
				t.Errorf("ours is not first for %s: %v", a.Name, a.Policies)
			}
		}
	})
}

// held returns what each member holds.
func held(x *testbed.Running) (all [][]policies.Route) {
	for _, m := range x.Members {
		all = append(all, m.Routes())
	}
	return all
}

// objects returns what the daemon says it has, by kind and name, as text. Our two
// policies are taken out of the assignments.
func objects(t *testing.T, d *testbed.Daemon) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, kind := range []api.DefinedType{api.DefinedType_PREFIX, api.DefinedType_NEIGHBOR, api.DefinedType_AS_PATH,
		// others cannot be listed
		api.DefinedType_COMMUNITY, api.DefinedType_EXT_COMMUNITY, api.DefinedType_LARGE_COMMUNITY} {
		for _, s := range receive(t, func(ctx context.Context) (receiver[*api.ListDefinedSetResponse], error) {
			return d.API().ListDefinedSet(ctx, &api.ListDefinedSetRequest{DefinedType: kind})
		}) {
			all[fmt.Sprint("set ", s.DefinedSet.DefinedType, " ", s.DefinedSet.Name)] = s.DefinedSet.String()
		}
	}
	for _, p := range receive(t, func(ctx context.Context) (receiver[*api.ListPolicyResponse], error) {
		return d.API().ListPolicy(ctx, &api.ListPolicyRequest{})
	}) {
		all["policy "+p.Policy.Name] = p.Policy.String()
	}
	for _, a := range assignments(t, d) {
		a.Policies = slices.DeleteFunc(a.Policies, func(p *api.Policy) bool {
			return p.Name == policies.ImportPolicy || p.Name == policies.ExportPolicy
		})
		all[fmt.Sprint("assignment ", a.Name, " ", a.Direction)] = a.String()
	}
	return all
}

func assignments(t *testing.T, d *testbed.Daemon) (all []*api.PolicyAssignment) {
	t.Helper()
	for _, r := range receive(t, func(ctx context.Context) (receiver[*api.ListPolicyAssignmentResponse], error) {
		return d.API().ListPolicyAssignment(ctx, &api.ListPolicyAssignmentRequest{})
	}) {
		all = append(all, r.Assignment)
	}
	return all
}

type receiver[T any] interface{ Recv() (T, error) }

// receive reads a stream of the API to its end.
func receive[T any](t *testing.T, call func(context.Context) (receiver[T], error)) (all []T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testbed.Patience)
	defer cancel()
	stream, err := call(ctx)
	for err == nil {
		var r T
		if r, err = stream.Recv(); err == nil {
			all = append(all, r)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return all
}
