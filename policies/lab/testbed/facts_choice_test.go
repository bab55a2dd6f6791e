package testbed_test

// What a member's choice stands on (tag on import, act on export): what
// gobgpd 3.37 sends to one member, and takes back from it, when export policies change.
// All of it with and without secondary-route, IPv4 and IPv6.

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// choosing is an exchange of five. Policies "in" and "out", of all of them, are empty.
type choosing struct {
	*testbed.Running
	t *testing.T
}

const inAndOut = "[[policy-definitions]]\nname = \"in\"\n[[policy-definitions]]\nname = \"out\"\n"

// The five, by their places.
const (
	alice = iota // announces four listed prefixes, and two others
	bob          // announces longer paths to two of those that are listed
	carol        // the first to choose
	dave         // the second
	erin
)

// What alice announces; bob announces second.
var (
	first  = []string{"20.1.0.0/16", "2a00:1::/32"}
	second = []string{"20.2.0.0/16", "2a00:2::/32"}
	others = []string{"20.9.0.0/16", "2a00:9::/32"}
)

// choose runs a test on an exchange without secondary-route, and on one with it.
func choose(t *testing.T, test func(t *testing.T, x *choosing, secondary bool)) {
	for _, secondary := range []bool{false, true} {
		t.Run(fmt.Sprintf("secondary-route %t", secondary), func(t *testing.T) {
			t.Parallel()
			test(t, newChoosing(t, secondary, false), secondary)
		})
	}
}

func newChoosing(t *testing.T, secondary, addPath bool) *choosing {
	t.Helper()
	members := make([]testbed.MemberConfig, 5)
	for i := range members {
		members[i] = testbed.MemberConfig{ASN: filters.ASN(64496 + i), Import: []string{"in"}, Export: []string{"out"},
			SecondaryRoute: secondary}
	}
	members[alice].Announce = testbed.Announce(slices.Concat(first, second, others)...)
	for _, p := range second {
		members[bob].Announce = append(members[bob].Announce, along(p, 65001))
	}
	members[carol].AddPath = addPath
	return &choosing{testbed.Exchange(t, testbed.Config{Policy: inAndOut, Members: members}), t}
}

// call makes sure that a writing call succeeded.
func (x *choosing) call(err error) {
	x.t.Helper()
	if err != nil {
		x.t.Fatal(err)
	}
}

// set makes a set, or adds to one that is there.
func (x *choosing) set(kind api.DefinedType, name string, elements ...string) {
	x.t.Helper()
	s := &api.DefinedSet{DefinedType: kind, Name: name, List: elements}
	if kind == api.DefinedType_PREFIX {
		s.List = nil
		for _, e := range elements {
			s.Prefixes = append(s.Prefixes, &api.Prefix{IpPrefix: e, MaskLengthMin: 0, MaskLengthMax: 128})
		}
	}
	_, err := x.Daemon.API().AddDefinedSet(x.t.Context(), &api.AddDefinedSetRequest{DefinedSet: s})
	x.call(err)
}

// tags appends to policy "in" that listed routes get a tag.
func (x *choosing) tags(value int) {
	x.t.Helper()
	for i, prefixes := range [][]string{{first[0], second[0]}, {first[1], second[1]}} {
		set := fmt.Sprintf("listed-%d-%d", value, i)
		x.set(api.DefinedType_PREFIX, set, prefixes...)
		x.add("in", &api.Statement{
			Name:       fmt.Sprintf("tag-%d-%d", value, i),
			Conditions: &api.Conditions{PrefixSet: anyOf(set)},
			Actions: &api.Actions{LargeCommunity: &api.CommunityAction{
				Type: api.CommunityAction_ADD, Communities: []string{fmt.Sprintf("64500:66601:%d", value)},
			}},
		})
	}
}

// untags takes out what tags has put in.
func (x *choosing) untags(value int) {
	x.t.Helper()
	x.take("in", fmt.Sprintf("tag-%d-0", value), fmt.Sprintf("tag-%d-1", value))
}

// acts appends to policy "out" what happens to a tag towards members.
func (x *choosing) acts(name string, value int, then *api.Actions, members ...int) {
	x.t.Helper()
	var list []string
	for _, i := range members {
		list = append(list, x.Members[i].Address.String()+"/32")
	}
	x.set(api.DefinedType_NEIGHBOR, "who-"+name, list...)
	x.set(api.DefinedType_LARGE_COMMUNITY, "tag-"+name, fmt.Sprintf("^64500:66601:%d$", value))
	x.add("out", &api.Statement{
		Name:       name,
		Conditions: &api.Conditions{NeighborSet: anyOf("who-" + name), LargeCommunitySet: anyOf("tag-" + name)},
		Actions:    then,
	})
}

func anyOf(set string) *api.MatchSet { return &api.MatchSet{Type: api.MatchSet_ANY, Name: set} }

var refused = &api.Actions{RouteAction: api.RouteAction_REJECT}

func (x *choosing) add(policy string, s *api.Statement) {
	x.t.Helper()
	_, err := x.Daemon.API().AddPolicy(x.t.Context(),
		&api.AddPolicyRequest{Policy: &api.Policy{Name: policy, Statements: []*api.Statement{s}}})
	x.call(err)
}

func (x *choosing) take(policy string, names ...string) {
	x.t.Helper()
	p := &api.Policy{Name: policy}
	for _, name := range names {
		p.Statements = append(p.Statements, &api.Statement{Name: name})
	}
	_, err := x.Daemon.API().DeletePolicy(x.t.Context(), &api.DeletePolicyRequest{Policy: p})
	x.call(err)
}

// reset resets members softly: inbound those that announce, outbound any.
func (x *choosing) reset(d api.ResetPeerRequest_SoftResetDirection, members ...int) {
	x.t.Helper()
	for _, i := range members {
		ctx, cancel := context.WithTimeout(x.t.Context(), testbed.Patience)
		defer cancel()
		_, err := x.Daemon.API().ResetPeer(ctx,
			&api.ResetPeerRequest{Address: x.Members[i].Address.String(), Soft: true, Direction: d})
		x.call(err)
	}
}

func (x *choosing) resetIn() { x.t.Helper(); x.reset(api.ResetPeerRequest_IN, alice, bob) }

// holds fails the test unless a member holds routes from alice and from bob to
// these prefixes, and no others.
func (x *choosing) holds(when string, member int, fromAlice, fromBob []string) {
	x.t.Helper()
	x.Settle()
	var want, got []string
	for _, p := range fromAlice {
		want = append(want, p+" "+x.Members[alice].Address.String())
	}
	for _, p := range fromBob {
		want = append(want, p+" "+x.Members[bob].Address.String())
	}
	for _, r := range x.Members[member].Routes() {
		got = append(got, fmt.Sprint(r.Prefix, " ", r.Peer))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		x.t.Errorf("GoBGP v3.37.0 did otherwise; %s: held by member %d (-want +got):\n%s", when, member, diff)
	}
}

var all = slices.Concat(first, second, others)

// A route that is refused on export from now on stays where it is: soft resets, in
// whichever direction, take nothing back. With secondary-route not even its announcer
// does any more.
func TestFactExportRejectWithdrawsNothing(t *testing.T) {
	choose(t, func(t *testing.T, x *choosing, secondary bool) {
		x.tags(1)
		x.resetIn()
		x.holds("tagged", carol, all, nil)
		x.acts("refuse", 1, refused, carol)
		x.resetIn()
		x.reset(api.ResetPeerRequest_OUT, carol)
		x.holds("refused", carol, all, nil)
		x.Members[alice].Withdraw(countPrefixes(first...)...)
		if secondary {
			x.holds("withdrawn by its announcer, with secondary-route", carol, all, nil)
			return
		}
		x.holds("withdrawn by its announcer", carol, slices.Concat(second, others), nil)
	})
}

// In the order that policies/gobgp/FACTS.md has, the subscriber loses the routes, and it alone; and gets
// them again when it is left out, without any soft reset outbound.
func TestFactTagOnImportActOnExport(t *testing.T) {
	choose(t, func(t *testing.T, x *choosing, secondary bool) {
		x.tags(1)
		x.resetIn()
		for i := carol; i <= erin; i++ {
			x.holds("nobody has chosen", i, all, nil)
		}
		next := func(old, new int, members ...int) {
			t.Helper()
			name := fmt.Sprint("refuse-", new)
			if len(members) > 0 {
				x.acts(name, new, refused, members...)
			}
			x.tags(new)
			x.untags(old)
			x.resetIn()
			refuses := func(i int) bool { return slices.Contains(members, i) }
			for i := carol; i <= erin; i++ {
				when := fmt.Sprintf("%v have chosen", members)
				if refuses(i) {
					x.holds(when, i, others, nil)
				} else {
					x.holds(when, i, all, nil)
				}
			}
		}
		next(1, 2, carol)
		next(2, 3, carol, dave)
		x.take("out", "refuse-2")
		next(3, 4, dave)
		x.take("out", "refuse-3")
		x.holds("the old statement is out", carol, all, nil)
		x.holds("the old statement is out", dave, others, nil)
		x.Members[alice].Withdraw(countPrefixes(second...)...)
		x.holds("alice has withdrawn", carol, slices.Concat(first, others), second)
		x.holds("alice has withdrawn", dave, others, nil)
		x.Members[alice].Withdraw(countPrefixes(first...)...)
		x.holds("alice has withdrawn", carol, others, second)
		x.holds("alice has withdrawn", dave, others, nil)
		x.Members[alice].Announce(testbed.Announce(slices.Concat(first, second)...)...)
		x.holds("alice announces again", dave, others, nil)
		next(4, 5)
		x.take("out", "refuse-4")
		x.holds("nobody has chosen any more", dave, all, nil)
		x.Members[alice].Withdraw(countPrefixes(all...)...)
		for i := carol; i <= erin; i++ {
			x.holds("alice has withdrawn all", i, nil, second)
		}
	})
}

// A subscriber that is added under a tag which routes carry already keeps them; so
// does one for whom import uses the new tag before export knows it.
func TestFactTheTagMustBeNew(t *testing.T) {
	choose(t, func(t *testing.T, x *choosing, secondary bool) {
		x.acts("refuse", 1, refused, dave)
		x.tags(1)
		x.resetIn()
		x.holds("subscribed before", dave, others, nil)
		x.set(api.DefinedType_NEIGHBOR, "who-refuse", x.Members[carol].Address.String()+"/32")
		x.resetIn()
		x.reset(api.ResetPeerRequest_OUT, carol)
		x.holds("added under the same tag", carol, all, nil)
		x.tags(2)
		x.untags(1)
		x.resetIn()
		x.acts("refuse-2", 2, refused, erin)
		x.resetIn()
		x.reset(api.ResetPeerRequest_OUT, erin)
		x.holds("import before export", erin, all, nil)
	})
}

// Who is only taken off the neighbor-set, under the same tag, is sent nothing by soft
// resets inbound unless secondary-route is on; a soft reset outbound sends it.
func TestFactLeavingUnderTheSameTag(t *testing.T) {
	choose(t, func(t *testing.T, x *choosing, secondary bool) {
		x.acts("refuse", 1, refused, carol, dave)
		x.tags(1)
		x.resetIn()
		x.holds("chosen", carol, others, nil)
		_, err := x.Daemon.API().DeleteDefinedSet(t.Context(), &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{
			DefinedType: api.DefinedType_NEIGHBOR, Name: "who-refuse",
			List: []string{x.Members[carol].Address.String() + "/32"},
		}})
		x.call(err)
		x.resetIn()
		if secondary {
			x.holds("left, with secondary-route", carol, all, nil)
		} else {
			x.holds("left", carol, others, nil)
		}
		x.reset(api.ResetPeerRequest_OUT, carol)
		x.holds("left, and reset outbound", carol, all, nil)
	})
}

// With secondary-route who refuses the best path gets the next one that it does not.
func TestFactSecondaryRoute(t *testing.T) {
	choose(t, func(t *testing.T, x *choosing, secondary bool) {
		x.acts("refuse", 1, refused, carol)
		x.set(api.DefinedType_NEIGHBOR, "alice", x.Members[alice].Address.String()+"/32")
		x.add("in", &api.Statement{
			Name:       "tag",
			Conditions: &api.Conditions{NeighborSet: anyOf("alice")},
			Actions: &api.Actions{LargeCommunity: &api.CommunityAction{Type: api.CommunityAction_ADD,
				Communities: []string{"64500:66601:1"}}},
		})
		x.resetIn()
		if secondary {
			x.holds("the best path refused", carol, nil, second)
		} else {
			x.holds("the best path refused", carol, nil, nil)
		}
		x.holds("the best path refused", dave, all, nil)
	})
}

// An export statement can change a route for one member, whose own it then is.
func TestFactAttributesForOneMember(t *testing.T) {
	choose(t, func(t *testing.T, x *choosing, secondary bool) {
		add := func(c string) *api.CommunityAction {
			return &api.CommunityAction{Type: api.CommunityAction_ADD, Communities: []string{c}}
		}
		x.acts("carol", 1, &api.Actions{AsPrepend: &api.AsPrependAction{Repeat: 2, UseLeftMost: true},
			LargeCommunity: add("64500:666:1")}, carol)
		x.acts("dave", 1, &api.Actions{LargeCommunity: add("64500:666:2")}, dave)
		x.set(api.DefinedType_LARGE_COMMUNITY, "tags", "^64500:66601:1$")
		x.add("out", &api.Statement{
			Name:       "strip",
			Conditions: &api.Conditions{LargeCommunitySet: anyOf("tags")},
			Actions: &api.Actions{LargeCommunity: &api.CommunityAction{Type: api.CommunityAction_REMOVE,
				Communities: []string{"^64500:66601:1$"}}},
		})
		x.tags(1)
		x.resetIn()
		x.Settle()
		got := map[string]string{}
		for _, i := range []int{carol, dave, erin} {
			for _, r := range x.Members[i].Routes() {
				if r.Prefix.String() == first[0] || r.Prefix.String() == first[1] {
					got[fmt.Sprint(r.Prefix, " ", i)] = fmt.Sprint(r.Path) + fmt.Sprint(r.LargeCommunities)
				}
			}
		}
		want := map[string]string{}
		for _, p := range first {
			want[fmt.Sprint(p, " ", carol)] = "[64496 64496 64496][64500:666:1]"
			want[fmt.Sprint(p, " ", dave)] = "[64496][64500:666:2]"
			want[fmt.Sprint(p, " ", erin)] = "[64496][]"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("GoBGP v3.37.0 did otherwise (-want +got):\n%s", diff)
		}
	})
}

// A neighbor-set that has become empty is everybody.
func TestFactAnEmptyNeighborSetIsEverybody(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, false)
	x.acts("refuse", 1, refused, carol)
	_, err := x.Daemon.API().DeleteDefinedSet(t.Context(), &api.DeleteDefinedSetRequest{DefinedSet: &api.DefinedSet{
		DefinedType: api.DefinedType_NEIGHBOR, Name: "who-refuse",
		List: []string{x.Members[carol].Address.String() + "/32"},
	}})
	x.call(err)
	x.tags(1)
	x.resetIn()
	x.holds("the set is empty", erin, others, nil)
}

// From who is sent several paths nothing is taken back, in whatever order.
func TestFactAddPathReceiverKeeps(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, true)
	x.tags(1)
	x.resetIn()
	x.holds("nobody has chosen", carol, all, second)
	x.acts("refuse", 2, refused, carol)
	x.tags(2)
	x.untags(1)
	x.resetIn()
	x.holds("chosen", carol, all, second)
}

// A statement with a neighbor-set of its own takes no gate.
func TestFactOneNeighborSetOfAStatement(t *testing.T) {
	t.Parallel()
	x := newChoosing(t, false, false)
	x.acts("refuse", 1, refused, carol)
	x.set(api.DefinedType_NEIGHBOR, "gate", "0.0.0.0/32", "::/128")
	_, err := x.Daemon.API().AddStatement(t.Context(), &api.AddStatementRequest{Statement: &api.Statement{
		Name: "refuse", Conditions: &api.Conditions{NeighborSet: &api.MatchSet{Type: api.MatchSet_INVERT,
			Name: "gate"}},
	}})
	if err == nil {
		t.Error("GoBGP v3.37.0 did otherwise: it takes two neighbor-sets")
	}
}
