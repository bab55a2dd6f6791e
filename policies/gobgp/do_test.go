package gobgp_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/gobgp"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

const operators = `
[[policy-definitions]]
name = "operator"
`

// Each verb on a real daemon: what the call changes there, and nothing else.
func TestVerbs(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor + operators, Members: []testbed.MemberConfig{
		{ASN: 64496, Import: []string{"operator"}, ImportDefault: testbed.Reject}, {ASN: 64497},
	}})
	c := dialTarget(t, d)
	client := d.Site.Member(0)
	const gate, set, old = "depeer/gate/g", "depeer/t/prefix4/x", "depeer/aaaaaaaaaaaa/001-old"
	med := uint32(4294967295)
	entries := []filters.Entry{{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 8, Max: 9},
		{Prefix: netip.MustParsePrefix("10.0.0.0/8"), Min: 24, Max: 32}}
	full := plan.Statement{
		Gate: plan.Gate{Set: gate},
		Statement: policies.Statement{
			Name: old,
			Conditions: policies.Conditions{
				PrefixSet:         policies.Condition{Set: set},
				ASPathSet:         policies.Condition{Set: "depeer/t/as-path/x", Invert: true},
				LargeCommunitySet: policies.Condition{Set: "depeer/t/large/x", Invert: true},
			},
			Actions: policies.Actions{
				LocalPref: 4294967295, MED: &med, Prepend: 255, Communities: []policies.Community{64500<<16 | 1, 2},
				AddLargeCommunities: []policies.LargeCommunity{{Global: 4294967295, Local1: 0, Local2: 1}},
			},
		},
	}
	refuse := plan.Statement{Gate: plan.Gate{Set: gate, Invert: true},
		Statement: policies.Statement{Name: "depeer/aaaaaaaaaaaa/002-refuse", Actions: policies.Actions{Reject: true}}}
	drop := plan.Statement{Gate: plan.Gate{Set: gate}, Statement: policies.Statement{
		Name:       "depeer/aaaaaaaaaaaa/003-clean",
		Conditions: policies.Conditions{LargeCommunitySet: policies.Condition{Set: "depeer/t/large/x"}},
		Actions:    policies.Actions{DropLargeCommunities: []policies.LargeCommunityPattern{{LargeCommunity: policies.LargeCommunity{Global: 64500, Local1: 66600}, AnyLocal2: true}}},
	}}
	closed, open := `["0.0.0.0/32" "::/128"]`, `["0.0.0.0/0" "0.0.0.0/32" "::/0" "::/128"]`
	fullText := old +
		` conditions{prefix_set{depeer/t/prefix4/x} neighbor_set{depeer/gate/g} as_path_set{INVERT depeer/t/as-path/x} -1 large_community_set{INVERT depeer/t/large/x}}` +
		` actions{community{64500:1 0:2} med{REPLACE 4294967295} as_prepend{255 true} local_pref{4294967295} large_community{4294967295:0:1}}`
	for _, step := range []struct {
		call    plan.Call
		want    []string
		refused string // in the error
	}{
		{call: plan.Call{Verb: plan.Lock, Holder: "a"},
			want: []string{"+policy depeer/lock/a [depeer/lock]", "+statement depeer/lock conditions{-1} actions{}"}},
		{call: plan.Call{Verb: plan.Lock, Holder: "a"}, refused: "already defined"},
		{call: plan.Call{Verb: plan.Lock, Holder: "b"}, refused: "already defined"},
		{call: plan.Call{Verb: plan.Unlock, Holder: "b"}, refused: "not found policy"},
		{call: plan.Call{Verb: plan.AddGate, Name: gate}, want: []string{"+neighbor set depeer/gate/g " + closed}},
		{call: plan.Call{Verb: plan.AddSet, Kind: plan.PrefixSet, Name: set, Elements: policies.Prefixes(entries)},
			want: []string{`+prefix set ` + set + ` ["10.0.0.0/8 24..32" "10.0.0.0/8 8..9"]`}},
		{call: plan.Call{Verb: plan.AddSet, Kind: plan.ASPathSet, Name: "depeer/t/as-path/x",
			Elements: policies.ASPaths{{ASN: 65001, Where: filters.Path},
				{ASN: 4294967294, Where: filters.Origin}}},
			want: []string{`+as_path set depeer/t/as-path/x ["_4294967294$" "_65001_"]`}},
		{call: plan.Call{Verb: plan.AddSet, Kind: plan.LargeCommunitySet, Name: "depeer/t/large/x",
			Elements: policies.LargeCommunities{{LargeCommunity: policies.LargeCommunity{Global: 1, Local1: 2,
				Local2: 3}}, {LargeCommunity: policies.LargeCommunity{Global: 1, Local1: 2}, AnyLocal2: true}}},
			want: []string{`+large_community set depeer/t/large/x ["^1:2:[0-9]+$" "^^1:2:3$$"]`}},
		{
			call: plan.Call{Verb: plan.AddStatements, Policy: "depeer", Add: []plan.Statement{full, refuse}},
			want: []string{"-policy depeer []", "+policy depeer [" + old + " depeer/aaaaaaaaaaaa/002-refuse]",
				"+statement " + fullText, "+statement depeer/aaaaaaaaaaaa/002-refuse conditions{neighbor_set{INVERT " +
					"depeer/gate/g} -1} actions{REJECT}"},
		},
		{
			call: plan.Call{Verb: plan.AddStatements, Policy: "depeer", Add: []plan.Statement{drop}},
			want: []string{"-policy depeer [" + old + " depeer/aaaaaaaaaaaa/002-refuse]",
				"+policy depeer [" + old + " depeer/aaaaaaaaaaaa/002-refuse depeer/aaaaaaaaaaaa/003-clean]",
				"+statement depeer/aaaaaaaaaaaa/003-clean conditions{neighbor_set{depeer/gate/g} -1 " +
					"large_community_set{depeer/t/large/x}} actions{large_community{REMOVE ^64500:66600:[0-9]+$}}"},
		},
		{call: plan.Call{Verb: plan.AddStatements, Policy: "depeer", Add: []plan.Statement{full}},
			refused: "already defined"},
		{call: plan.Call{Verb: plan.AddStatements, Policy: "depeer",
			Add: []plan.Statement{{Gate: plan.Gate{Set: "depeer/gate/none"},
				Statement: policies.Statement{Name: "depeer/x"}}}}, refused: "not found neighbor set"},
		{call: plan.Call{Verb: plan.Hold, Name: old, Gate: plan.Gate{Set: gate, Invert: true}}, refused: "already set"},
		{call: plan.Call{Verb: plan.DeleteGate, Name: gate}, refused: "in use"},
		{call: plan.Call{Verb: plan.DeleteSet, Kind: plan.PrefixSet, Name: set}, refused: "in use"},
		{call: plan.Call{Verb: plan.OpenGate, Name: gate},
			want: []string{"-neighbor set depeer/gate/g " + closed, "+neighbor set depeer/gate/g " + open}},
		{call: plan.Call{Verb: plan.CloseGate, Name: gate},
			want: []string{"-neighbor set depeer/gate/g " + open, "+neighbor set depeer/gate/g " + closed}},
		{call: plan.Call{Verb: plan.Release, Name: old, Gate: plan.Gate{Set: gate}},
			want: []string{"-statement " + fullText,
				"+statement " + strings.Replace(fullText, " neighbor_set{depeer/gate/g}", "", 1)}},
		{call: plan.Call{Verb: plan.Release, Name: old, Gate: plan.Gate{Set: gate}}, refused: "is not set"},
		{call: plan.Call{Verb: plan.Hold, Name: old, Gate: plan.Gate{Set: gate, Invert: true}},
			want: []string{"-statement " + strings.Replace(fullText, " neighbor_set{depeer/gate/g}", "", 1),
				"+statement " + strings.Replace(fullText, "neighbor_set{depeer", "neighbor_set{INVERT depeer", 1)}},
		{call: plan.Call{Verb: plan.DeleteStatement, Name: old}, refused: "in use"},
		{
			call: plan.Call{Verb: plan.TakeStatements, Policy: "depeer",
				Take: []string{old, "depeer/aaaaaaaaaaaa/003-clean", "depeer/absent"}},
			want: []string{"-policy depeer [" + old + " depeer/aaaaaaaaaaaa/002-refuse depeer/aaaaaaaaaaaa/003-clean]",
				"+policy depeer [depeer/aaaaaaaaaaaa/002-refuse]"},
		},
		{call: plan.Call{Verb: plan.DeleteStatement, Name: old},
			want: []string{"-statement " + strings.Replace(fullText, "neighbor_set{depeer",
				"neighbor_set{INVERT depeer", 1)}},
		{call: plan.Call{Verb: plan.DeleteStatement, Name: old}, refused: "not found statement"},
		{call: plan.Call{Verb: plan.DeleteSet, Kind: plan.PrefixSet, Name: set},
			want: []string{`-prefix set ` + set + ` ["10.0.0.0/8 24..32" "10.0.0.0/8 8..9"]`}},
		{call: plan.Call{Verb: plan.DeleteSet, Kind: plan.PrefixSet, Name: set}, refused: "not found defined-set"},
		{call: plan.Call{Verb: plan.Assign, Client: client, Import: true, Policies: []string{"depeer", "operator"}},
			want: []string{"-import of " + client.String() + " [operator] default reject",
				"+import of " + client.String() + " [depeer operator] default reject"}},
		{call: plan.Call{Verb: plan.Assign, Client: client, Import: true, Policies: []string{"depeer", "absent"}},
			refused: "not found policy"},
		{call: plan.Call{Verb: plan.Assign, Client: client, Policies: []string{"depeer-export"}},
			want: []string{"-export of " + client.String() + " [] default accept",
				"+export of " + client.String() + " [depeer-export] default accept"}},
		{call: plan.Call{Verb: plan.Assign, Client: client},
			want: []string{"-export of " + client.String() + " [depeer-export] default accept",
				"+export of " + client.String() + " [] default accept"}},
		// gone with its session: see assign
		{call: plan.Call{Verb: plan.Assign, Client: netip.MustParseAddr("192.0.2.1")}},
		{call: plan.Call{Verb: plan.Reset, Client: client}},
		{call: plan.Call{Verb: plan.Reset, Client: netip.MustParseAddr("192.0.2.1")}, refused: "doesn't exist"},
		{call: plan.Call{Verb: plan.Mark, Mark: "00aa"}, want: []string{`+community set depeer/applied ["v1-00aa"]`}},
		{call: plan.Call{Verb: plan.Mark, Mark: "00bb"},
			want: []string{`-community set depeer/applied ["v1-00aa"]`,
				`+community set depeer/applied ["v1-00aa" "v1-00bb"]`}},
		{call: plan.Call{Verb: plan.Unmark, Mark: "00aa"},
			want: []string{`-community set depeer/applied ["v1-00aa" "v1-00bb"]`,
				`+community set depeer/applied ["v1-00bb"]`}},
		{call: plan.Call{Verb: plan.Unmark, Mark: "00bb"}, want: []string{`-community set depeer/applied ["v1-00bb"]`}},
		{call: plan.Call{Verb: plan.Unmark, Mark: "00bb"}, refused: "not found defined-set"},
		{call: plan.Call{Verb: plan.Unlock, Holder: "a"},
			want: []string{"-policy depeer/lock/a [depeer/lock]", "-statement depeer/lock conditions{-1} actions{}"}},
	} {
		before := dump(t, d)
		err := c.Do(t.Context(), step.call)
		switch {
		case step.refused == "" && err != nil:
			t.Fatal(err)
		case step.refused != "" && (!errors.Is(err, plan.ErrRefused) || !strings.Contains(err.Error(), step.refused)):
			t.Errorf("%s: error is %v, and should be ErrRefused and say %q", step.call, err, step.refused)
		}
		if diff := cmp.Diff(step.want, differ(before, dump(t, d)), equal); diff != "" {
			t.Errorf("%s changes (-want +got):\n%s", step.call, diff)
		}
	}
}

// What gobgpd does with calls that do not fit, as plan relies on reading again.
func TestCallsThatLeaveSomethingBehind(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(t, d)
	gate := plan.Gate{Set: "depeer/gate/g"}
	named := func(name string) plan.Statement {
		return plan.Statement{Gate: gate, Statement: policies.Statement{Name: name}}
	}
	do(t, c, plan.Call{Verb: plan.AddGate, Name: gate.Set}, plan.Call{Verb: plan.AddGate, Name: gate.Set},
		plan.Call{Verb: plan.OpenGate, Name: gate.Set}, plan.Call{Verb: plan.OpenGate, Name: gate.Set})
	if s := state(t, c); s.Gates[gate.Set] != plan.Open || len(s.Conflicts) != 0 {
		t.Errorf("a gate that was opened twice: %v, %v", s.Gates, s.Conflicts)
	}
	do(t, c, plan.Call{Verb: plan.CloseGate, Name: gate.Set})
	if s := state(t, c); s.Gates[gate.Set] != plan.Closed {
		t.Errorf("a gate that was opened twice and closed: %v", s.Gates)
	}

	do(t, c, plan.Call{Verb: plan.Hold, Name: "depeer/bbbbbbbbbbbb/001-absent", Gate: gate})
	if s := state(t, c); len(s.Statements) != 1 || len(s.Import) != 0 {
		t.Errorf("hold of a statement that is not there leaves %v, policy %v", s.Statements, s.Import)
	}
	err := c.Do(t.Context(), plan.Call{Verb: plan.AddStatements, Policy: "depeer",
		Add: []plan.Statement{named("depeer/cccccccccccc/001-new"), named("depeer/bbbbbbbbbbbb/001-absent"),
			named("depeer/cccccccccccc/003-new")}})
	if s := state(t, c); !errors.Is(err, plan.ErrRefused) || len(s.Statements) != 2 || len(s.Import) != 0 {
		t.Errorf("adding a name that is taken: %v, leaves %v, policy %v", err, s.Statements, s.Import)
	}
}

// What came of a call that was not answered.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	short, err := gobgp.Dial(t.Context(), gobgp.Options{Address: "unix://" + d.Socket, Timeout: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer short.Close()
	long := dialTarget(t, d)
	calls := []plan.Call{{Verb: plan.AddGate, Name: "depeer/gate/g"}, {Verb: plan.Mark, Mark: "00"},
		{Verb: plan.Reset, Client: d.Site.Member(0)}}

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, call := range calls {
		if err := long.Do(cancelled, call); !errors.Is(err, plan.ErrUnreachable) {
			t.Errorf("cancelled before: %v", err)
		}
	}

	d.Stop()
	for _, call := range calls {
		if err := short.Do(t.Context(), call); !errors.Is(err, plan.ErrUnknown) {
			t.Errorf("stopped: %v", err)
		}
	}
	if err := short.Do(t.Context(), plan.Call{Verb: plan.Unmark, Mark: "00"}); !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("stopped, and nothing but a question was sent: %v", err)
	}
	if _, err := short.State(t.Context()); !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("stopped, reading: %v", err)
	}
	for _, err := range short.Received(t.Context(), d.Site.Member(0)) {
		if !errors.Is(err, plan.ErrUnreachable) {
			t.Errorf("stopped, reading routes: %v", err)
		}
	}
	d.Continue()
	// What became of them is only known from reading. (They do not take effect where
	// gobgpd sees the cancellation first; while its event loop is busy they do.)
	testbed.Eventually(t, testbed.Patience, func() error {
		_, err := short.State(t.Context())
		return err
	})
	do(t, long, calls...)

	d.Stop()
	outcome := make(chan error)
	go func() {
		outcome <- long.Do(context.Background(), plan.Call{Verb: plan.OpenGate, Name: "depeer/gate/g"})
	}()
	d.Kill()
	if err := <-outcome; !errors.Is(err, plan.ErrUnknown) && !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("killed: %v", err)
	}
	testbed.Eventually(t, testbed.Patience, func() error {
		if err := long.Do(t.Context(), calls[0]); !errors.Is(err, plan.ErrUnreachable) {
			return err
		}
		return nil
	})
	d.Restart()
	testbed.Eventually(t, testbed.Patience, func() error { return long.Do(t.Context(), calls[0]) })
}

// Calls that gobgpd would take for more than they say never leave.
func TestPanics(t *testing.T) {
	t.Parallel()
	c := dialTarget(t, testbed.Gobgpd(t, testbed.Config{}))
	ungated := plan.Statement{Statement: policies.Statement{Name: "depeer/x"}}
	for name, call := range map[string]plan.Call{
		"reset of all":         {Verb: plan.Reset},
		"assignment of nobody": {Verb: plan.Assign, Policies: []string{"depeer"}},
		"empty set":            {Verb: plan.AddSet, Name: "depeer/x"},
		"set of another kind": {Verb: plan.AddSet, Name: "depeer/x", Kind: plan.CommunitySet,
			Elements: policies.Prefixes{{}}},
		"set of a kind that its elements are not": {Verb: plan.AddSet, Name: "depeer/x",
			Elements: policies.ASPaths{{}}},
		"set of somebody else":     {Verb: plan.AddSet, Name: "x", Elements: policies.Prefixes{{}}},
		"deleting somebody's set":  {Verb: plan.DeleteSet, Name: "x"},
		"deleting a policy":        {Verb: plan.DeleteSet, Kind: plan.Policy, Name: "depeer/x"},
		"gate of another name":     {Verb: plan.OpenGate, Name: "depeer/x"},
		"hold behind no gate":      {Verb: plan.Hold, Name: "depeer/x"},
		"release of nothing":       {Verb: plan.Release, Gate: plan.Gate{Set: "depeer/gate/g"}},
		"statement without a gate": {Verb: plan.AddStatements, Policy: "depeer", Add: []plan.Statement{ungated}},
		"statement for others":     {Verb: plan.AddStatements, Policy: "operator", Add: []plan.Statement{ungated}},
		"no statement":             {Verb: plan.AddStatements, Policy: "depeer"},
		"taking all":               {Verb: plan.TakeStatements, Policy: "depeer"},
		"taking from others":       {Verb: plan.TakeStatements, Policy: "operator", Take: []string{"x"}},
		"deleting no statement":    {Verb: plan.DeleteStatement},
		"mark that is a community": {Verb: plan.Mark, Mark: "64500:1"},
		"mark that is a pattern":   {Verb: plan.Unmark, Mark: ".*"},
		"lock for nobody":          {Verb: plan.Lock},
		"unlock of no policy":      {Verb: plan.Unlock},
		"shutting all":             {Verb: plan.ShutSession, Message: "x"},
		"opening all":              {Verb: plan.OpenSession},
		"a message too long": {Verb: plan.ShutSession, Client: netip.MustParseAddr("127.0.0.2"),
			Message: strings.Repeat("x", 129)},
		"a message cut in two":   {Verb: plan.ShutSession, Client: netip.MustParseAddr("127.0.0.2"), Message: "\xd0"},
		"no note":                {Verb: plan.NoteSessions},
		"a note about nobody":    {Verb: plan.NoteSessions, Notes: []session.Note{{}}},
		"forgetting nothing":     {Verb: plan.ForgetSessions},
		"verb that is not there": {Verb: 200},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, ":") {
					t.Errorf("%s: no panic in words", name)
				}
			}()
			c.Do(t.Context(), call)
		}()
	}
}
