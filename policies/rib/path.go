package rib

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"depeer/filters"
	"depeer/policies"
)

// Source yields paths in any order, IPv4 and IPv6 unicast. Each is valid until the
// next; an error is the last that is yielded.
type Source = iter.Seq2[*Path, error]

// Path is one path as a member announces it, before any policy of the route server.
type Path struct {
	policies.Route

	PeerASN filters.ASN // of the member that announces it
	ID      uint32      // tells paths of one member to one prefix apart (RFC 7911); else 0

	ASPath ASPath // all of it; Route.Path is the part that policies see
	Origin Origin
	Since  uint32 // seconds since 1970 that it has been announced; 0: not known
}

// Announcer returns the peer that announces the path.
func (p *Path) Announcer() Peer { return Peer{p.Peer, p.PeerASN} }

// Clone returns a path with memory of its own.
func (p *Path) Clone() *Path {
	c := *p
	c.Path = slices.Clone(p.Path)
	c.Communities = slices.Clone(p.Communities)
	c.LargeCommunities = slices.Clone(p.LargeCommunities)
	c.ASPath = slices.Clone(p.ASPath)
	if p.MED != nil {
		med := *p.MED
		c.MED = &med
	}
	return &c
}

// Peer is a member's session: its address and its ASN.
type Peer struct {
	Address netip.Addr
	ASN     filters.ASN
}

// Compare orders by ASN, then address.
func (p Peer) Compare(o Peer) int {
	if p.ASN != o.ASN {
		if p.ASN < o.ASN {
			return -1
		}
		return 1
	}
	return p.Address.Compare(o.Address)
}

// Origin is the ORIGIN attribute (RFC 4271, 4.3). The lower wins.
type Origin uint8

const (
	IGP Origin = iota
	EGP
	Incomplete
)

// String returns the word that tools of the field print.
func (o Origin) String() string {
	switch o {
	case IGP:
		return "IGP"
	case EGP:
		return "EGP"
	case Incomplete:
		return "INCOMPLETE"
	default:
		return fmt.Sprintf("ORIGIN(%d)", uint8(o))
	}
}
