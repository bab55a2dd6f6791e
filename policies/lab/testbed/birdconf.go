package testbed

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
)

// session is the name of the BGP protocol in BIRD ("rs" is a keyword).
const session = "exchange"

// birdConf is the configuration of a member. A route's MED must be set by the
// export filter, or BIRD leaves it out towards another network. Received routes
// are unreachable, since there is no route to their next hops; BIRD holds and
// shows them all the same.
const birdConf = `router id %[1]v;
log stderr all;
attribute int wanted_med;
protocol static mine4 {
	ipv4;
%[2]s}
protocol static mine6 {
	ipv6;
%[3]s}
protocol bgp exchange {
	local %[1]v port %[4]d as %[5]v;
	neighbor %[6]v port %[7]d as %[8]v;
	multihop;
	strict bind on;
	connect delay time 1;
	connect retry time 1;
	error wait time 1, 2;
	allow bgp_local_pref %[9]s;
	ipv4 {
		add paths %[11]s;
		import all;
		export filter { if proto != "mine4" then reject; if defined(wanted_med) then bgp_med = wanted_med; accept; };
		next hop self;
	};
	ipv6 {
		add paths %[11]s;
		import all;
		export filter { if proto != "mine6" then reject; if defined(wanted_med) then bgp_med = wanted_med; accept; };
		next hop address %[10]v;
	};
}
`

func (m *Member) writeConfig() {
	m.t.Helper()
	var static [2]strings.Builder
	for _, a := range m.Announced() {
		family := &static[0]
		if a.Prefix.Addr().Is6() {
			family = &static[1]
		}
		fmt.Fprintf(family, "\t%s\n", a.formatRoute())
	}
	localPref, addPaths := "off", "off"
	if m.config.LocalPref {
		localPref = "on"
	}
	if m.config.AddPath {
		addPaths = "rx"
	}
	text := fmt.Sprintf(birdConf, m.Address, static[0].String(), static[1].String(), m.listen.Port(), m.ASN,
		m.server.Address.Addr(), m.server.Address.Port(), m.server.ASN, localPref, nextHop6(m.Address), addPaths)
	if err := os.WriteFile(m.configFile(), []byte(text), 0o644); err != nil {
		m.t.Fatal(err)
	}
}

// nextHop6 is the next hop of a member's IPv6 routes. It leads nowhere, and names the member that
// announced them.
func nextHop6(member netip.Addr) netip.Addr {
	var a [16]byte
	a[0] = 0xfd
	copy(a[12:], member.AsSlice())
	return netip.AddrFrom16(a)
}

// announcerOf is the reverse: it returns the member with that next hop.
func announcerOf(nextHop netip.Addr) netip.Addr {
	if nextHop.Is4() {
		return nextHop
	}
	a := nextHop.As16()
	return netip.AddrFrom4([4]byte(a[12:]))
}
