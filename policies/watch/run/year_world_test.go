package run_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"depeer/filters"
	"depeer/filters/feed"
	"depeer/policies"
	"depeer/policies/gobgpconf"
	"depeer/policies/journal"
	"depeer/policies/lab/testbed"
	"depeer/policies/operate"
	"depeer/policies/watch"
	"depeer/policies/watch/run"
)

// The programs of the year: an exchange, a feed, a watch and its log; and when all is quiet.

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
	y := &year{t: t, rand: rand.New(rand.NewPCG(*yearSeed, 0)), dir: t.TempDir(), begun: time.Now(), log: &tail{},
		approved: rules{}}
	c := testbed.Config{Policy: string(gobgpconf.Anchor(gobgpconf.TOML))}
	for i := range 3 {
		m := testbed.MemberConfig{ASN: yearASN(i), LocalPref: true}
		if i == 0 { // only this one has its place in the file
			m.Import, m.Export = []string{policies.ImportPolicy}, []string{policies.ExportPolicy}
		}
		for j := range 6 {
			y.routes = append(y.routes, announced{i, private(i, j),
				[]filters.ASN{m.ASN, filters.ASN(65100 + 10*i + j)}})
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
	y.served = []listed{{id: "SBL1", prefix: private(1, 0), treatment: "tag"},
		{id: "SBL2", prefix: private(2, 0), treatment: "tag"}}
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
	p := listed{id: fmt.Sprintf("p%d", y.next),
		treatment: []string{"depeer", "deprefer", "tag", "slow"}[y.rand.IntN(4)], since: y.day()}
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
	store, err := journal.Open(y.stateDir())
	if err != nil {
		y.t.Fatal(err)
	}
	w := run.New(run.Options{
		Targets: []operate.Target{{Address: y.x.Daemon.Target.String()}}, AllowPrivate: true,
		Files: 50 * time.Millisecond, Clock: y.clock, Today: y.clock,
		Pace: watch.Pace{
			Pulse: 100 * time.Millisecond, Settle: 20 * time.Millisecond, Gap: 50 * time.Millisecond,
			Slow:  5 * time.Second,
			Again: 2 * time.Second, Fill: 20 * time.Second, Count: 3 * time.Second,
			Dial: 50 * time.Millisecond, DialMost: 300 * time.Millisecond, Act: 100 * time.Millisecond,
			ActMost: time.Second, Forever: time.Hour,
		},
		Operator: *y.operator(y.clock()), Store: store, Reader: *y.reader(y.clock()),
		Fetcher: func() (*feed.Fetcher, error) {
			return &feed.Fetcher{StateDir: y.stateDir(), AllowPrivate: true, RootCAs: roots, Now: y.clock}, nil
		},
		Log:     slog.New(slog.NewTextHandler(y.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Metrics: unmeasured{}, Manager: unmanaged{},
	})
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
		if read, looked := y.log.last("files read"),
			y.log.last("msg=looked"); word(read, "lists") != word(looked, "lists") {
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
				r.Peer = netip.Addr{}
				got = append(got, heldLine(r))
			}
			slices.Sort(got)
			if diff := cmp.Diff(y.approved.held(i, y.routes), got); diff != "" {
				return fmt.Errorf("day %s: member %d holds (-model +real):\n%s\nrules: %v",
					y.day().Format(time.DateOnly), i, diff, y.approved)
			}
		}
		return nil
	})
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
