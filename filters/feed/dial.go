package feed

import (
	"fmt"
	"net"
	"net/netip"
	"syscall"

	"depeer/filters"
)

// checkAddress runs between the resolver and the connection. It checks the address that is about to
// be connected to, whatever name or redirect led there.
func (f *Fetcher) checkAddress(_, address string, _ syscall.RawConn) error {
	if f.AllowPrivate {
		return nil
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connecting to %q: %w", address, err)
	}
	if f.permit.IsValid() && to == f.permit {
		return nil
	}
	if why := notPublic(to.Addr()); why != "" {
		return fmt.Errorf("%s is %w: %s", to.Addr(), ErrPrivate, why)
	}
	return refuseOwnAddress(to.Addr())
}

// tunnels are prefixes whose addresses embed an IPv4 address, which may be any.
var tunnels = []netip.Prefix{
	netip.MustParsePrefix("2002::/16"), // 6to4 (RFC 3056)
	netip.MustParsePrefix("2001::/32"), // Teredo (RFC 4380)
}

// nat64 is the prefix by which a network without IPv4 reaches it (RFC 6052): the address inside
// decides.
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// notPublic says why a is no public address. It is empty for public addresses.
func notPublic(a netip.Addr) string {
	if a.Zone() != "" {
		return "it has a zone"
	}
	a = a.Unmap()
	for _, t := range tunnels {
		if t.Contains(a) {
			return "it embeds another address"
		}
	}
	if nat64.Contains(a) {
		inner := a.As16()
		a = netip.AddrFrom4([4]byte(inner[12:]))
	}
	return filters.ReservedPrefix(netip.PrefixFrom(a, a.BitLen()))
}

// refuseOwnAddress refuses the addresses of this machine, public ones too.
func refuseOwnAddress(a netip.Addr) error {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return fmt.Errorf("this machine's addresses: %w", err)
	}
	for _, i := range addresses {
		if p, err := netip.ParsePrefix(i.String()); err == nil && p.Addr().Unmap() == a.Unmap() {
			return fmt.Errorf("%s is %w: it is this machine's own", a, ErrPrivate)
		}
	}
	return nil
}
