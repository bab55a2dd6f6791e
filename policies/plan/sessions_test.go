package plan_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/guard"
	"depeer/policies/plan"
	"depeer/policies/plan/plantest"
	"depeer/policies/plan/session"
)

// memberSession is one member's session, as an oracle keeps it, with who has shut it, if anybody.
type memberSession struct {
	asn        filters.ASN
	member     bool // a client of the route server
	down, ours bool
	inFile     bool
}

// oracle is what sessions are meant to be, by address.
type oracle map[netip.Addr]*memberSession

func oracleOf(clients []plan.Client) oracle {
	o := make(oracle)
	for _, c := range clients {
		o[c.Address] = &memberSession{asn: c.ASN, member: c.RouteServer, down: c.AdminDown, inFile: c.DownInFile}
	}
	return o
}

// want has these ASNs' sessions shut, and lets others in that are ours to let in.
func (o oracle) want(sessions []policies.Session) {
	for _, s := range o {
		wanted := s.member && slices.ContainsFunc(sessions, func(w policies.Session) bool { return w.ASN == s.asn })
		switch {
		case wanted && !s.down:
			s.down, s.ours = true, true
		case wanted:
		case s.ours:
			s.down, s.ours = s.down && s.inFile, false
		}
	}
}

// lines is a line for each session.
func (o oracle) lines() []string {
	var out []string
	for a, s := range o {
		out = append(out, fmt.Sprintf("%s down %t ours %t", a, s.down, s.ours))
	}
	slices.Sort(out)
	return out
}

func sessionsOf(s *plan.State) []string {
	var out []string
	for _, c := range s.Clients {
		noted := slices.ContainsFunc(s.Sessions,
			func(n session.Note) bool { return n.Member == c.Address && n.Kind == session.Shut })
		out = append(out, fmt.Sprintf("%s down %t ours %t", c.Address, c.AdminDown, noted))
	}
	slices.Sort(out)
	return out
}

// Lists come and go, the operator shuts and opens what he likes, and each session is
// as the oracle says: what somebody else has shut is never opened.
func TestSessions(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := choose(t)
		m := c.server(&policies.RoutingPolicy{})
		o := oracleOf(state(m).Clients)
		for i := range 4 {
			if c.oneIn(3) { // the operator's hand
				client := pick(c, state(m).Clients...)
				up := c.oneIn(2)
				m.Admin(client.Address, up)
				o[client.Address].down = !up
			}
			want := pick(c, &policies.RoutingPolicy{}, c.policy())
			change := plan.To(state(m), want, fmt.Sprint("c", i))
			if c.oneIn(4) {
				want = &policies.RoutingPolicy{}
				change = plan.Clear(state(m), fmt.Sprint("c", i))
			}
			before := state(m)
			bring(t, m, change)
			o.want(want.Sessions)
			after := state(m)
			if diff := cmp.Diff(o.lines(), sessionsOf(after)); diff != "" {
				t.Fatalf("sessions (-want +got):\n%s\n%v\nbefore: %v\n%v", diff, want.Sessions, before.Sessions, m)
			}
			if diff := cmp.Diff(changed(before, after), change.Summary().Sessions, sameOrder,
				cmpopts.IgnoreFields(plan.SessionChange{}, "ASN", "Message")); diff != "" {
				t.Fatalf("summary (-what changed +what it says):\n%s", diff)
			}
		}
	})
}

// changed says which sessions differ between two states, those that were opened first.
func changed(before, after *plan.State) []plan.SessionChange {
	var out []plan.SessionChange
	for _, word := range []string{"open", "shut"} {
		for i, c := range after.Clients {
			if c.AdminDown != before.Clients[i].AdminDown && c.AdminDown == (word == "shut") {
				out = append(out, plan.SessionChange{Address: c.Address, Change: word})
			}
		}
	}
	return out
}

// A reload of policy wipes the notes and leaves sessions as they are. What the journal
// remembers of them is opened again, and nothing else is.
func TestSessionsAreRemembered(t *testing.T) {
	m := through.server(&policies.RoutingPolicy{})
	for i := range 3 {
		m.AddClient(member(i))
	}
	shut := &policies.RoutingPolicy{Sessions: []policies.Session{{ASN: 65000, Message: "why"},
		{ASN: 65001, Message: "why"}}}
	m.Admin(member(2).Address, false)
	change := plan.To(state(m), shut, "a")
	bring(t, m, change)
	m.Load(&policies.RoutingPolicy{})
	m.Admin(member(1).Address, true)

	forgotten := state(m)
	if c := plan.To(forgotten, &policies.RoutingPolicy{}, "b"); !c.Empty() {
		t.Errorf("of a session that is nobody's knowledge: %v", c.Calls())
	}
	remembered := forgotten.Remember(change.New.Sessions)
	var calls []string
	for _, call := range plan.To(remembered, &policies.RoutingPolicy{}, "b").Calls() {
		calls = append(calls, call.String())
	}
	want := []string{"note sessions: 127.0.0.2 opening", "open session 127.0.0.2", "forget sessions: 127.0.0.2 opening"}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	// Still listed: the one is noted again, and the other shut again.
	again := plan.To(remembered, shut, "b")
	if got := again.Summary(); got.Shut() != 1 || len(got.Sessions) != 1 ||
		got.Sessions[0].Address != member(1).Address {
		t.Errorf("still listed: %v", got.Sessions)
	}
	bring(t, m, again)
	if len(plan.Drift(state(m), shut)) != 0 {
		t.Errorf("drift: %v", plan.Drift(state(m), shut))
	}
	if s := state(m); s.Remember(nil) != s || s.Remember([]policies.Session{{Address: member(2).Address}}) != s {
		t.Error("the journal is believed over the daemon's own notes")
	}
	bring(t, m, plan.To(state(m), &policies.RoutingPolicy{}, "c"))
	if diff := cmp.Diff([]string{"127.0.0.2 down false ours false", "127.0.0.3 down false ours false",
		"127.0.0.4 down true ours false"}, sessionsOf(state(m))); diff != "" {
		t.Errorf("at the end (-want +got):\n%s", diff)
	}
}

// member is a client with our places.
func member(i int) plan.Client {
	return plan.Client{
		Address: netip.AddrFrom4([4]byte{127, 0, 0, byte(2 + i)}), ASN: filters.ASN(65000 + i), RouteServer: true,
		Up:     true,
		Import: plan.Assignment{Policies: []string{policies.ImportPolicy}, Default: plan.Accept},
		Export: plan.Assignment{Policies: []string{policies.ExportPolicy}, Default: plan.Accept},
	}
}

func TestSessionDrift(t *testing.T) {
	shut := &policies.RoutingPolicy{Sessions: []policies.Session{{ASN: 65000}, {ASN: 65001}}}
	tests := map[string]struct {
		meanwhile func(*plantest.Model)
		want      *policies.RoutingPolicy
		says      string
		status    plan.Status
	}{
		"as it should be": {func(*plantest.Model) {}, shut, "", plan.InSync},
		"up by hand": {func(m *plantest.Model) { m.Admin(member(0).Address, true) }, shut,
			"neighbor 127.0.0.2 is to be shut, and is not", plan.Drifts},
		"restarted": {func(m *plantest.Model) { m.Restart(&policies.RoutingPolicy{}) }, shut,
			"neighbor 127.0.0.2 is to be shut, and is not\nneighbor 127.0.0.3 is to be shut, and is not", plan.Drifts},
		"not listed any more": {func(*plantest.Model) {}, &policies.RoutingPolicy{Sessions: shut.Sessions[1:]},
			"neighbor 127.0.0.2 is shut by us, and is not to be", plan.Drifts},
		"nor shut any more": {func(m *plantest.Model) { m.Admin(member(0).Address, true) },
			&policies.RoutingPolicy{Sessions: shut.Sessions[1:]}, "neighbor 127.0.0.2 is noted as shut, and is not",
			plan.Drifts},
		"another is shut by hand": {func(m *plantest.Model) { m.Admin(member(2).Address, false) }, shut, "",
			plan.InSync},
		"cut off": {func(m *plantest.Model) {
			do(failsNever{}, m, plan.Call{Verb: plan.NoteSessions,
				Notes: []session.Note{{Kind: session.Opening, Member: member(0).Address}}})
		}, shut, "neighbor 127.0.0.2 a change was cut off while it was opening its session", plan.Unknown},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			m := through.server(&policies.RoutingPolicy{})
			for i := range 3 {
				m.AddClient(member(i))
			}
			bring(t, m, plan.To(state(m), shut, "a"))
			test.meanwhile(m)
			found := plan.Drift(state(m), test.want)
			var says []string
			for _, d := range found {
				says = append(says, d.Object.String()+" "+d.What)
			}
			if diff := cmp.Diff(test.says, strings.Join(says, "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := state(m).Status(found, false); got != test.status {
				t.Errorf("status %s, want %s", got, test.status)
			}
		})
	}
}

// A dynamic neighbor comes back at once, as a new one: it is not shut, but said.
func TestUnshuttable(t *testing.T) {
	m := through.server(&policies.RoutingPolicy{})
	c := member(0)
	c.Dynamic = true
	m.AddClient(c)
	want := &policies.RoutingPolicy{Sessions: []policies.Session{{ASN: 65000}}}
	if o := state(m).Unshuttable(want); len(o) != 1 || o[0].Object != "127.0.0.2" {
		t.Errorf("obstacles: %v", o)
	}
	if change := plan.To(state(m), want, "a"); change.Summary().Shut() != 0 {
		t.Errorf("it is shut: %v", change.Calls())
	}
}

// Sessions that a plan file shuts are counted in it, in writing and in reading.
func TestPlanFileThatShutsMore(t *testing.T) {
	m := through.server(&policies.RoutingPolicy{})
	m.AddClient(member(0))
	p := planOf(plan.To(state(m), &policies.RoutingPolicy{Sessions: []policies.Session{{ASN: 65000}}}, "a"))
	p.Members = 3
	// of three members, less than one
	for _, allowed := range []guard.Override{{}, {Percent: 33 * guard.OnePercent}} {
		p.Overrides = plan.Overrides{guard.AllowSessions: allowed}
		if err := plan.Encode(io.Discard, p); err == nil || !strings.Contains(err.Error(), "shuts 1 session") {
			t.Errorf("%s allowed: written: %v", allowed, err)
		}
	}
	for _, allowed := range []guard.Override{{Number: 2}, {Percent: 34 * guard.OnePercent}, {Number: 1}} {
		p.Overrides = plan.Overrides{guard.AllowSessions: allowed}
		encoded(t, p)
	}
	_, body, _ := strings.Cut(strings.TrimSuffix(string(encoded(t, p)), "}\n"), `"plan":`)
	body = strings.Replace(body, `"allow-sessions":1`, `"allow-sessions":0`, 1)
	file := fmt.Sprintf(`{"depeer_plan":%d,"sha256":"%x","plan":%s}`+"\n", plan.FormatVersion,
		sha256.Sum256([]byte(body)), body)
	if _, err := plan.Decode(strings.NewReader(file)); err == nil || !strings.Contains(err.Error(), "shuts 1 session") {
		t.Errorf("read: %v", err)
	}
}
