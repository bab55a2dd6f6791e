package testbed

import (
	"bufio"
	"time"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"
)

// Heard is what a speaker was told about IPv4 routes so far. A route that is
// announced again, with other attributes, counts again.
type Heard struct {
	Announced, Withdrawn         int
	LastAnnounced, LastWithdrawn time.Time
}

// Heard returns what the speaker was told so far.
func (s *Speaker) Heard() Heard {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard
}

// listen counts, and answers each keepalive with one, until the session ends.
func (s *Speaker) listen() {
	in := bufio.NewReaderSize(s.conn, 1<<16)
	var body []byte
	for {
		var kind byte
		var err error
		if kind, body, err = hear(in, body); err != nil {
			return
		}
		switch kind {
		case bgp.BGP_MSG_KEEPALIVE:
			if say(s.conn, bgp.NewBGPKeepAliveMessage()) != nil {
				return
			}
		case bgp.BGP_MSG_UPDATE:
			s.count(body)
		}
	}
}

// count notes an UPDATE: the length of the withdrawn routes, these, the length of the
// attributes, these, and the announced routes (RFC 4271, 4.3).
func (s *Speaker) count(body []byte) {
	withdrawn, rest := part(body)
	attributes, announced := part(rest)
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keep(withdrawn, attributes, announced)
	if n := prefixes(withdrawn, s.terms.AddPath); n > 0 {
		s.heard.Withdrawn += n
		s.heard.LastWithdrawn = now
	}
	if n := prefixes(announced, s.terms.AddPath); n > 0 {
		s.heard.Announced += n
		s.heard.LastAnnounced = now
	}
}

// part cuts off what stands behind a length of two octets.
func part(b []byte) (first, rest []byte) {
	end := 2 + int(b[0])<<8 + int(b[1])
	return b[2:end], b[end:]
}

// prefixes counts prefixes, each a length in bits and as many octets as that needs, behind
// a path identifier where addPath says so.
func prefixes(b []byte, addPath bool) int {
	n := 0
	for ; len(b) > 0; n++ {
		if addPath {
			b = b[4:]
		}
		b = b[1+(int(b[0])+7)/8:]
	}
	return n
}
