package feed

import "net/netip"

// Permit lets f connect to one address that it would refuse.
func (f *Fetcher) Permit(a netip.AddrPort) { f.permit = a }

// NotPublic is notPublic.
func NotPublic(a netip.Addr) string { return notPublic(a) }
