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

// Bird starts the i-th member of a route server's site. Without BIRD it skips the test, or fails it
// where CI=true.
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
	m.putAnnouncements(c.Announce)
	m.writeConfig()
	name := fmt.Sprintf("BIRD of AS%v, %v", m.ASN, m.Address)
	showLog(t, name, m.logFile())
	m.process = startProcess(t, name, m.logFile(),
		bird, "-f", "-c", m.configFile(), "-s", m.controlSocket(), "-P", filepath.Join(m.dir, "bird.pid"))
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

func (m *Member) configFile() string { return filepath.Join(m.dir, "bird.conf") }
func (m *Member) logFile() string    { return filepath.Join(m.dir, "bird.log") }
func (m *Member) controlSocket() string {
	return filepath.Join(m.server.Site.dir, m.Address.String()+".ctl")
}

// Announce adds announcements, or replaces those of the same prefixes, and
// returns when BIRD knows: it sends them a moment later.
func (m *Member) Announce(a ...Announcement) {
	m.t.Helper()
	m.putAnnouncements(a)
	m.reloadConfig()
}

// Withdraw takes announcements back.
func (m *Member) Withdraw(prefixes ...netip.Prefix) {
	m.t.Helper()
	for _, p := range prefixes {
		delete(m.announced, p)
	}
	m.reloadConfig()
}

// Announced returns what the member announces now, sorted by prefix.
func (m *Member) Announced() []Announcement {
	return slices.SortedFunc(maps.Values(m.announced),
		func(a, b Announcement) int { return a.Prefix.Compare(b.Prefix) })
}

func (m *Member) putAnnouncements(announcements []Announcement) {
	for _, a := range announcements {
		m.announced[a.Prefix.Masked()] = a
	}
}

// Leave makes the member end its session until Return.
func (m *Member) Leave() { m.t.Helper(); m.mustRun("disable " + session) }

// Return makes the member open its session again.
func (m *Member) Return() { m.t.Helper(); m.mustRun("enable " + session) }

func (m *Member) mustRun(command string) {
	m.t.Helper()
	if _, err := m.sendCommand(command); err != nil {
		m.t.Fatalf("%s: %s: %v", m.process.name, command, err)
	}
}

// WaitEstablished returns when the session is established.
func (m *Member) WaitEstablished() {
	m.t.Helper()
	m.waitState("Established")
}

// WaitDown returns when the session is not established.
func (m *Member) WaitDown() {
	m.t.Helper()
	m.waitState("Idle", "Connect", "Active", "Down", "OpenSent", "OpenConfirm")
}

func (m *Member) waitState(any ...string) {
	m.t.Helper()
	Eventually(m.t, Patience, func() error {
		if err := m.process.hasEnded(); err != nil {
			m.t.Fatal(err)
		}
		text, err := m.sendCommand("show protocols all " + session)
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
	routes, err := m.readHeld()
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
	text, err := m.sendCommand(fmt.Sprintf("show route for %v protocol %s", p, session))
	if err != nil {
		return fmt.Errorf("%v has no route to %v: %w", m.Address, p, err)
	}
	routes, err := parseRoutes(text)
	if err == nil && !slices.ContainsFunc(routes, func(r policies.Route) bool { return r.Prefix == p }) {
		err = fmt.Errorf("%v has no route to %v", m.Address, p)
	}
	return err
}

func (m *Member) readHeld() ([]policies.Route, error) {
	text, err := m.sendCommand("show route all protocol " + session)
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

// Log returns what the member's BIRD has logged.
func (m *Member) Log() []byte { return readLog(m.logFile()) }

// reloadConfig makes BIRD read its file again.
func (m *Member) reloadConfig() {
	m.t.Helper()
	m.writeConfig()
	if _, err := m.sendCommand("configure"); err != nil {
		m.t.Fatalf("%s: %v", m.process.name, errors.Join(err, m.process.hasEnded()))
	}
}
