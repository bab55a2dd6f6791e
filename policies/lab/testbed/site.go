package testbed

import (
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"testing"
)

// Site is the place of an exchange: a /24 of loopback that no other test uses, and a folder for its
// sockets. The route server has the first address, members have those from the tenth on.
type Site struct {
	net netip.Prefix
	dir string // short: a socket's path has at most 107 bytes
}

// claimPort is the port on the last address of a claimed /24. The test process that could bind it
// owns the /24, on the whole machine, until it ends; the kernel releases the port however it ends.
const claimPort = 17179

// Claim finds a free site.
func Claim(t testing.TB) *Site {
	t.Helper()
	dir, err := os.MkdirTemp("", "rig")
	if err != nil {
		t.Fatalf("folder for sockets: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for range 1000 {
		// 127.0 to 127.15 are left to resolvers, containers and people.
		block := [4]byte{127, byte(16 + rand.IntN(239)), byte(rand.IntN(256)), 0}
		s := &Site{net: netip.PrefixFrom(netip.AddrFrom4(block), 24), dir: dir}
		claim, err := net.Listen("tcp", netip.AddrPortFrom(s.hostAddress(254), claimPort).String())
		if err != nil {
			continue
		}
		t.Cleanup(func() { claim.Close() })
		return s
	}
	t.Fatal("no free /24 in 127.0.0.0/8 after 1000 tries")
	return nil
}

func (s *Site) hostAddress(n byte) netip.Addr {
	a := s.net.Addr().As4()
	a[3] = n
	return netip.AddrFrom4(a)
}

// RouteServer returns the address of the route server.
func (s *Site) RouteServer() netip.Addr { return s.hostAddress(1) }

// Member returns the address of the i-th member, from 0 to 199.
func (s *Site) Member(i int) netip.Addr {
	if i < 0 || i > 199 {
		panic("testbed: a site has 200 members")
	}
	return s.hostAddress(byte(10 + i))
}

// freePort returns an address on which nothing listens. The site is ours, so nothing will before
// we do. The port is below those that the kernel gives to connections (from 32768 on): gobgpd's
// own connections to members start at the same address, and one of them could take the port
// before gobgpd listens there.
func freePort(t testing.TB, a netip.Addr) netip.AddrPort {
	t.Helper()
	const first, last, attempts = 20000, 32000, 100
	var err error
	for range attempts {
		at := netip.AddrPortFrom(a, uint16(first+rand.IntN(last-first)))
		var l net.Listener
		if l, err = net.Listen("tcp", at.String()); err == nil {
			l.Close()
			return at
		}
	}
	t.Fatalf("free port on %v: %v", a, err)
	return netip.AddrPort{}
}
