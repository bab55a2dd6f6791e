package faults_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies/lab/testbed"
)

// long is an exchange whose second member announces routes near the edge of a message, and
// whose others keep what they are sent: one path for a prefix, or several.
type long struct {
	*shell
	*testbed.Daemon
	t                       *testing.T
	announcer, one, several *testbed.Speaker
	beacons                 int
}

// longExchange has its limit raised, so that routes can be taken over every edge.
const longExchange = `
version: 1
exchange: {name: Example-IX, asn: 64500}
treatments:
  - {name: depeer, reject: true}
  - {name: two, communities: ["64500:1", "64500:2"]}
  - {name: deprefer, local_pref: 50}
  - {name: tag, communities: ["64500:64661"]}
limits: {max_added_bytes: 11, max_routes: 100%, max_member_routes: 100%, max_growth: 100%, max_shrink: 100%}
`

func longList(treatment string) string {
	return `
version: 1
list: {name: long}
defaults: {treatment: ` + treatment + `}
providers:
  - {name: Long, prefixes: [20.0.0.0/8, "2a00::/20"]}
`
}

func newLong(t *testing.T, policy string) *long {
	t.Helper()
	member := func(asn filters.ASN, addPath bool) testbed.MemberConfig {
		return testbed.MemberConfig{ASN: asn, AddPath: addPath, Import: []string{"depeer"},
			Export: []string{"depeer-export"}}
	}
	d := testbed.Gobgpd(t, testbed.Config{Policy: policy,
		Members: []testbed.MemberConfig{member(64496, false), member(64497, false), member(64498, true)}})
	x := &long{shell: newShell(t, d.Target.String()), Daemon: d, t: t}
	x.speak()
	x.write("depeer.yaml", longExchange)
	for list, treatment := range map[string]string{"refuse": "depeer", "two": "two", "deprefer": "deprefer",
		"tag": "tag"} {
		x.write(list+".yaml", longList(treatment))
	}
	return x
}

// speak opens all sessions.
func (x *long) speak() {
	x.announcer = testbed.SpeakOn(x.t, x.Daemon, x.Site.Member(0), 64496, testbed.Terms{})
	x.one = testbed.SpeakOn(x.t, x.Daemon, x.Site.Member(1), 64497, testbed.Terms{})
	x.several = testbed.SpeakOn(x.t, x.Daemon, x.Site.Member(2), 64498, testbed.Terms{AddPath: true})
}

func (x *long) announce(prefix string, bytes int) {
	x.t.Helper()
	x.announcer.SayRaw(testbed.LongUpdate{Prefix: netip.MustParsePrefix(prefix), NextHop: x.announcer.Address,
		Path: []filters.ASN{64496, 65001}, Attributes: bytes}.Bytes())
}

// settle returns when what was announced has been sent to whom it will be: gobgpd sends what
// it has gathered in no order, and all of it before what comes later.
func (x *long) settle() {
	x.t.Helper()
	for range 2 {
		x.beacons++
		beacon := netip.PrefixFrom(netip.AddrFrom4([4]byte{30, 0, 0, byte(x.beacons)}), 32)
		x.announce(beacon.String(), 200)
		testbed.Eventually(x.t, testbed.Patience, func() error {
			for _, s := range []*testbed.Speaker{x.one, x.several} {
				if _, held := s.Attributes(beacon); !held {
					return fmt.Errorf("%v has not been sent %v: %v", s.Address, beacon, x.Ended())
				}
			}
			return nil
		})
	}
}

// hold fails the test unless members hold a route in so many bytes; 0: not at all.
func (x *long) hold(prefix string, one, several int) {
	x.t.Helper()
	x.settle()
	for s, want := range map[*testbed.Speaker]int{x.one: one, x.several: several} {
		attributes, _ := s.Attributes(netip.MustParsePrefix(prefix))
		if len(attributes) != want {
			x.t.Errorf("%v holds %s in %d bytes, want %d", s.Address, prefix, len(attributes), want)
		}
	}
	if err := x.Ended(); err != nil {
		x.t.Fatal(err)
	}
}

// longRoute is a route as programs read it.
type longRoute struct {
	Prefix, Member string
	Bytes          int
	To             []string
}

func (r longRoute) String() string {
	return fmt.Sprintf("%s %d %s", r.Prefix, r.Bytes, strings.Join(r.To, " "))
}

func longTexts(all []longRoute) []string {
	out := []string{}
	for _, r := range all {
		out = append(out, strings.TrimSpace(r.String()))
	}
	return out
}

func (x *long) named(r result, want ...string) {
	x.t.Helper()
	var body struct {
		NotDelivered []longRoute `json:"not_delivered"`
	}
	r.reads(&body)
	if got := longTexts(body.NotDelivered); !slices.Equal(got, want) {
		x.t.Errorf("%s: not delivered: %q, want %q", r.line, got, want)
	}
}

// A treatment takes routes of a listed member over the edge. They are named by plan, impact
// and status, counted by apply and not verified, members keep what they had, and the daemon
// lives; in both families, towards members with and without add-path, before, during and
// after the change, and after a restart with the policy in the file.
func TestRoutesThatOutgrowTheirMessage(t *testing.T) {
	t.Parallel()
	x := newLong(t, anchored)
	several := x.several.Address.String()
	for prefix, bytes := range map[string]int{"20.1.0.0/16": 4070, "20.2.0.0/16": 4061, "20.3.0.0/16": 4057,
		"20.4.0.0/16": 3000, "2a00:1::/32": 4067, "2a00:2::/32": 4066} {
		x.announce(prefix, bytes-100) // members have these
		x.hold(prefix, bytes-100, bytes-100+map[bool]int{true: 4}[prefix[0] == '2' && strings.Contains(prefix, ":")])
		x.announce(prefix, bytes)
	}
	x.settle()
	x.hold("20.1.0.0/16", 3970, 3970) // too long as it is, and not sent: what they had
	x.hold("20.2.0.0/16", 4061, 4061)
	want := []string{"20.1.0.0/16 4077", "20.2.0.0/16 4068 " + several, "2a00:1::/32 4078",
		"2a00:2::/32 4077 " + several}
	x.named(x.on("plan", "tag.yaml", "--json", "-o", "tag.plan").exits(0), want...)
	x.named(x.on("impact", "tag.yaml", "--json").exits(0), want...)
	x.on("plan", "tag.yaml").exits(0).says("4 routes are not delivered",
		"20.1.0.0/16 of "+x.announcer.Address.String()+": 4,077 bytes of attributes, 4,070 as announced",
		"not to "+several)
	applied := x.depeer("apply", "tag.plan", "--yes", "--json").exits(0)
	x.named(applied, want...)
	var proof struct{ Changed, Passed, Refused int }
	applied.reads(&proof)
	if proof.Changed != 2 { // 20.3.0.0/16 and 20.4.0.0/16 are with everybody
		t.Errorf("%d routes are verified as changed, and 2 were sent to all: %s", proof.Changed, applied.stdout)
	}
	x.hold("20.1.0.0/16", 3970, 3970)
	x.hold("20.2.0.0/16", 4068, 4061)
	x.hold("20.3.0.0/16", 4064, 4064)
	x.hold("20.4.0.0/16", 3007, 3007)
	x.hold("2a00:2::/32", 4073, 4070)
	x.announce("20.5.0.0/16", 4069) // announced afterwards
	x.hold("20.5.0.0/16", 0, 0)
	var status struct {
		Targets []struct {
			State     string
			NearLimit []longRoute `json:"near_limit"`
		}
	}
	x.on("status", "tag.yaml", "--json").exits(0).reads(&status)
	near := []string{"20.1.0.0/16 4077", "20.2.0.0/16 4068 " + several, "20.3.0.0/16 4064", "20.5.0.0/16 4076",
		"2a00:1::/32 4078", "2a00:2::/32 4077 " + several}
	if got := longTexts(status.Targets[0].NearLimit); !slices.Equal(got, near) {
		t.Errorf("near the limit: %q, want %q", got, near)
	}
	x.on("status", "tag.yaml").exits(0).says("6 treated routes are within 64 bytes")
	x.on("clear", "--yes").exits(0)
	x.hold("20.5.0.0/16", 0, 0)
	x.hold("20.2.0.0/16", 4061, 4061)
}

// A route that would end the daemon is refused, by plan and, where it comes between plan and
// apply, by apply; a listed member that announces it cannot be treated so, but can be refused.
func TestRouteThatWouldEndTheDaemon(t *testing.T) {
	t.Parallel()
	x := newLong(t, anchored)
	x.announce("20.1.0.0/16", 4066)
	x.hold("20.1.0.0/16", 4066, 0)
	x.on("plan", "two.yaml", "-o", "two.plan").exits(0)
	x.announce("20.2.0.0/16", 4067)
	x.settle()
	x.depeer("apply", "two.plan", "--yes").exits(4).says("20.2.0.0/16", "4078", "would end gobgpd",
		"guard-update-length")
	refused := x.on("plan", "two.yaml", "--json").exits(4)
	var body struct {
		Guards []struct {
			Code, Prefix, Member string
			Value, Limit         int
			OK                   bool
		}
	}
	refused.reads(&body)
	found := false
	for _, g := range body.Guards {
		if g.Code == "guard-update-length" {
			found = !g.OK && g.Value == 4078 && g.Limit == 4077 && g.Prefix == "20.2.0.0/16" &&
				g.Member == x.announcer.Address.String()
		}
	}
	if !found {
		t.Errorf("no guard, or another answer: %s", refused.stdout)
	}
	x.on("plan", "tag.yaml").exits(0)
	x.on("plan", "refuse.yaml", "-o", "refuse.plan").exits(0)
	x.depeer("apply", "refuse.plan", "--yes").exits(0)
	x.hold("20.1.0.0/16", 0, 0)
}

// With the policy in its file, a route server that starts again treats routes as they come,
// and lives; status says which are too long.
func TestLongRoutesAfterARestart(t *testing.T) {
	t.Parallel()
	x := newLong(t, anchored)
	x.depeer("emit", "tag.yaml", "--into", x.ConfigFile).exits(0)
	for _, s := range []*testbed.Speaker{x.announcer, x.one, x.several} {
		s.Close()
	}
	x.Restart()
	x.speak()
	x.announce("20.1.0.0/16", 4061)
	x.announce("20.2.0.0/16", 4070)
	x.hold("20.1.0.0/16", 4068, 0)
	x.hold("20.2.0.0/16", 0, 0)
	x.on("status", "tag.yaml").exits(0).says("2 treated routes are within 64 bytes",
		"20.2.0.0/16 of "+x.announcer.Address.String()+": 4,077 bytes")
}

// A watch warns of treated routes near the edge when it applies, and when it counts; once.
func TestWatchWarnsOfLongRoutes(t *testing.T) {
	t.Parallel()
	x := newLong(t, anchored)
	x.announce("20.1.0.0/16", 4000)
	x.settle()
	x.write("depeer.yaml", longExchange+"lists: [{file: tag.yaml}]\n")
	w := &world{x.shell, &testbed.Running{Daemon: x.Daemon}, t}
	r := w.watchOn("--count-every", "1s", "--listen", "127.0.0.1:0", "--log-format", "json")
	logs := func(texts ...string) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error {
			for line := range strings.Lines(r.log.String()) {
				if !slices.ContainsFunc(texts, func(text string) bool { return !strings.Contains(line, text) }) {
					return nil
				}
			}
			return fmt.Errorf("no line with %q:\n%s", texts, r.log.String())
		})
	}
	logs(`"msg":"applied"`)
	x.announce("20.2.0.0/16", 4000)
	x.announce("20.3.0.0/16", 4062)
	logs("near the length", `"prefix":"20.3.0.0/16"`, `"bytes":4069`, `"level":"WARN"`)
	logs("not delivered", `"prefix":"20.3.0.0/16"`)
	logs("near the length", `"prefix":"20.2.0.0/16"`, `"bytes":4007`)
	at := regexp.MustCompile(`"serving metrics","address":"([^"]+)"`).FindStringSubmatch(r.log.String())
	if at == nil {
		t.Fatal("the log does not say where metrics are served")
	}
	testbed.Eventually(t, testbed.Patience, func() error {
		_, body := get(t, "http://"+at[1]+"/metrics")
		for _, want := range []string{"depeer_routes_near_limit{target=", "} 3\n",
			"depeer_routes_not_delivered{target="} {
			if !strings.Contains(body, want) {
				return fmt.Errorf("no %q in:\n%s", want, body)
			}
		}
		return nil
	})
	if n := strings.Count(r.log.String(), `"prefix":"20.2.0.0/16"`); n != 1 {
		t.Errorf("20.2.0.0/16 is warned of %d times", n)
	}
}
