package testbed

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"depeer/filters"
	"depeer/policies"
)

// Member is a running BIRD with one session to a route server.
type Member struct {
	ASN     filters.ASN
	Address netip.Addr

	t         testing.TB
	config    MemberConfig
	server    *Daemon
	listen    netip.AddrPort
	dir       string
	process   *process
	announced map[netip.Prefix]Announcement
}

// Bird starts the i-th member of a route server's site. Without BIRD the test is
// skipped; where CI=true it fails.
func Bird(t testing.TB, server *Daemon, i int, c MemberConfig) *Member {
	t.Helper()
	bird, err := birdPath()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true":
		t.Fatalf("BIRD 2 is needed: %v", err)
	default:
		t.Skipf("BIRD 2 is needed: %v", err)
	}
	m := &Member{
		t: t, ASN: c.ASN, Address: server.Site.Member(i), config: c, server: server,
		listen: freePort(t, server.Site.Member(i)), dir: t.TempDir(), announced: map[netip.Prefix]Announcement{},
	}
	m.put(c.Announce)
	m.write()
	name := fmt.Sprintf("BIRD of AS%v, %v", m.ASN, m.Address)
	showLog(t, name, m.log())
	m.process = start(t, name, m.log(),
		bird, "-f", "-c", m.file(), "-s", m.socket(), "-P", filepath.Join(m.dir, "bird.pid"))
	return m
}

// birdPath finds the daemon, which Debian puts where only root looks.
func birdPath() (string, error) {
	path, err := exec.LookPath("bird")
	if err != nil {
		return exec.LookPath("/usr/sbin/bird")
	}
	return path, nil
}

func (m *Member) file() string   { return filepath.Join(m.dir, "bird.conf") }
func (m *Member) log() string    { return filepath.Join(m.dir, "bird.log") }
func (m *Member) socket() string { return filepath.Join(m.server.Site.dir, m.Address.String()+".ctl") }

// Announce adds announcements, or replaces those of the same prefixes, and
// returns when BIRD knows: it sends them a moment later.
func (m *Member) Announce(a ...Announcement) {
	m.t.Helper()
	m.put(a)
	m.configure()
}

// Withdraw takes announcements back.
func (m *Member) Withdraw(prefixes ...netip.Prefix) {
	m.t.Helper()
	for _, p := range prefixes {
		delete(m.announced, p)
	}
	m.configure()
}

// Announced returns what the member announces now, sorted by prefix.
func (m *Member) Announced() []Announcement {
	return slices.SortedFunc(maps.Values(m.announced),
		func(a, b Announcement) int { return a.Prefix.Compare(b.Prefix) })
}

func (m *Member) put(announcements []Announcement) {
	for _, a := range announcements {
		m.announced[a.Prefix.Masked()] = a
	}
}

// Leave has the member end its session, and not begin another one until Return.
func (m *Member) Leave() { m.t.Helper(); m.must("disable " + session) }

// Return has it begin its session again.
func (m *Member) Return() { m.t.Helper(); m.must("enable " + session) }

func (m *Member) must(command string) {
	m.t.Helper()
	if _, err := m.ask(command); err != nil {
		m.t.Fatalf("%s: %s: %v", m.process.name, command, err)
	}
}

// WaitEstablished returns when the session stands.
func (m *Member) WaitEstablished() {
	m.t.Helper()
	m.waitState("Established")
}

// WaitDown returns when the session does not stand.
func (m *Member) WaitDown() {
	m.t.Helper()
	m.waitState("Idle", "Connect", "Active", "Down", "OpenSent", "OpenConfirm")
}

func (m *Member) waitState(any ...string) {
	m.t.Helper()
	Eventually(m.t, Patience, func() error {
		if err := m.process.ended(); err != nil {
			m.t.Fatal(err)
		}
		text, err := m.ask("show protocols all " + session)
		if err != nil {
			return err
		}
		for line := range strings.Lines(text) {
			if state, ok := strings.CutPrefix(strings.TrimSpace(line), "BGP state:"); ok &&
				slices.Contains(any, strings.TrimSpace(state)) {
				return nil
			}
		}
		return fmt.Errorf("%s: session is not %s:\n%s", m.process.name, strings.Join(any, " or "), text)
	})
}

// Routes returns what the member holds from the route server, sorted by prefix.
// Peer is the member that announced the route, told by its next hop; LocalPref
// is 100 unless the member was configured to believe the route server's.
// Communities are sorted: their order means nothing, and daemons change it.
func (m *Member) Routes() []policies.Route {
	m.t.Helper()
	routes, err := m.hold()
	if err != nil {
		m.t.Fatalf("%s: %v", m.process.name, err)
	}
	return slices.DeleteFunc(routes, func(r policies.Route) bool { return isBeacon(r.Prefix) })
}

// Prefixes returns the prefixes of Routes.
func (m *Member) Prefixes() []netip.Prefix {
	m.t.Helper()
	prefixes := []netip.Prefix{}
	for _, r := range m.Routes() {
		prefixes = append(prefixes, r.Prefix)
	}
	return prefixes
}

// Has returns an error unless the member holds a route to the prefix.
func (m *Member) Has(p netip.Prefix) error {
	text, err := m.ask(fmt.Sprintf("show route for %v protocol %s", p, session))
	if err != nil {
		return fmt.Errorf("%v has no route to %v: %w", m.Address, p, err)
	}
	routes, err := parseRoutes(text)
	if err == nil && !slices.ContainsFunc(routes, func(r policies.Route) bool { return r.Prefix == p }) {
		err = fmt.Errorf("%v has no route to %v", m.Address, p)
	}
	return err
}

func (m *Member) hold() ([]policies.Route, error) {
	text, err := m.ask("show route all protocol " + session)
	if err != nil {
		return nil, err
	}
	routes, err := parseRoutes(text)
	slices.SortFunc(routes, func(a, b policies.Route) int {
		return cmp.Or(a.Prefix.Compare(b.Prefix),
			a.Peer.Compare(b.Peer))
	})
	for _, r := range routes {
		slices.Sort(r.Communities)
		slices.SortFunc(r.LargeCommunities, func(a, b policies.LargeCommunity) int {
			return cmp.Or(cmp.Compare(a.Global, b.Global), cmp.Compare(a.Local1, b.Local1),
				cmp.Compare(a.Local2, b.Local2))
		})
	}
	return routes, err
}

// Log returns what the member's BIRD has said.
func (m *Member) Log() []byte { return readLog(m.log()) }

// configure has BIRD read its file again.
func (m *Member) configure() {
	m.t.Helper()
	m.write()
	if _, err := m.ask("configure"); err != nil {
		m.t.Fatalf("%s: %v", m.process.name, errors.Join(err, m.process.ended()))
	}
}
