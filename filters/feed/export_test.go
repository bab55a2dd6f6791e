package feed

import "net/netip"

// Permit lets f connect to one address that it would refuse.
func (f *Fetcher) Permit(a netip.AddrPort) { f.permit = a }

// Own is own.
func Own(a netip.Addr) error { return refuseOwnAddress(a) }

// NotPublic is notPublic.
func NotPublic(a netip.Addr) string { return notPublic(a) }
