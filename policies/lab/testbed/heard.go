package testbed

import (
	"bufio"
	"time"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
)

// Heard is what a speaker has received about IPv4 routes so far. A route that is announced again,
// with other attributes, counts again.
type Heard struct {
	Announced, Withdrawn         int
	LastAnnounced, LastWithdrawn time.Time
}

// Heard returns what the speaker has received so far.
func (s *Speaker) Heard() Heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// readMessages counts updates, and answers each keepalive with one, until the session ends.
func (s *Speaker) readMessages() {
	in := bufio.NewReaderSize(s.conn, 1<<16)
	var body []byte
	for {
		var kind byte
		var err error
		if kind, body, err = readMessage(in, body); err != nil {
			return
		}
		switch kind {
		case bgp.BGP_MSG_KEEPALIVE:
			if sendMessages(s.conn, bgp.NewBGPKeepAliveMessage()) != nil {
				return
			}
		case bgp.BGP_MSG_UPDATE:
			s.countUpdate(body)
		}
	}
}

// countUpdate counts an UPDATE: the length of the withdrawn routes, these, the length of the
// attributes, these, and the announced routes (RFC 4271, 4.3).
func (s *Speaker) countUpdate(body []byte) {
	withdrawn, rest := cutPart(body)
	attributes, announced := cutPart(rest)
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keepUpdate(withdrawn, attributes, announced)
	if n := countPrefixes(withdrawn, s.terms.AddPath); n > 0 {
		s.heard.Withdrawn += n
		s.heard.LastWithdrawn = now
	}
	if n := countPrefixes(announced, s.terms.AddPath); n > 0 {
		s.heard.Announced += n
		s.heard.LastAnnounced = now
	}
}

// cutPart cuts off the part that a length of two octets announces.
func cutPart(b []byte) (first, rest []byte) {
	end := 2 + int(b[0])<<8 + int(b[1])
	return b[2:end], b[end:]
}

// countPrefixes counts prefixes, each a length in bits and as many octets as that needs, behind a
// path identifier where addPath says so.
func countPrefixes(b []byte, addPath bool) int {
	n := 0
	for ; len(b) > 0; n++ {
		if addPath {
			b = b[4:]
		}
		b = b[1+(int(b[0])+7)/8:]
	}
	return n
}
