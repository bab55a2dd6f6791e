package testbed

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/osrg/gobgp/v3/pkg/packet/bgp"

	"depeer/filters"
)

// holdTime is after how many seconds a session ends on which nothing is said.
// (gobgpd 3.37 has no time to write where it is 0.)
const holdTime = 90

// Speaker is a member that sends what BIRD would not, such as an AS_SET, or that is one of more
// members than BIRD processes would fit. It keeps its session alive, sends messages as given, and
// counts what it receives, but holds no routes.
type Speaker struct {
	Address netip.Addr

	t     testing.TB
	conn  net.Conn
	terms Terms

	mu    sync.Mutex
	heard Heard
	sent  map[netip.Prefix][]byte // attributes; nil: not kept
}

// Speak opens a session from address, which the route server has a neighbor for.
// It ends with the test, or with Close. It is capable of IPv4 and IPv6, of ASNs of four
// octets, and of what is given besides.
func Speak(t testing.TB, server *Daemon, address netip.Addr, asn filters.ASN,
	besides ...bgp.ParameterCapabilityInterface) *Speaker {
	t.Helper()
	s := &Speaker{t: t, Address: address}
	s.openSession(server, asn, append(Terms{}.listCapabilities(asn), besides...))
	return s
}

// openSession opens the session, which ends with the test.
func (s *Speaker) openSession(server *Daemon, asn filters.ASN, capabilities []bgp.ParameterCapabilityInterface) {
	s.t.Helper()
	Eventually(s.t, Patience, func() (err error) { // the route server may still be about to listen to it
		s.conn, err = connectFrom(server.Address, s.Address, asn, capabilities)
		return err
	})
	s.t.Cleanup(s.Close)
	go s.readMessages() // ends with the session
}

// Say sends messages.
func (s *Speaker) Say(messages ...*bgp.BGPMessage) {
	s.t.Helper()
	if err := sendMessages(s.conn, messages...); err != nil {
		s.t.Fatalf("speaker %v: %v", s.Address, err)
	}
}

// Close ends the session.
func (s *Speaker) Close() { s.conn.Close() }

// connectFrom opens a session, and returns when it is established.
func connectFrom(to netip.AddrPort, from netip.Addr, asn filters.ASN,
	capabilities []bgp.ParameterCapabilityInterface) (net.Conn, error) {
	dialer := net.Dialer{LocalAddr: net.TCPAddrFromAddrPort(netip.AddrPortFrom(from, 0)), Timeout: time.Second}
	conn, err := dialer.Dial("tcp", to.String())
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	as2 := uint16(23456) // AS_TRANS (RFC 6793)
	if asn < 1<<16 {
		as2 = uint16(asn)
	}
	open := bgp.NewBGPOpenMessage(as2, holdTime, from.String(),
		[]bgp.OptionParameterInterface{bgp.NewOptionParameterCapability(capabilities)})
	err = sendMessages(conn, open, bgp.NewBGPKeepAliveMessage())
	for established := false; err == nil && !established; {
		var kind byte
		kind, _, err = readMessage(conn, nil)
		established = kind == bgp.BGP_MSG_KEEPALIVE
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("session from %v: %w", from, err)
	}
	return conn, conn.SetDeadline(time.Time{})
}

// Update is a message that announces a prefix along a path.
func Update(prefix netip.Prefix, speaker netip.Addr, path ...bgp.AsPathParamInterface) *bgp.BGPMessage {
	attributes := []bgp.PathAttributeInterface{bgp.NewPathAttributeOrigin(0), bgp.NewPathAttributeAsPath(path)}
	bits, addr := uint8(prefix.Bits()), prefix.Addr().String()
	if prefix.Addr().Is4() {
		attributes = append(attributes, bgp.NewPathAttributeNextHop(speaker.String()))
		return bgp.NewBGPUpdateMessage(nil, attributes, []*bgp.IPAddrPrefix{bgp.NewIPAddrPrefix(bits, addr)})
	}
	reach := bgp.NewPathAttributeMpReachNLRI(nextHop6(speaker).String(),
		[]bgp.AddrPrefixInterface{bgp.NewIPv6AddrPrefix(bits, addr)})
	return bgp.NewBGPUpdateMessage(nil, append(attributes, reach), nil)
}

func sendMessages(w io.Writer, messages ...*bgp.BGPMessage) error {
	for _, m := range messages {
		data, err := m.Serialize()
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
	}
	return nil
}

// readMessage reads one message, and returns its type and what follows its header: in
// room, where that is enough.
func readMessage(r io.Reader, room []byte) (kind byte, body []byte, err error) {
	var head [bgp.BGP_HEADER_LENGTH]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	length := int(head[16])<<8 + int(head[17]) - len(head)
	body = slices.Grow(room[:0], length)[:length]
	if _, err := io.ReadFull(r, body); err != nil {
		return 0, nil, err
	}
	if head[18] == bgp.BGP_MSG_NOTIFICATION {
		return 0, nil, fmt.Errorf("notification: code %d, subcode %d", body[0], body[1])
	}
	return head[18], body, nil
}
