package faults_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/policies"
	"depeer/policies/lab/testbed"
)

// glassed is an exchange file with treatments that add few bytes, and names.
const glassed = `
version: 1
exchange: {name: Example-IX, asn: 64500}
treatments:
  - {name: depeer, reject: true}
  - {name: deprefer, local_pref: 50}
  - {name: tag, communities: ["64500:64661"]}
members: [{asn: 64496, name: "First, Inc.", addresses: [192.0.2.1]}]
limits: {max_shrink: 100%, max_routes: 100%, max_member_routes: 100%}
`

// looked is an exchange that a looking glass is pointed at. No policy of the operator's
// adds anything.
func looked(t testing.TB) *world {
	t.Helper()
	c := exchange()
	for i := range c.Members {
		c.Members[i].Import, c.Members[i].Export = []string{policies.ImportPolicy}, []string{policies.ExportPolicy}
	}
	w := newWorld(t, c)
	w.write("depeer.yaml", glassed)
	return w
}

// refreshes lists all members' routes as a looking glass does, so often.
func (w *world) refreshes(times int) {
	w.t.Helper()
	for range times {
		for _, m := range w.Members {
			w.Daemon.ListFiltered(m.Address)
		}
	}
}

// full is what each member holds, a line for each route, with communities.
func (w *world) full() table {
	w.t.Helper()
	w.Settle()
	all := w.table()
	for i, m := range w.Members {
		for _, r := range m.Routes() {
			for _, c := range r.Communities {
				all[i] = append(all[i], fmt.Sprint(r.Prefix, " ", c))
			}
		}
		slices.Sort(all[i])
	}
	return all
}

// stained is what programs read of routes that are treated already.
type stained struct {
	Address  string
	ASN      int
	Name     string
	Prefixes int
}

// polluted is where they read it: of status, or of plan and apply.
type polluted struct {
	Outcome  string
	Already  int
	Unproven int
	Polluted []stained
	Targets  []struct {
		State    string
		Drift    []struct{ Object, Member, What string }
		Polluted []stained
	}
}

func (r result) polluted() (p polluted) {
	r.t.Helper()
	r.reads(&p)
	if len(p.Targets) == 1 {
		p.Polluted = p.Targets[0].Polluted
	}
	if p.Polluted == nil {
		r.t.Errorf("%s: no list of what is polluted: %s", r.line, r.stdout)
	}
	return p
}

// saysCure fails the test unless the member and the cure are named, in plain words.
func (w *world) saysCure(r result) {
	w.t.Helper()
	r.says("AS64496, First, Inc.", w.Members[0].Address.String(), "treated already, or announced so",
		"announce everything again", "reload out PROTOCOL", "reset its session", "soft reset does not help")
}

// Row 49: a looking glass that lists with enable_filtered writes what was treated back.
// Members and cure are named by every command that looks at routes, nothing is refused or
// fails, and such routes are no proof. What stays after a clear is named, until the member
// announces everything again.
func TestLookingGlass(t *testing.T) {
	t.Parallel()
	w := looked(t)
	plain := w.full()
	first := stained{w.Members[0].Address.String(), 64496, "First, Inc.",
		5} // 20.1/16, 20.1.2/24, 20.4/16, and two of IPv6
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	treated := w.full()
	if p := w.on("status", "--json").exits(0).polluted(); len(p.Polluted) > 0 {
		t.Errorf("before anybody has looked: %+v", p)
	}

	w.refreshes(3)
	for _, m := range w.Members {
		w.Daemon.ResetSoftly(m.Address)
	}
	w.on("status").exits(2).says("drift")
	w.saysCure(w.on("status").exits(2))
	p := w.on("status", "--json").exits(2).polluted()
	if diff := cmp.Diff([]stained{first}, p.Polluted); diff != "" {
		t.Errorf("status (-want +got):\n%s", diff)
	}
	if s := p.Targets[0]; s.State != "drift" || len(s.Drift) != 1 || s.Drift[0].Member != first.Address {
		t.Errorf("status: %+v", s)
	}
	w.on("explain", "20.1.0.0/16", "a.yaml").exits(0).says("treated already, or announced so")
	w.on("explain", "20.5.0.0/16", "a.yaml", "--json").exits(0)

	// What is planned next treats one of them otherwise, refuses one, and lets three go.
	w.saysCure(w.on("plan", "b.yaml").exits(0))
	if diff := cmp.Diff([]stained{first},
		w.on("plan", "b.yaml", "-o", "b.plan", "--json").exits(0).polluted().Polluted); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]stained{first}, w.on("impact", "b.yaml", "--json").exits(0).polluted().Polluted); diff != "" {
		t.Errorf("impact (-want +got):\n%s", diff)
	}
	p = w.depeer("apply", "b.plan", "--yes", "--json").exits(0).polluted()
	if diff := cmp.Diff([]stained{first}, p.Polluted); diff != "" || p.Outcome != "applied" || p.Already == 0 {
		t.Errorf("apply: %+v (-want +got):\n%s", p, diff)
	}

	cleared := w.on("clear", "--json", "--yes").exits(0).polluted()
	if diff := cmp.Diff([]stained{first}, cleared.Polluted); diff != "" {
		t.Errorf("clear (-want +got):\n%s", diff)
	}
	if cmp.Diff(plain, w.full()) == "" {
		t.Error("after the clear nothing of what was treated is left: this test tests nothing")
	}
	w.saysCure(w.on("clear", "--yes").exits(0).says("nothing to do", "stays ", "local-pref and prepends"))
	w.saysCure(w.on("clear", "-o", "clear.plan").exits(0).says("stays "))
	w.saysCure(w.on("status").exits(2))

	w.Members[0].AnnounceAgain()
	w.inSyncSoon()
	if diff := cmp.Diff(plain, w.full()); diff != "" {
		t.Errorf("after the cure, members hold (-want +got):\n%s", diff)
	}
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	if p = w.depeer("apply", "a.plan", "--yes", "--json").exits(0).polluted(); p.Already > 0 || len(p.Polluted) > 0 {
		t.Errorf("apply after the cure: %+v", p)
	}
	if diff := cmp.Diff(treated, w.full()); diff != "" {
		t.Errorf("treated again, members hold (-want +got):\n%s", diff)
	}
}

// inSyncSoon waits until status finds nothing polluted: a member sends its announcements a
// moment after it was told to.
func (w *world) inSyncSoon() {
	w.t.Helper()
	testbed.Eventually(w.t, testbed.Patience, func() error {
		if r := w.on("status"); r.code != 0 {
			return errors.New(r.stdout)
		}
		return nil
	})
}

// Row 49: a day of a looking glass that refreshes every five minutes, with soft resets in
// between. Nothing grows under treatments that only set things, and it is named in the end.
func TestLookingGlassForADay(t *testing.T) {
	t.Parallel()
	w := looked(t)
	w.on("plan", "a.yaml", "-o", "a.plan").exits(0)
	w.depeer("apply", "a.plan", "--yes").exits(0)
	treated := w.table()
	every := 12 // refreshes are compressed into so many less
	if *everyCall {
		every = 1
	}
	for hour := range 24 {
		w.refreshes(max(1, 12/every))
		w.Daemon.ResetSoftly(w.Members[hour%len(w.Members)].Address)
	}
	w.Settle()
	if diff := cmp.Diff(treated, w.table()); diff != "" {
		t.Errorf("after a day, members hold (-want +got):\n%s", diff)
	}
	w.saysCure(w.on("status").exits(2))
	if err := w.Daemon.Ended(); err != nil {
		t.Error(err)
	}
}

// Row 49: a listed member that sends our local preference and community itself vetoes
// nothing. It is named, and what it sends proves nothing.
func TestListedMemberSendsWhatTreatmentsGive(t *testing.T) {
	t.Parallel()
	c := exchange()
	c.Members[0].Announce = []testbed.Announcement{{
		Prefix: testbed.Announce("20.1.0.0/16")[0].Prefix, LocalPref: 50,
		Communities:      []policies.Community{64500<<16 | 64661},
		LargeCommunities: []policies.LargeCommunity{{Global: 64500, Local1: 666, Local2: 1}},
	}, from("20.4.0.0/16", filters.ASN(64999))}
	w := newWorld(t, c)
	for _, file := range []string{glassed, lists["depeer.yaml"]} { // its own treatments, and those that are built in
		w.write("depeer.yaml", file)
		w.on("plan", "a.yaml", "-o", "a.plan").exits(0).says("treated already, or announced so")
		p := w.depeer("apply", "a.plan", "--yes", "--json").exits(0).polluted()
		if len(p.Polluted) != 1 || p.Polluted[0].Prefixes != 1 || p.Already != 1 || p.Outcome != "applied" {
			t.Errorf("apply: %+v", p)
		}
		w.depeer("apply", "a.plan", "--yes").exits(0)
		if p = w.on("status", "a.yaml", "--json").exits(2).polluted(); len(p.Polluted) != 1 ||
			p.Polluted[0].Prefixes != 1 {
			t.Errorf("status: %+v", p)
		}
		w.on("clear", "--yes").exits(0).says("treated already, or announced so")
	}
}

// Row 49: watch says it once, in its log, until it is over, and has a number for it.
func TestWatchTellsOfALookingGlass(t *testing.T) {
	t.Parallel()
	w := looked(t)
	w.write("depeer.yaml", strings.Replace(glassed, "treatments:", "lists: [{file: ours.yaml}]\ntreatments:", 1))
	w.replace("ours.yaml", lists["a.yaml"])
	r := w.watchOn("--count-every", "500ms", "--listen", "127.0.0.1:0")
	first := w.Members[0].Address.String()
	r.says(0, "applied")
	at := regexp.MustCompile(`"serving metrics" address=(\S+)`).FindStringSubmatch(r.log.String())
	if at == nil {
		t.Fatal("the log does not say where metrics are served")
	}
	metric := "http://" + at[1] + "/metrics"
	if _, body := get(t, metric); strings.Contains(body, "depeer_member_prefixes_polluted{") {
		t.Errorf("before anybody has looked:\n%s", body)
	}
	w.refreshes(2)
	line := fmt.Sprintf(`depeer_member_prefixes_polluted{asn="64496",member="%s",name="First, Inc.",target="%s"} 5`,
		first, w.target)
	shows := func(want bool) {
		t.Helper()
		testbed.Eventually(t, testbed.Patience, func() error {
			if _, body := get(t, metric); strings.Contains(body, line) != want {
				return fmt.Errorf("%s is there: %t\n%s", line, !want, body)
			}
			return nil
		})
	}
	shows(true)
	const said = "routes are treated already, or announced so"
	counted := func() string { // the moment of the last count of routes
		_, body := get(t, metric)
		_, rest, _ := strings.Cut(body, "\ndepeer_routes_counted_timestamp_seconds")
		line, _, _ := strings.Cut(rest, "\n")
		return line
	}
	for range 2 { // it counts again, and says it no more
		before := counted()
		testbed.Eventually(t, testbed.Patience, func() error {
			if counted() == before {
				return errors.New("routes are not counted again")
			}
			return nil
		})
	}
	if text := r.log.String(); strings.Count(text, said) != 1 || !strings.Contains(text, "reload out") ||
		!strings.Contains(text, "level=WARN") {
		t.Errorf("the log says it %d times:\n%s", strings.Count(text, said), text)
	}
	w.Members[0].AnnounceAgain()
	shows(false)
	r.says(0, "no route is treated already any more", first)
	r.ends()
}
