package eval_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
)

// client is a route-server client.
type client struct {
	address netip.Addr
	asn     filters.ASN
}

// patience is how long anything may take that takes milliseconds.
const patience = 30 * time.Second

// holdTime is longer than any test, so that clients need no keepalives. Not 0, for
// never: GoBGP 3.37 then gives each write no time at all, and drops the session.
const holdTime = 65535

// session is a client's.
type session struct {
	t    testing.TB
	conn net.Conn
}

// dial opens a session to e, and returns when it stands. The server may be about
// to listen to it still.
func (c client) dial(t testing.TB, e *engine) *session {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		s, err := c.try(t, e)
		if err == nil {
			t.Cleanup(func() { s.conn.Close() })
			return s
		}
		if time.Now().After(deadline) {
			t.Fatalf("session from %s: %v", c.address, err)
		}
	}
}

func (c client) try(t testing.TB, e *engine) (*session, error) {
	dialer := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(c.address, 0)), Timeout: time.Second}
	conn, err := dialer.Dial("tcp", e.address.String())
	if err != nil {
		return nil, err
	}
	s := &session{t, conn}
	conn.SetReadDeadline(time.Now().Add(2 * time.Second))
	open := bgp.NewBGPOpenMessage(uint16(c.asn), holdTime, c.address.String(), []bgp.OptionParameterInterface{
		bgp.NewOptionParameterCapability([]bgp.ParameterCapabilityInterface{
			bgp.NewCapMultiProtocol(bgp.RF_IPv4_UC), bgp.NewCapMultiProtocol(bgp.RF_IPv6_UC),
			bgp.NewCapFourOctetASNumber(uint32(c.asn)),
		}),
	})
	if err = s.write(open, bgp.NewBGPKeepAliveMessage()); err == nil {
		var m *bgp.BGPMessage
		for m == nil || m.Header.Type != bgp.BGP_MSG_KEEPALIVE {
			if m, err = s.read(); err != nil {
				break
			}
		}
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	conn.SetReadDeadline(time.Time{})
	return s, nil
}

// send sends messages, and ends the test if it cannot.
func (s *session) send(messages ...*bgp.BGPMessage) {
	s.t.Helper()
	if err := s.write(messages...); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) write(messages ...*bgp.BGPMessage) error {
	var all []byte
	for _, m := range messages {
		data, err := m.Serialize()
		if err != nil {
			return err
		}
		all = append(all, data...)
	}
	_, err := s.conn.Write(all)
	return err
}

// read returns the next message. A notification is an error.
func (s *session) read() (*bgp.BGPMessage, error) {
	head := make([]byte, bgp.BGP_HEADER_LENGTH)
	if _, err := io.ReadFull(s.conn, head); err != nil {
		return nil, err
	}
	data := append(head, make([]byte, int(binary.BigEndian.Uint16(head[16:]))-len(head))...)
	if _, err := io.ReadFull(s.conn, data[len(head):]); err != nil {
		return nil, err
	}
	m, err := bgp.ParseBGPMessage(data)
	if err != nil {
		return nil, err
	}
	if n, ok := m.Body.(*bgp.BGPNotification); ok {
		return nil, fmt.Errorf("notification: code %d, subcode %d", n.ErrorCode, n.ErrorSubcode)
	}
	return m, nil
}
