package lab

import (
	"net"
	"net/netip"
	"testing"
)

// A port that somebody took in between is an error, and not a lab with half of
// its listeners: newRouteServer then tries others.
func TestPortTaken(t *testing.T) {
	members := []Member{{ASN: 64496, Address: netip.MustParseAddr("127.0.0.2")}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	taken := l.Addr().(*net.TCPAddr).AddrPort()
	free, _, err := freePorts()
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string][2]netip.AddrPort{"BGP": {taken, free}, "API": {free, taken}} {
		if rs, err := tryRouteServer(t.Context(), 64500, members, try[0], try[1], nil); err == nil {
			rs.stop()
			t.Errorf("started with its %s port taken", name)
		}
	}
}
