package plan_test

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/policies"
	"depeer/policies/plan"
)

func TestRefusers(t *testing.T) {
	a := netip.MustParseAddr("192.0.2.1")
	others := []netip.Prefix{netip.MustParsePrefix("192.0.2.2/32")}
	s := &plan.State{Operator: map[string][]plan.OperatorStatement{
		"bogons": {{Name: "bogons", Conditional: true, Decision: plan.Reject}, {Name: "tag"}},
		"tag":    {{Name: "tag", Conditional: true}},
		"accept": {{Name: "accept", Decision: plan.Accept}},
		"refuse": {{Name: "refuse", Decision: plan.Reject}},
		"another": {{Name: "theirs", AsksNeighbor: plan.AnyOf, Neighbors: others, Conditional: true,
			Decision: plan.Reject}},
	}}
	for _, test := range []struct {
		name      string
		imports   []string
		otherwise plan.Disposition
		want      []string
	}{
		{"nothing of the operator's", []string{policies.ImportPolicy}, plan.Accept, nil},
		{"a policy that refuses some", []string{policies.ImportPolicy, "tag", "bogons"}, plan.Accept,
			[]string{"bogons"}},
		{"before ours", []string{"bogons", policies.ImportPolicy}, plan.Accept, []string{"bogons"}},
		{"another client's", []string{policies.ImportPolicy, "another"}, plan.Accept, nil},
		{"behind an end", []string{policies.ImportPolicy, "accept", "bogons"}, plan.Accept, nil},
		{"the default", []string{policies.ImportPolicy, "bogons"}, plan.Reject,
			[]string{"bogons", plan.DefaultRefuses}},
		{"no default is one that refuses", nil, plan.None, []string{plan.DefaultRefuses}},
		{"a default that nothing reaches", []string{"accept"}, plan.Reject, nil},
		{"all", []string{policies.ImportPolicy, "refuse"}, plan.Accept, []string{"refuse"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := plan.Client{Address: a, RouteServer: true,
				Import: plan.Assignment{Policies: test.imports, Default: test.otherwise}}
			if diff := cmp.Diff(test.want, s.Refusers(c)); diff != "" {
				t.Errorf("refusers (-want +got):\n%s", diff)
			}
		})
	}
}
