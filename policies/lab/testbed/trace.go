package testbed

import (
	"net/netip"
	"strings"
)

// Trace has the member's BIRD log what happens to each route of its session, from now on,
// for Told.
func (m *Member) Trace() {
	m.t.Helper()
	if _, err := m.sendCommand("debug " + session + " { routes }"); err != nil {
		m.t.Fatalf("%s: %v", m.process.name, err)
	}
}

// Told is what a member was told of a route: a line of its BIRD's log.
type Told struct {
	Prefix netip.Prefix
	Gone   bool // it was withdrawn, or went with its session
}

// Told returns what the member was told since its log was so long, in order; beacons
// apart.
func (m *Member) Told(since int) []Told {
	m.t.Helper()
	var all []Told
	for line := range strings.Lines(string(m.Log()[since:])) {
		// <TRACE> exchange.ipv4 > added [best] 192.0.2.0/24 unreachable
		_, what, found := strings.Cut(line, session+".ipv")
		words := strings.Fields(what)
		if !found || len(words) < 4 || words[1] != ">" {
			continue
		}
		for _, word := range words[2:] {
			if p, err := netip.ParsePrefix(word); err == nil && !isBeacon(p) {
				all = append(all, Told{p, words[2] == "removed"})
			}
		}
	}
	return all
}

// Logged returns how long the member's log is now.
func (m *Member) Logged() int { return len(m.Log()) }
