package gobgp_test

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/policies/build"
	"depeer/policies/lab/testbed"
	"depeer/policies/plan"
	"depeer/policies/plan/session"
)

// Notes are read back as they were written, whatever they say, and forgotten each for
// itself; the set goes with the last of them.
func TestSessionNotes(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(t, d)
	four, six := netip.MustParseAddr("127.0.0.2"), netip.MustParseAddr("2001:db8::6450:1")
	notes := []session.Note{
		{Kind: session.Shut, Member: four},
		{Kind: session.Shut, Member: four, Message: "no-export"},
		{Kind: session.Shutting, Member: four, Message: strings.Repeat("ж", 64)},
		{Kind: session.Shut, Member: six, Message: "64500:1 ^.*$ \"\\\n"},
		{Kind: session.Opening, Member: six},
	}
	do(t, c, plan.Call{Verb: plan.NoteSessions, Notes: notes}, plan.Call{Verb: plan.NoteSessions, Notes: notes[:2]})
	same := cmp.Comparer(func(a, b netip.Addr) bool { return a == b })
	has := func(want ...session.Note) {
		t.Helper()
		s := state(t, c)
		var missing []session.Note
		for _, n := range want {
			found := false
			for _, got := range s.Sessions {
				found = found || cmp.Equal(n, got, same)
			}
			if !found {
				missing = append(missing, n)
			}
		}
		if len(missing) > 0 || len(s.Sessions) != len(want) || len(s.Conflicts) != 0 {
			t.Fatalf("notes %v, want %v; strange: %v", s.Sessions, want, s.Conflicts)
		}
	}
	has(notes...)
	do(t, c, plan.Call{Verb: plan.ForgetSessions, Notes: []session.Note{notes[1], notes[2]}})
	has(notes[0], notes[3], notes[4])
	do(t, c, plan.Call{Verb: plan.ForgetSessions, Notes: []session.Note{notes[1]}}) // is gone: nothing to do
	has(notes[0], notes[3], notes[4])
	do(t, c, plan.Call{Verb: plan.ForgetSessions, Notes: notes})
	has()
	for _, line := range dump(t, d) {
		if strings.Contains(line, session.SetName) {
			t.Errorf("left behind: %s", line)
		}
	}

	// What is no note of ours is strange.
	for _, entry := range []string{"v1-shut-7f00000-", "v1-shut-7f000002-zz", "v1-shut-7f000002-ff",
		"v1-closed-7f000002-", "v1-shut-7F000002-", "65000:1", "v1-shut-7f000002",
		"v1-shut-7f000002-" + strings.Repeat("61", 129)} {
		set := &api.DefinedSet{DefinedType: api.DefinedType_COMMUNITY, Name: session.SetName, List: []string{entry}}
		if _, err := d.API().AddDefinedSet(t.Context(), &api.AddDefinedSetRequest{DefinedSet: set}); err != nil {
			t.Fatal(err)
		}
		if s := state(t, c); len(s.Conflicts) != 1 || len(s.Sessions) != 0 {
			t.Errorf("%s: strange %v, notes %v", entry, s.Conflicts, s.Sessions)
		}
		if _, err := d.API().DeleteDefinedSet(t.Context(),
			&api.DeleteDefinedSetRequest{DefinedSet: set, All: true}); err != nil {
			t.Fatal(err)
		}
	}
}

// A session that is shut is down when the call returns, its member has been told, and
// it stays down through retries and a reload of policy; and it comes up when it is opened,
// when its own section is edited, and when the daemon starts. The other member notices
// nothing but that routes go and come.
func TestShutSession(t *testing.T) {
	t.Parallel()
	list := []string{"depeer"}
	x := testbed.Exchange(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{
		{ASN: 64496, Import: list, Announce: testbed.Announce("10.1.0.0/24", "2001:db8:1::/48")},
		{ASN: 64497, Import: list, Announce: testbed.Announce("10.2.0.0/24")},
	}})
	c := dialTarget(t, x.Daemon)
	member, other := x.Members[0], x.Members[1]
	client := func() plan.Client { return state(t, c).Clients[0] }
	// 127 bytes, and then a character of two, of which the daemon would send one.
	message := build.Tell("depeer", "example-ix-listed", "SBL123456", "noc@example-ix.net")
	shut := plan.Call{Verb: plan.ShutSession, Client: member.Address, Message: message}
	open := plan.Call{Verb: plan.OpenSession, Client: member.Address}

	do(t, c, shut)
	if got := client(); got.Up || !got.AdminDown || got.DownInFile {
		t.Errorf("shut: %+v", got)
	}
	member.WaitDown()
	testbed.Eventually(t, testbed.Patience, func() error {
		if !strings.Contains(string(member.Log()), `Administrative shutdown: "`+message+`"`) {
			return errors.New("BIRD does not log the message: " + string(member.Log()))
		}
		return nil
	})
	other.Holds()
	do(t, c, shut) // once more is no mistake
	if s := state(t, c); len(s.Theirs) == 0 || !s.Clients[0].AdminDown || s.Clients[1].AdminDown {
		t.Errorf("shut twice: %+v", s.Clients)
	}

	// A reload of policy leaves it down.
	text := string(x.Daemon.Config())
	x.Daemon.Write([]byte(strings.Replace(text, anchor, anchor+"\n[[policy-definitions]]\nname = \"more\"\n", 1)))
	x.Daemon.Reload()
	if !client().AdminDown {
		t.Error("a reload of policy has let it in")
	}
	do(t, c, open)
	if client().AdminDown {
		t.Error("opened, and it is down administratively")
	}
	member.WaitEstablished()
	other.Holds(member.Announced()[0].Prefix, member.Announced()[1].Prefix)

	// An edit of its section, and a start, let it in: nobody but a reader finds out.
	do(t, c, shut)
	x.Daemon.Write([]byte(strings.Replace(string(x.Daemon.Config()), "peer-as = 64496",
		"description = 'edited'\npeer-as = 64496", 1)))
	x.Daemon.Reload()
	member.WaitEstablished()
	if client().AdminDown {
		t.Error("up, and said to be down")
	}
	do(t, c, shut)
	x.Daemon.Restart()
	member.WaitEstablished()
	if got := client(); got.AdminDown || len(state(t, c).Sessions) != 0 {
		t.Errorf("started anew: %+v", got)
	}

	// What the file has down is told apart.
	x.Daemon.Write([]byte(strings.Replace(string(x.Daemon.Config()), "peer-as = 64496",
		"admin-down = true\npeer-as = 64496", 1)))
	x.Daemon.Restart()
	if got := client(); !got.AdminDown || !got.DownInFile {
		t.Errorf("down in the file: %+v", got)
	}
}

// A message is cut by us between two characters, where the daemon would cut in one.
func TestShutMessageIsCut(t *testing.T) {
	t.Parallel()
	x := testbed.Exchange(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(t, x.Daemon)
	long := build.Tell("depeer", strings.Repeat("a", 128-len("depeer: listed in ; ask ")-1), "", "жж")
	if len(long) != 127 || !strings.HasSuffix(long, "; ask ") {
		t.Fatalf("%d bytes: %q", len(long), long)
	}
	do(t, c, plan.Call{Verb: plan.ShutSession, Client: x.Members[0].Address, Message: long})
	testbed.Eventually(t, testbed.Patience, func() error {
		if !strings.Contains(string(x.Members[0].Log()), `"`+long+`"`) {
			return errors.New(string(x.Members[0].Log()))
		}
		return nil
	})
}

// Who is no neighbor cannot be shut, and a daemon that does not carry an order out is
// unknown.
func TestShutSessionFails(t *testing.T) {
	t.Parallel()
	d := testbed.Gobgpd(t, testbed.Config{Policy: anchor, Members: []testbed.MemberConfig{{ASN: 64496}}})
	c := dialTarget(t, d)
	for _, verb := range []plan.Verb{plan.ShutSession, plan.OpenSession} {
		if err := c.Do(t.Context(), plan.Call{Verb: verb, Client: netip.MustParseAddr("192.0.2.1")}); !errors.Is(err,
			plan.ErrRefused) {
			t.Errorf("%s of nobody: %v", verb, err)
		}
	}
	// One that has never been up is shut, too.
	do(t, c, plan.Call{Verb: plan.ShutSession, Client: d.Site.Member(0)})
	if !state(t, c).Clients[0].AdminDown {
		t.Error("is not down")
	}
	d.Stop()
	defer d.Continue()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if err := c.Do(ctx, plan.Call{Verb: plan.OpenSession, Client: d.Site.Member(0)}); !errors.Is(err,
		plan.ErrUnknown) && !errors.Is(err, plan.ErrUnreachable) {
		t.Errorf("stopped: %v", err)
	}
}
