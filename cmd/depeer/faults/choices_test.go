package faults_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// What members choose for themselves. Five of them: the first announces what is listed,
// by prefix and by origin, and what is not; the second has longer paths to some of it; the
// others may choose.
const (
	announcer = iota
	longer
	carol
	dave
	erin
)

const offering = `
version: 1
exchange: {name: Example-IX, asn: 64500}
treatments:
  - {name: depeer, reject: true}
  - {name: deprefer, communities: ["64500:64662"]}
  - {name: tag, communities: ["64500:64661"]}
  - {name: offer, towards: choosers}
limits: {max_shrink: 100%, max_growth: 100%, max_routes: 100%, max_member_routes: 100%}
members:
`

// choosing is such an exchange, with what is listed and chosen.
type choosing struct {
	*world
	secondary bool
	listed    []string
	wishes    map[int]string
}

func newChoosing(t *testing.T, secondary bool, edit func(*testbed.Config)) *choosing {
	c := testbed.Config{Policy: anchored + theirs}
	for i := range 5 {
		c.Members = append(c.Members, testbed.MemberConfig{
			ASN: filters.ASN(64496 + i), LocalPref: true, SecondaryRoute: secondary,
			Import: []string{policies.ImportPolicy, "in"}, Export: []string{policies.ExportPolicy, "out"},
		})
	}
	for _, family := range []string{"20.%d.0.0/16", "2a00:%d::/32"} {
		p := func(n int) string { return fmt.Sprintf(family, n) }
		c.Members[announcer].Announce = append(c.Members[announcer].Announce,
			testbed.Announce(p(1), p(2), p(4), p(9))...)
		c.Members[announcer].Announce = append(c.Members[announcer].Announce, from(p(3), 64999))
		c.Members[longer].Announce = append(c.Members[longer].Announce, from(p(2), 65001), from(p(3), 65010, 65011))
	}
	if edit != nil {
		edit(&c)
	}
	x := &choosing{world: newWorld(t, c), secondary: secondary, wishes: map[int]string{}}
	x.lists(1, 2)
	return x
}

// lists has the list name the n-th prefixes, and AS64999.
func (x *choosing) lists(prefixes ...int) {
	x.listed = nil
	for _, n := range prefixes {
		x.listed = append(x.listed, fmt.Sprintf("20.%d.0.0/16", n), fmt.Sprintf("2a00:%d::/32", n))
	}
}

// files writes the exchange file and the list.
func (x *choosing) files() {
	x.t.Helper()
	text := offering
	for i, m := range x.Members {
		text += fmt.Sprintf("  - {asn: %d, addresses: [%s]", 64496+i, m.Address)
		if wish := x.wishes[i]; wish != "" {
			text += ", choices: {ours: " + wish + "}"
		}
		text += "}\n"
	}
	x.write("depeer.yaml", text)
	x.write("ours.yaml", fmt.Sprintf(`
version: 1
list: {name: ours, updated: 2026-01-01}
defaults: {treatment: offer}
providers:
  - {name: Listed, prefixes: ["%s"], asns: [64999], allow_reserved: true}
`, strings.Join(x.listed, `", "`)))
}

// expects is the oracle: what each member should hold of what is announced now.
func (x *choosing) expects() table {
	var all table
	for to := range x.Members {
		lines := []string{}
		for _, paths := range x.announced() {
			if r, ok := x.sent(to, paths); ok {
				lines = append(lines, line(r))
			}
		}
		slices.Sort(lines)
		all = append(all, lines)
	}
	return all
}

// announced returns all paths by prefix, the shortest first: no two are of one length.
func (x *choosing) announced() map[netip.Prefix][]policies.Route {
	all := map[netip.Prefix][]policies.Route{}
	for i, m := range x.Members {
		for _, a := range m.Announced() {
			if strings.HasPrefix(a.Prefix.String(), "20.") || strings.HasPrefix(a.Prefix.String(), "2a00:") {
				all[a.Prefix] = append(all[a.Prefix],
					policies.Route{Prefix: a.Prefix, Peer: m.Address, LocalPref: 100,
						Path: append([]filters.ASN{filters.ASN(64496 + i)}, a.Path...)})
			}
		}
	}
	for _, paths := range all {
		slices.SortFunc(paths, func(a, b policies.Route) int { return cmp.Compare(len(a.Path), len(b.Path)) })
	}
	return all
}

// wish is what a member has chosen to happen to a path; "" for nothing.
func (x *choosing) wish(to int, r policies.Route) string {
	if slices.Contains(x.listed, r.Prefix.String()) || r.Path[len(r.Path)-1] == 64999 {
		return x.wishes[to]
	}
	return ""
}

func (x *choosing) sent(to int, paths []policies.Route) (policies.Route, bool) {
	for _, r := range paths {
		if r.Peer == x.Members[to].Address {
			continue
		}
		r.LargeCommunities = []policies.LargeCommunity{{Global: 64500, Local1: 1, Local2: 1}}
		switch x.wish(to, r) {
		case "refuse":
			if x.secondary {
				continue
			}
			return r, false
		case "deprefer":
			r.Communities = []policies.Community{64500<<16 | 64662}
		case "tag":
			r.Communities = []policies.Community{64500<<16 | 64661}
		}
		return r, true
	}
	return policies.Route{}, false
}

// put applies what is listed and chosen, and checks that each member holds just that.
func (x *choosing) put(step string, more ...string) {
	x.t.Helper()
	x.files()
	x.foretells()
	x.apply("ours.yaml", more...)
	x.right(step)
	x.on("status", "ours.yaml", "--at", "2026-02-01").exits(0)
}

func (x *choosing) right(step string) {
	x.t.Helper()
	x.holds(x.expects())
	if x.t.Failed() {
		x.t.Fatalf("secondary-route %t: %s", x.secondary, step)
	}
}

func withAndWithoutSecondary(t *testing.T, test func(t *testing.T, secondary bool)) {
	for _, secondary := range []bool{false, true} {
		t.Run(fmt.Sprintf("secondary-route %t", secondary), func(t *testing.T) {
			t.Parallel()
			test(t, secondary)
		})
	}
}

// Row 47: whoever chooses loses the routes, and it alone, at each step; who leaves has
// them again; no route stays for good.
func TestChoices(t *testing.T) {
	t.Parallel()
	withAndWithoutSecondary(t, func(t *testing.T, secondary bool) {
		x := newChoosing(t, secondary, nil)
		x.right("at first")
		x.put("nobody has chosen")

		x.wishes = map[int]string{carol: "refuse", dave: "deprefer"}
		x.files()
		said := x.foretells().says("2 members have chosen for themselves; expected, and not verified",
			"soft reset in: 2 of 5 members")
		if !secondary {
			said.says("would get another path to 2 prefixes with secondary-route = true")
		}
		x.put("choose")
		x.lists(1, 2, 4)
		x.put("the list grows")
		x.lists(2, 4)
		x.put("the list shrinks")
		x.wishes[erin] = "refuse"
		x.put("another member chooses")
		delete(x.wishes, carol)
		x.put("one leaves")
		x.wishes[dave] = "tag"
		x.put("one chooses something else")

		x.wishes[dave] = "deprefer"
		x.on("rollback", "--yes").exits(0)
		x.right("rolled back")
		x.wishes[carol] = "refuse"
		before := x.expects()
		x.put("chosen again")

		// A member that sends our tags itself changes nothing.
		for _, prefix := range []string{"20.9.0.0/16", "2a00:9::/32", "20.4.0.0/16"} {
			a := testbed.Announce(prefix)[0]
			a.LargeCommunities = append(x.tags(), policies.LargeCommunity{Global: 64500, Local1: 66600, Local2: 1})
			x.Members[announcer].Announce(a)
		}
		x.holds(before)
		x.right("our tags sent by a member")
		x.Members[announcer].Announce(testbed.Announce("20.9.0.0/16", "2a00:9::/32", "20.4.0.0/16")...)

		// The announcer really withdraws: what was refused as well, and what goes over to
		// a path that is not.
		for _, prefix := range []string{"20.2.0.0/16", "2a00:2::/32", "20.3.0.0/16", "2a00:3::/32", "20.4.0.0/16"} {
			x.Members[announcer].Withdraw(netip.MustParsePrefix(prefix))
		}
		x.right("the announcer withdraws")
		x.Members[announcer].Announce(append(testbed.Announce("20.2.0.0/16", "2a00:2::/32", "20.4.0.0/16"),
			from("20.3.0.0/16", 64999), from("2a00:3::/32", 64999))...)
		x.right("and announces again")

		// A reload that wipes everything fails open; what is put in again withdraws.
		x.Daemon.Write([]byte(strings.Replace(string(x.Daemon.Config()), "8..32", "9..32", 1)))
		x.Daemon.Reload()
		x.without("wiped by a reload")
		x.on("status").exits(2)
		x.put("after a reload")

		x.Daemon.Restart()
		for _, m := range x.Members {
			m.WaitEstablished()
		}
		x.on("status").exits(2)
		x.without("restarted")
		x.put("after a restart")

		x.on("clear", "--yes").exits(0)
		x.without("cleared")
	})
}

// wrong says in what members hold something else.
func (x *choosing) wrong() error {
	if diff := gocmp.Diff(x.expects(), x.table()); diff != "" {
		return fmt.Errorf("members hold (-want +got):\n%s", diff)
	}
	return nil
}

// without checks that each member holds what it would if nobody had chosen anything.
func (x *choosing) without(step string) {
	x.t.Helper()
	wishes := x.wishes
	x.wishes = nil
	x.right(step)
	x.wishes = wishes
}

// tags returns the tags in force, as the daemon lists them.
func (x *choosing) tags() []policies.LargeCommunity {
	x.t.Helper()
	var out []policies.LargeCommunity
	for _, word := range regexp.MustCompile(`64500:66601:[0-9]+`).FindAllString(strings.Join(dumpOf(x.t, x.Daemon),
		"\n"), -1) {
		c, err := policies.ParseLargeCommunity(word)
		if err != nil {
			x.t.Fatal(err)
		}
		if !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	if len(out) == 0 {
		x.t.Fatal("no tags")
	}
	return out
}

// foretold is what plan says that a member who has chosen will get, in prefixes.
type foretold struct {
	Address                             string
	Refused, Changed, Another, Withheld int
}

// expectsOf is the oracle for it.
func (x *choosing) expectsOf(to int) foretold {
	f := foretold{Address: x.Members[to].Address.String()}
	for _, paths := range x.announced() {
		paths = slices.DeleteFunc(paths, func(r policies.Route) bool { return r.Peer == x.Members[to].Address })
		passes := slices.IndexFunc(paths, func(r policies.Route) bool { return x.wish(to, r) != "refuse" })
		if len(paths) > 0 && passes != 0 {
			f.Refused++
		}
		switch {
		case passes < 0:
		case passes > 0 && x.secondary:
			f.Another++
		case passes > 0:
			f.Withheld++
		case x.wish(to, paths[0]) != "":
			f.Changed++
		}
	}
	return f
}

// foretells checks what plan says of all who have chosen.
func (x *choosing) foretells() result {
	x.t.Helper()
	want := []foretold{}
	for to := range x.Members {
		if x.wishes[to] != "" {
			want = append(want, x.expectsOf(to))
		}
	}
	var got struct{ Choices []foretold }
	x.on("plan", "ours.yaml", "--at", "2026-02-01", "--json").exits(0).reads(&got)
	if diff := gocmp.Diff(want, got.Choices); diff != "" {
		x.t.Errorf("plan foretells (-want +got):\n%s", diff)
	}
	return x.on("plan", "ours.yaml", "--at", "2026-02-01").exits(0)
}
