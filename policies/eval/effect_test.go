package eval_test

import (
	"testing"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/eval"
)

func TestEffect(t *testing.T) {
	seven := uint32(7)
	mark := larges("64500:66600:1")
	marks := []policies.LargeCommunityPattern{policies.Marks(64500)}
	marked := policies.Conditions{LargeCommunitySet: policies.Condition{Set: "marks"}}
	matched := policies.Conditions{ASPathSet: policies.Condition{Set: "as"}}
	cleaning := policies.Statement{Name: "clean", Conditions: marked,
		Actions: policies.Actions{DropLargeCommunities: marks}}
	tests := map[string]struct {
		actions policies.Actions
		before  bool // clean stands before it, not after
		want    string
	}{
		"refusal": {policies.Actions{Reject: true}, false, "refuse"},
		"all": {policies.Actions{LocalPref: 50, MED: &seven, Prepend: 2, Communities: []policies.Community{1<<16 | 2},
			AddLargeCommunities: larges("1:2:3", "64500:66600:1")}, false,
			"local-pref 50, med 7, prepend 2, community 1:2, large-community 1:2:3"},
		"only a mark": {policies.Actions{AddLargeCommunities: mark}, false, ""},
		"a mark that nobody takes off": {policies.Actions{AddLargeCommunities: mark}, true,
			"large-community 64500:66600:1"},
		"nothing": {policies.Actions{}, false, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := &policies.RoutingPolicy{
				Sets: []policies.Set{
					{Name: "as",
						Elements: policies.ASPaths{{ASN: 1, Where: filters.Path}}},
					{Name: "marks", Elements: policies.LargeCommunities(marks)},
				},
				Import: []policies.Statement{{Name: "s", Conditions: matched, Actions: test.actions},
					cleaning},
			}
			if test.before {
				p.Import[0], p.Import[1] = p.Import[1], p.Import[0]
			}
			e := eval.New(p)
			v := e.Verdict(&policies.Route{Path: []filters.ASN{1}})
			s, _ := e.Statement(v)
			if got := e.Effect(v); got != test.want {
				t.Errorf("effect %q, want %q", got, test.want)
			}
			if want := map[bool]string{true: "s"}[test.want != ""]; s.Name != want {
				t.Errorf("statement %q, want %q", s.Name, want)
			}
		})
	}
}
