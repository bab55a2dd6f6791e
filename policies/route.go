package policies

import (
	"net/netip"

	"depeer/filters"
)

// Route is one path as a member announces it, with what policies look at.
type Route struct {
	Prefix netip.Prefix // masked
	Peer   netip.Addr   // the route-server client that announces it

	// Path is the AS_PATH as gobgpd's fast forms read it: the ASNs of its
	// sequences, leftmost first, and a single 0 for each AS_SET or
	// confederation segment. It may be empty.
	Path []filters.ASN

	LocalPref        uint32 // 0: absent
	MED              *uint32
	Communities      []Community
	LargeCommunities []LargeCommunity

	Size Size // of the attributes, as gobgpd sends them; zero: not known
}
