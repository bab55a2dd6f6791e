package cli_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/osrg/gobgp/v3/api"

	"depeer/cmd/internal/cli"
	"depeer/filters"
	"depeer/filters/feed"
	"depeer/policies"
	"depeer/policies/lab/testbed"
	"depeer/policies/render"
	"depeer/policies/watch"
)

var (
	yearDays = flag.Int("year.days", 12, "days of the year that is watched")
	yearSeed = flag.Uint64("year.seed", 1, "of what happens in it")
)

// year is an exchange of real programs that a watch keeps, on a clock on which days
// pass in a moment; a person beside it; and the model of it.
type year struct {
	t    *testing.T
	rand *rand.Rand
	dir  string
	x    *testbed.Running

	jumped atomic.Int64 // nanoseconds that the clock is ahead
	begun  time.Time
	log    *tail
	ended  chan error
	cancel context.CancelFunc

	own      []listed
	next     int // number of the next provider, and version of files
	server   *httptest.Server
	mu       sync.Mutex                // of what the server does
	served   []listed                  // by the feed's server
	answer   func(http.ResponseWriter) // what it does instead; nil: it serves
	fetched  []listed                  // what was fetched last
	lists    []listed                  // of the own list, as they were last good
	approved rules                     // what was applied last
	refused  bool
	routes   []announced
}

// day is today at midnight.
func (y *year) day() time.Time { return y.clock().Truncate(24 * time.Hour) }

func (y *year) clock() time.Time {
	return time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC).Add(time.Duration(y.jumped.Load()) + time.Since(y.begun))
}

// A year of an exchange's life, in minutes, at random: at each quiet moment all members
// hold what the model says. Memory and goroutines stay as they are.
func TestWatchYear(t *testing.T) {
	y := newYear(t)
	days := *yearDays
	if raced {
		days = min(days, 3) // .ci/run runs it without the race detector, too
	}
	var usage [][2]uint64
	for day := range days {
		y.pass()
		for range 1 + y.rand.IntN(2) {
			y.happens()
		}
		if (day+1)%max(1, days/8) == 0 {
			usage = append(usage, y.usage())
		}
		if t.Failed() {
			t.Fatalf("day %d of seed %d", day, *yearSeed)
		}
	}
	t.Logf("heap in KB, goroutines: %v", usage)
	first, last := usage[len(usage)/4], usage[len(usage)-1]
	if last[0] > first[0]+4<<10 || last[1] > first[1]+10 {
		t.Errorf("from %d KB and %d goroutines to %d KB and %d", first[0], first[1], last[0], last[1])
	}
	y.stop()
}

// usage is what the process holds: heap in KB, and goroutines.
func (y *year) usage() [2]uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return [2]uint64{m.HeapAlloc >> 10, uint64(runtime.NumGoroutine())}
}

const yearExchange = `
version: 1
exchange: {name: Example-IX, asn: 64500}
lists:
  - {file: own.yaml}
  - {feed: spamhaus-drop, url: "%s/drop.json", every: 12h, treatment: tag}
ladders: [{name: slow, steps: [{after: 0d, treatment: tag}, {after: 10d, treatment: depeer}]}]
limits: {max_shrink: 50%%, max_growth: 10000%%, max_routes: 100%%, max_member_routes: 100%%}
`

func newYear(t *testing.T) *year {
	y := &year{t: t, rand: rand.New(rand.NewPCG(*yearSeed, 0)), dir: t.TempDir(), begun: time.Now(), log: &tail{}, approved: rules{}}
	c := testbed.Config{Policy: string(render.Anchor(render.TOML))}
	for i := range 3 {
		m := testbed.MemberConfig{ASN: yearASN(i), LocalPref: true}
		if i == 0 { // only this one has its place in the file
			m.Import, m.Export = []string{policies.ImportPolicy}, []string{policies.ExportPolicy}
		}
		for j := range 6 {
			y.routes = append(y.routes, announced{i, private(i, j), []filters.ASN{m.ASN, filters.ASN(65100 + 10*i + j)}})
		}
		c.Members = append(c.Members, m)
	}
	// Two ways to the same prefixes.
	for j := range 3 {
		y.routes = append(y.routes, announced{0, private(9, j), []filters.ASN{64496, filters.ASN(65190 + j)}},
			announced{1, private(9, j), []filters.ASN{64497, 65199, filters.ASN(65180 + j)}})
	}
	for i := range c.Members {
		c.Members[i].Announce = y.announcements(i)
	}
	y.x = testbed.Exchange(t, c)
	y.serve()
	for range 14 { // for good
		y.own = append(y.own, y.provider(y.anyRoute()))
	}
	for i := range y.own {
		y.own[i].until = time.Time{}
	}
	y.served = []listed{{id: "SBL1", prefix: private(1, 0), treatment: "tag"}, {id: "SBL2", prefix: private(2, 0), treatment: "tag"}}
	y.fetched = slices.Clone(y.served)
	write(t, filepath.Join(y.dir, "depeer.yaml"), fmt.Appendf(nil, yearExchange, y.server.URL))
	y.writeOwn()
	y.start()
	y.quiet(0, "feed asked")
	return y
}

// yearASN is the ASN of a member; 64500 is the route server's.
func yearASN(i int) filters.ASN {
	if i >= 4 {
		i++
	}
	return filters.ASN(64496 + i)
}

// private is the j-th prefix of a member.
func private(i, j int) netip.Prefix {
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{20, byte(10 + i), byte(j), 0}), 24)
}

func (y *year) anyRoute() announced { return y.routes[y.rand.IntN(len(y.routes))] }

// provider is one that lists something of a route.
func (y *year) provider(a announced) listed {
	y.next++
	p := listed{id: fmt.Sprintf("p%d", y.next), treatment: []string{"depeer", "deprefer", "tag", "slow"}[y.rand.IntN(4)], since: y.day()}
	switch y.rand.IntN(3) {
	case 0:
		p.origin = a.path[len(a.path)-1]
	case 1:
		p.prefix = a.prefix
	case 2:
		p.prefix = netip.PrefixFrom(a.prefix.Addr(), 23).Masked()
	}
	if y.rand.IntN(3) == 0 {
		p.until = p.since.AddDate(0, 0, y.rand.IntN(20))
	}
	return p
}

func (y *year) announcements(i int) []testbed.Announcement {
	var out []testbed.Announcement
	for _, a := range y.routes {
		if a.member == i {
			out = append(out, testbed.Announcement{Prefix: a.prefix, Path: a.path[1:]})
		}
	}
	return out
}

// serve starts the feed's server.
func (y *year) serve() {
	y.server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		y.mu.Lock()
		defer y.mu.Unlock()
		if y.answer != nil {
			y.answer(w)
			return
		}
		io.WriteString(w, drop(y.served))
	}))
	y.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	y.server.StartTLS()
	y.t.Cleanup(y.server.Close)
}

// start starts the watch.
func (y *year) start() {
	roots := x509.NewCertPool()
	roots.AddCert(y.server.Certificate())
	w := cli.Watching{
		Target: y.x.Daemon.Target.String(), Config: filepath.Join(y.dir, "depeer.yaml"), State: filepath.Join(y.dir, "state"),
		Log: y.log, Clock: y.clock, Files: 50 * time.Millisecond,
		Pace: watch.Pace{
			Pulse: 100 * time.Millisecond, Settle: 20 * time.Millisecond, Gap: 50 * time.Millisecond, Slow: 5 * time.Second,
			Again: 2 * time.Second, Fill: 20 * time.Second, Count: 3 * time.Second,
			Dial: 50 * time.Millisecond, DialMost: 300 * time.Millisecond, Act: 100 * time.Millisecond, ActMost: time.Second, Forever: time.Hour,
		},
		Feeds: func(f *feed.Fetcher) { f.AllowPrivate, f.RootCAs, f.Now = true, roots, y.clock },
	}
	ctx, cancel := context.WithCancel(context.Background())
	y.cancel, y.ended = cancel, make(chan error, 1)
	go func() { y.ended <- w.Run(ctx) }()
	y.t.Cleanup(cancel)
	y.t.Cleanup(func() {
		if y.t.Failed() {
			y.t.Logf("log of watch:\n%s", y.log.from(0))
		}
	})
}

// stop ends it.
func (y *year) stop() {
	y.t.Helper()
	y.cancel()
	select {
	case err := <-y.ended:
		if err != nil {
			y.t.Errorf("watch has ended with %v", err)
		}
	case <-time.After(testbed.Patience):
		y.t.Fatal("watch does not end")
	}
}

// writeOwn puts the own list in its file's place, at once.
func (y *year) writeOwn() {
	y.t.Helper()
	y.next++
	y.lists = slices.Clone(y.own)
	y.replace(text("own", y.next, y.own))
}

func (y *year) replace(text string) {
	y.t.Helper()
	name := filepath.Join(y.dir, "own.yaml")
	write(y.t, name+".new", []byte(text))
	if err := os.Rename(name+".new", name); err != nil {
		y.t.Fatal(err)
	}
}

// settle works out what the watch has to come to: what lists ask for, or, if half of
// what was applied would go, that.
func (y *year) settle() {
	want := on(y.day(), y.lists, y.fetched)
	gone, limit := y.approved.gone(want), len(y.approved)/2
	y.refused = gone > limit
	if !y.refused {
		y.approved = want
	}
}

// quiet waits until the watch has said all of these since from, has looked at the
// target with the lists that it has read last, and stands as it should; then members
// hold what they should, and go on doing so when everything has gone everywhere.
func (y *year) quiet(from int, says ...string) {
	y.t.Helper()
	y.settle()
	y.stands(from, says...)
	y.holds()
}

func (y *year) stands(from int, says ...string) {
	y.t.Helper()
	state := "in-sync"
	if y.refused {
		state = "refused"
	}
	testbed.Eventually(y.t, testbed.Patience, func() error {
		said := y.log.from(from)
		for _, text := range says {
			if !strings.Contains(said, text) {
				return fmt.Errorf("watch does not say %q", text)
			}
		}
		if read, looked := y.log.last("files read"), y.log.last("msg=looked"); word(read, "lists") != word(looked, "lists") {
			return fmt.Errorf("watch has read %q, and looked with %q", read, looked)
		}
		if last := y.log.last("msg=state"); word(last, "state") != state {
			return fmt.Errorf("watch says %q, and it should be %s", last, state)
		}
		return nil
	})
}

// word returns the value of a key in a line of the log.
func word(line, key string) string {
	_, rest, _ := strings.Cut(line, " "+key+"=")
	if strings.HasPrefix(rest, `"`) {
		rest, _, _ = strings.Cut(rest[1:], `"`)
		return rest
	}
	rest, _, _ = strings.Cut(strings.TrimSpace(rest), " ")
	return rest
}

// holds fails the test unless all members hold what the model says, soon.
func (y *year) holds() {
	y.t.Helper()
	y.x.Settle()
	testbed.Eventually(y.t, testbed.Patience, func() error {
		for i, m := range y.x.Members {
			got := []string{}
			for _, r := range m.Routes() {
				r.Peer, r.Communities = netip.Addr{}, nil
				got = append(got, heldLine(r))
			}
			slices.Sort(got)
			if diff := cmp.Diff(y.approved.held(i, y.routes), got); diff != "" {
				return fmt.Errorf("day %s: member %d holds (-model +real):\n%s\nrules: %v", y.day().Format(time.DateOnly), i, diff, y.approved)
			}
		}
		return nil
	})
}

// pass has a day pass: listings expire, ladders climb, the feed is fetched.
func (y *year) pass() {
	y.t.Helper()
	from := y.log.mark()
	y.jumped.Add(int64(24 * time.Hour))
	if y.answer == nil {
		y.fetched = slices.Clone(y.served)
	}
	y.quiet(from, "files read", "feed asked")
}

// happens has one thing happen, and waits until all is quiet.
func (y *year) happens() {
	y.t.Helper()
	events := []struct {
		weight int
		do     func()
	}{
		{5, y.addProvider}, {4, y.dropProvider}, {2, y.breakList}, {1, y.shrink}, {3, y.editFeed}, {2, y.failFeed},
		{3, y.restartDaemon}, {2, y.reloadPolicy}, {2, y.reloadNeighbor}, {2, y.takePlace}, {3, y.bounce}, {1, y.join},
		{2, y.restartWatch}, {2, y.reannounce}, {1, y.goBack},
	}
	total := 0
	for _, e := range events {
		total += e.weight
	}
	n := y.rand.IntN(total)
	for _, e := range events {
		if n -= e.weight; n < 0 {
			e.do()
			return
		}
	}
}

func (y *year) addProvider() {
	y.t.Helper()
	from := y.log.mark()
	y.own = append(y.own, y.provider(y.anyRoute()))
	y.writeOwn()
	y.quiet(from, "files read")
}

// dropProvider drops one of the later half: some are for good.
func (y *year) dropProvider() {
	y.t.Helper()
	from := y.log.mark()
	if i := y.rand.IntN(len(y.own)); i >= 10 {
		y.own = slices.Delete(y.own, i, i+1)
	}
	y.writeOwn()
	y.quiet(from, "files read")
}

// breakList has a file that is no list, for a while.
func (y *year) breakList() {
	y.t.Helper()
	from := y.log.mark()
	good := text("own", y.next, y.own)
	y.replace([]string{good[:len(good)-30], "", good + "unknown: key\n", strings.Replace(good, "20.", "20.0.", 1)}[y.rand.IntN(4)])
	y.quiet(from, "broken")
	if y.rand.IntN(2) == 0 {
		y.restartDaemon()
	}
	from = y.log.mark()
	y.writeOwn()
	y.quiet(from, "files read")
}

// shrink has most of the list gone: a guard refuses it. Then it is mended, or a person
// lets it through.
func (y *year) shrink() {
	y.t.Helper()
	from := y.log.mark()
	all := y.own
	y.own = slices.Clone(all[:1])
	y.writeOwn()
	y.settle()
	if y.refused {
		y.stands(from, "files read", "guard refuses")
		y.holds()
		if y.rand.IntN(2) == 0 {
			y.restartDaemon()
		}
	}
	if y.refused && y.rand.IntN(2) == 0 {
		y.byHand("--allow-shrink", fmt.Sprint(y.approved.gone(on(y.day(), y.lists, y.fetched))))
		y.quiet(from)
	}
	from = y.log.mark()
	y.own = all
	y.writeOwn()
	y.quiet(from, "files read")
}

// byHand is a person who plans and applies what lists ask for.
func (y *year) byHand(flags ...string) {
	y.t.Helper()
	plan := filepath.Join(y.dir, "by-hand.plan")
	at := y.clock().Format(time.RFC3339)
	y.depeer(append([]string{"plan", "-o", plan, "--at", at, "--target", y.x.Daemon.Target.String()}, flags...)...)
	y.depeer("apply", plan, "--yes")
	y.approved = on(y.day(), y.lists, y.fetched)
}

// depeer runs a command, which is to succeed. Lists are those of the watch: the feed's
// copy is recent.
func (y *year) depeer(args ...string) {
	y.t.Helper()
	args = append(args, "--config", filepath.Join(y.dir, "depeer.yaml"), "--state", filepath.Join(y.dir, "state"))
	testbed.Eventually(y.t, testbed.Patience, func() error { // the watch may be at work
		var stderr bytes.Buffer
		if code := cli.Run(y.t.Context(), cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: &stderr}, args); code != 0 {
			return fmt.Errorf("depeer %q: %d: %s", args, code, stderr.String())
		}
		return nil
	})
}

// editFeed changes what is served by one entry, from the next day on.
func (y *year) editFeed() {
	y.mu.Lock()
	defer y.mu.Unlock()
	if n := len(y.served); n > 3 || n > 2 && y.rand.IntN(2) == 0 {
		y.served = slices.Clone(y.served[:n-1])
		return
	}
	y.next++
	y.served = append(slices.Clone(y.served), listed{id: fmt.Sprintf("SBL%d", 100+y.next), prefix: y.anyRoute().prefix, treatment: "tag"})
}

// failFeed has the server serve something else, or what it should again.
func (y *year) failFeed() {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.answer != nil {
		y.answer = nil
		return
	}
	whole := drop(y.served)
	y.answer = []func(http.ResponseWriter){
		func(w http.ResponseWriter) { w.Write(badGateway(y.t)) },
		func(w http.ResponseWriter) { io.WriteString(w, whole[:len(whole)/2]) },
		func(w http.ResponseWriter) { io.WriteString(w, "<html><body>maintenance</body></html>") },
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) },
		func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
	}[y.rand.IntN(5)]
}

// badGateway is what a mirror of Spamhaus's once published.
func badGateway(t testing.TB) []byte {
	dir := os.Getenv("DEPEER_DATA")
	if dir == "" {
		dir = "../../../../shared/data"
	}
	if text, err := os.ReadFile(filepath.Join(dir, "lists/2024-05-07.drop.txt.502")); err == nil {
		return text
	}
	return []byte("error code: 502")
}

func (y *year) restartDaemon() {
	y.t.Helper()
	from := y.log.mark()
	y.x.Daemon.Kill()
	y.x.Daemon.Restart()
	for _, m := range y.x.Members {
		m.WaitEstablished()
	}
	y.quiet(from, "target reached", "repaired")
}

// reloadPolicy is SIGHUP with an edit of the operator's own policies.
func (y *year) reloadPolicy() {
	y.t.Helper()
	from := y.log.mark()
	y.next++
	y.x.Daemon.Write(fmt.Appendf(nil, "[[policy-definitions]]\nname = \"theirs-%d\"\n%s", y.next, y.x.Daemon.Config()))
	y.x.Daemon.Reload()
	y.quiet(from, "repaired")
}

// reloadNeighbor is SIGHUP with an edit of a neighbor's section: gobgpd looks at the
// first one only.
func (y *year) reloadNeighbor() {
	y.t.Helper()
	from := y.log.mark()
	y.next++
	section := regexp.MustCompile(fmt.Sprintf("peer-as = %d\n(description = .*\n)?", yearASN(y.rand.IntN(len(y.x.Members)))))
	y.x.Daemon.Write(section.ReplaceAllFunc(y.x.Daemon.Config(), func(old []byte) []byte {
		asn, _, _ := bytes.Cut(old, []byte("\n"))
		return fmt.Appendf(nil, "%s\ndescription = \"%d\"\n", asn, y.next)
	}))
	y.x.Daemon.Reload()
	for _, m := range y.x.Members {
		m.WaitEstablished()
	}
	y.quiet(from)
}

// takePlace is somebody who takes our place out of a client's list, over gRPC.
func (y *year) takePlace() {
	y.t.Helper()
	from := y.log.mark()
	m := y.x.Members[y.rand.IntN(len(y.x.Members))]
	_, err := y.x.Daemon.API().SetPolicyAssignment(y.t.Context(), &api.SetPolicyAssignmentRequest{Assignment: &api.PolicyAssignment{
		Name: m.Address.String(), Direction: api.PolicyDirection_IMPORT, DefaultAction: api.RouteAction_ACCEPT,
	}})
	if err != nil {
		y.t.Fatal(err)
	}
	y.quiet(from, "repaired")
}

func (y *year) bounce() {
	y.t.Helper()
	from := y.log.mark()
	m := y.x.Members[y.rand.IntN(len(y.x.Members))]
	_, down := y.x.Daemon.API().DisablePeer(y.t.Context(), &api.DisablePeerRequest{Address: m.Address.String()})
	m.WaitDown()
	_, up := y.x.Daemon.API().EnablePeer(y.t.Context(), &api.EnablePeerRequest{Address: m.Address.String()})
	if err := errors.Join(down, up); err != nil {
		y.t.Fatal(err)
	}
	m.WaitEstablished()
	y.quiet(from)
}

// join has one more member, by the file, without our place.
func (y *year) join() {
	y.t.Helper()
	i := len(y.x.Members)
	if i == 6 {
		return
	}
	from := y.log.mark()
	asn := yearASN(i)
	for j := range 3 {
		y.routes = append(y.routes, announced{i, private(i, j), []filters.ASN{asn, filters.ASN(65100 + 10*i + j)}})
	}
	y.x.Daemon.Write(fmt.Appendf(y.x.Daemon.Config(), `
[[neighbors]]
[neighbors.config]
neighbor-address = "%s"
peer-as = %d
[neighbors.transport.config]
passive-mode = true
[neighbors.route-server.config]
route-server-client = true
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv4-unicast"
[[neighbors.afi-safis]]
[neighbors.afi-safis.config]
afi-safi-name = "ipv6-unicast"
`, y.x.Daemon.Site.Member(i), asn))
	y.x.Daemon.Reload()
	m := testbed.Bird(y.t, y.x.Daemon, i, testbed.MemberConfig{ASN: asn, LocalPref: true, Announce: y.announcements(i)})
	m.WaitEstablished()
	y.x.Members = append(y.x.Members, m)
	y.quiet(from, "new neighbor", "repaired")
}

func (y *year) restartWatch() {
	y.t.Helper()
	y.stop()
	if y.rand.IntN(2) == 0 { // something has happened meanwhile
		y.own = append(y.own, y.provider(y.anyRoute()))
		y.writeOwn()
	}
	from := y.log.mark()
	y.start()
	y.quiet(from, "target reached", "feed asked")
}

// reannounce has a member announce a prefix along another path.
func (y *year) reannounce() {
	y.t.Helper()
	i := y.rand.IntN(len(y.routes))
	y.routes[i].path = slices.Clone(y.routes[i].path)
	y.routes[i].path[len(y.routes[i].path)-1] = filters.ASN(65100 + y.rand.IntN(60))
	y.x.Members[y.routes[i].member].Announce(testbed.Announcement{Prefix: y.routes[i].prefix, Path: y.routes[i].path[1:]})
	y.holds()
}

// goBack is a person who takes the last change back, and lets it through later.
func (y *year) goBack() {
	y.t.Helper()
	from := y.log.mark()
	before := y.approved
	p := y.provider(y.anyRoute())
	p.prefix, p.origin, p.until = private(90+y.next/256%100, y.next%256), 0, time.Time{} // nobody lists it, nor announces it
	y.own = append(y.own, p)
	y.writeOwn()
	y.quiet(from, "files read", "msg=applied")

	from = y.log.mark()
	y.depeer("rollback", "--yes", "--target", y.x.Daemon.Target.String())
	keeps := func(says string) {
		testbed.Eventually(y.t, testbed.Patience, func() error {
			if last := word(y.log.last("msg=state"), "state"); last != "kept-back" || !strings.Contains(y.log.from(from), says) {
				return fmt.Errorf("watch says %q, and not %q", last, says)
			}
			return nil
		})
	}
	keeps("kept-back")
	y.approved = before
	y.holds()
	y.x.Daemon.Kill()
	y.x.Daemon.Restart()
	for _, m := range y.x.Members {
		m.WaitEstablished()
	}
	keeps("repaired")
	y.holds()
	y.byHand()
	y.quiet(from)
}

// tail is the end of a log, and the last line of each kind.
type tail struct {
	mu    sync.Mutex
	lost  int // bytes that were dropped in front
	text  []byte
	lines map[string]string
}

// kinds are the lines of which the last one is kept.
var kinds = []string{"files read", "msg=looked", "msg=state"}

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines == nil {
		l.lines = map[string]string{}
	}
	for _, kind := range kinds {
		if bytes.Contains(p, []byte(kind)) {
			l.lines[kind] = string(p)
		}
	}
	const most = 1 << 20
	if l.text = append(l.text, p...); len(l.text) > 2*most {
		l.lost += len(l.text) - most
		l.text = slices.Clone(l.text[len(l.text)-most:])
	}
	return len(p), nil
}

func (l *tail) mark() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost + len(l.text)
}

func (l *tail) from(mark int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text[max(0, mark-l.lost):])
}

func (l *tail) last(kind string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines[kind]
}
