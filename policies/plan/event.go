package plan

import (
	"net/netip"

	"depeer/filters"
)

// PeerEvent says that a neighbor was added, or that its session came up or went down. gobgpd 3.37 does
// not report that a neighbor was removed.
type PeerEvent struct {
	Address netip.Addr
	ASN     filters.ASN // 0: not known yet
	Up      bool        // the session is established
}
